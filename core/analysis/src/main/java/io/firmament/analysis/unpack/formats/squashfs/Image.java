package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.BitFields;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// One image as inodes and directories.
final class Image implements InodeReader<Inode>, AutoCloseable {
  private static final int MOST_ATTRIBUTES = 1024;

  private final ByteSource source;
  private final SuperBlock block;
  private final Metadata metadata;
  private final Inodes inodes;
  private final Blocks blocks;

  /// @param memory that a codec may take for its dictionary
  Image(ByteSource source, SuperBlock block, long memory) {
    this.source = source;
    this.block = block;
    Decoder decoder = new Decoder(block, memory);
    this.metadata = new Metadata(source, block, decoder);
    this.inodes = new Inodes(source, block, metadata);
    this.blocks = new Blocks(source, block, metadata, decoder);
  }

  @Override
  public void close() {
    blocks.close();
  }

  @Override
  public Inode root() throws IOException {
    return inodes.at(block.rootInode());
  }

  @Override
  public long number(Inode inode) {
    return inode.number();
  }

  @Override
  public long links(Inode inode) {
    return inode.links();
  }

  @Override
  public Body content(Inode inode) {
    return Body.decoded(() -> new FileData(blocks, inode));
  }

  /// The size of a listing counts 3 bytes for `.` and `..` from version 3 on. It is made of runs: a
  /// header with count less 1, the inodes' metadata block and a base inode number; then for each
  /// entry offset, number difference, type, length of the name less 1, name.
  @Override
  public void list(Inode inode, Names<Inode> names) throws IOException {
    if (inode.type() != EntryType.DIRECTORY) {
      throw new CorruptException("a directory that is none");
    }
    long left = block.major() < 3 ? inode.size() : inode.size() - 3;
    if (left <= 0) {
      return;
    }
    Metadata.Cursor in = metadata.at(block.directoryTable() + inode.start(), (int) inode.offset());
    while (left > 0) {
      left -= block.major() < 4 ? oldRun(in, names) : run(in, names);
    }
  }

  /// Gives how many bytes of the listing the run takes.
  private long run(Metadata.Cursor in, Names<Inode> names) throws IOException {
    long count = in.u32() + 1;
    long start = in.u32();
    in.u32();
    check(count);
    long bytes = 12;
    for (long i = 0; i < count; i++) {
      int offset = in.u16();
      in.u16();
      in.u16();
      byte[] name = in.bytes(in.u16() + 1);
      bytes += 8 + name.length;
      long reference = start << 16 | offset;
      names.name(name, () -> inodes.at(reference));
    }
    return bytes;
  }

  /// Before version 4 the fields are packed; version 3 adds the inode numbers.
  private long oldRun(Metadata.Cursor in, Names<Inode> names) throws IOException {
    boolean numbers = block.major() == 3;
    BitFields head = in.packed(numbers ? 9 : 4);
    long count = head.next(8) + 1;
    long start = head.next(numbers ? 32 : 24);
    long bytes = numbers ? 9 : 4;
    for (long i = 0; i < count; i++) {
      BitFields entry = in.packed(numbers ? 5 : 3);
      long offset = entry.next(13);
      entry.next(3);
      byte[] name = in.bytes(entry.nextInt(8) + 1);
      bytes += (numbers ? 5 : 3) + name.length;
      long reference = start << 16 | offset;
      names.name(name, () -> inodes.at(reference));
    }
    return bytes;
  }

  private static void check(long count) throws CorruptException {
    if (count > 256) {
      throw new CorruptException("a run of " + count + " names");
    }
  }

  @Override
  public RawEntry describe(Inode inode, byte[] path) throws IOException {
    return new RawEntry(
        path,
        inode.type(),
        inode.mode(),
        inode.uid(),
        inode.gid(),
        inode.mtime(),
        inode.rdev(),
        inode.target(),
        inode.hasXattrs() ? xattrs(inode.xattr()) : Map.of());
  }

  /// The table: position of the pairs, count, then the blocks of 16-byte entries (reference, count,
  /// size). A pair's type is 0 user, 1 trusted, 2 security; 0x100 means the value lies elsewhere.
  private Map<String, byte[]> xattrs(long index) throws IOException {
    Map<String, byte[]> xattrs = new HashMap<>();
    long table = block.xattrTable();
    if (table < 0) {
      throw new CorruptException("no extended attributes");
    }
    long pairs = metadata.buffer(Binary.bytes(source, table, 8)).getLong();
    int known = metadata.buffer(Binary.bytes(source, table + 8, 4)).getInt();
    if (index >= Integer.toUnsignedLong(known)) {
      throw new CorruptException("no extended attributes " + index);
    }
    Metadata.Cursor entry = metadata.inTable(table + 16, index, 16);
    long reference = entry.i64();
    long count = Math.min(entry.u32(), MOST_ATTRIBUTES);
    Metadata.Cursor in = metadata.at(pairs + (reference >>> 16), (int) (reference & 0xffff));
    for (long i = 0; i < count; i++) {
      int type = in.u16();
      byte[] name = in.bytes(in.u16());
      byte[] value = in.bytes((int) Math.min(in.u32(), 1 << 16));
      if ((type & 0x100) != 0 && value.length == 8) {
        long elsewhere = metadata.buffer(value).getLong();
        Metadata.Cursor out = metadata.at(pairs + (elsewhere >>> 16), (int) (elsewhere & 0xffff));
        value = out.bytes((int) Math.min(out.u32(), 1 << 16));
      }
      String prefix =
          switch (type & 0xff) {
            case 0 -> "user.";
            case 1 -> "trusted.";
            case 2 -> "security.";
            default -> "unknown" + (type & 0xff) + ".";
          };
      xattrs.put(prefix + Binary.text(name, 0, name.length), value);
    }
    return xattrs;
  }
}
