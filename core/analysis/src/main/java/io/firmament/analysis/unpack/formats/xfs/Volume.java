package io.firmament.analysis.unpack.formats.xfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Runs;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;

/// One file system as inodes and directories.
final class Volume implements InodeReader<Inode> {
  /// Entries of a directory are below it, and its indexes above.
  private static final long INDEXES = 32L << 30;

  private static final int FREE = 0xffff;
  private static final int MOST_TARGET = 1024;
  private static final int REMOTE_HEADER = 56;
  private static final int MOST_ATTRIBUTES = 4 << 20;

  private final ByteSource source;
  private final SuperBlock block;
  private final Allowance allowance;
  private final Extents extents;

  Volume(ByteSource source, SuperBlock block) {
    this.source = source;
    this.block = block;
    this.allowance = new Allowance(source);
    this.extents = new Extents(source, block, allowance);
  }

  @Override
  public Inode root() throws IOException {
    return inode(block.root());
  }

  private Inode inode(long number) throws IOException {
    int bits = block.inodesPerBlockLog();
    long position =
        block.position(number >>> bits) + (number & (1L << bits) - 1) * block.inodeSize();
    return Inode.of(number, Binary.bytes(source, position, block.inodeSize()));
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
  public void list(Inode directory, Names<Inode> names) throws IOException {
    if (directory.type() != EntryType.DIRECTORY) {
      throw new CorruptException("a directory that is none");
    }
    if (directory.data().format() == Inode.LOCAL) {
      local(directory.data().bytes(), names);
      return;
    }
    Runs runs = new Runs();
    extents.each(
        directory.data(),
        (offset, start, count, unwritten) -> {
          if (offset < INDEXES / block.blockSize()) {
            runs.add(block.position(start), count * block.blockSize());
          }
        });
    allowance.spend(runs.length());
    int size = block.directoryBlock();
    try (InputStream in = runs.open(source, runs.length())) {
      for (byte[] b = in.readNBytes(size); b.length == size; b = in.readNBytes(size)) {
        block(b, names);
      }
    }
  }

  /// Count, count of large numbers, the parent; then length, offset, name, type and number of each.
  private void local(byte[] b, Names<Inode> names) throws IOException {
    if (b.length < 6) {
      throw new CorruptException("a directory in its inode makes no sense");
    }
    int count = Math.max(b[0] & 0xff, b[1] & 0xff);
    int width = b[1] != 0 ? 8 : 4;
    int at = 2 + width;
    int type = block.hasTypes() ? 1 : 0;
    for (int i = 0; i < count; i++) {
      int length = at < b.length ? b[at] & 0xff : 0;
      int number = at + 3 + length + type;
      if (length == 0 || number + width > b.length) {
        throw new CorruptException("an entry of a listing makes no sense");
      }
      long target = width == 8 ? Binary.i64be(b, number) : Binary.u32be(b, number);
      names.name(Arrays.copyOfRange(b, at + 3, at + 3 + length), () -> inode(target));
      at = number + width;
    }
  }

  /// Entries and free space up to the end, or up to the index of a directory of one block.
  private void block(byte[] b, Names<Inode> names) throws IOException {
    String magic = Binary.text(b, 0, 4);
    boolean third = magic.equals("XDB3") || magic.equals("XDD3");
    boolean single = magic.equals("XDB3") || magic.equals("XD2B");
    if (!third && !single && !magic.equals("XD2D")) {
      throw new CorruptException("a block of a directory makes no sense");
    }
    long index = single ? 8 + Binary.u32be(b, b.length - 8) * 8 : 0;
    if (index > b.length) {
      throw new CorruptException("the index of a directory makes no sense");
    }
    int end = b.length - (int) index;
    int at = third ? 64 : 16;
    while (at + 12 <= end) {
      if (Binary.u16be(b, at) == FREE) {
        int length = Binary.u16be(b, at + 2);
        if (length == 0) {
          throw new CorruptException("free space of a directory makes no sense");
        }
        at += length;
        continue;
      }
      long number = Binary.i64be(b, at);
      int length = b[at + 8] & 0xff;
      if (length == 0 || at + 9 + length > end) {
        throw new CorruptException("an entry of a listing makes no sense");
      }
      names.name(Arrays.copyOfRange(b, at + 9, at + 9 + length), () -> inode(number));
      at += (11 + length + (block.hasTypes() ? 1 : 0) + 7) / 8 * 8;
    }
  }

  @Override
  public RawEntry describe(Inode inode, byte[] path) throws IOException {
    EntryType type = inode.type();
    return new RawEntry(
        path,
        type,
        inode.mode() & 07777,
        inode.uid(),
        inode.gid(),
        inode.mtime(),
        RawEntry.isDevice(type) ? device(inode) : DeviceNumber.NONE,
        type == EntryType.SYMLINK ? target(inode) : new byte[0],
        attributes(inode));
  }

  /// 14 bits of the major and 18 of the minor number.
  private static DeviceNumber device(Inode inode) throws CorruptException {
    if (inode.data().format() != Inode.DEVICE || inode.data().bytes().length < 4) {
      throw new CorruptException("a device without numbers");
    }
    long device = Binary.u32be(inode.data().bytes(), 0);
    return new DeviceNumber((int) (device >> 18), (int) (device & 0x3ffff));
  }

  /// In the inode, or in blocks, which have a header each from version 5 on.
  private byte[] target(Inode inode) throws IOException {
    int size = Math.clamp(inode.size(), 0, MOST_TARGET);
    if (inode.data().format() == Inode.LOCAL) {
      return Arrays.copyOf(inode.data().bytes(), Math.min(size, inode.data().bytes().length));
    }
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    extents.each(
        inode.data(),
        (offset, start, count, unwritten) -> {
          for (long i = 0; i < count && target.size() < size; i++) {
            byte[] b =
                Binary.bytes(
                    source, block.position(start) + i * block.blockSize(), block.blockSize());
            int header = Binary.text(b, 0, 4).equals("XSLM") ? REMOTE_HEADER : 0;
            target.write(b, header, Math.min(b.length - header, size - target.size()));
          }
        });
    return target.toByteArray();
  }

  private Map<String, byte[]> attributes(Inode inode) throws IOException {
    Attributes attributes = new Attributes();
    Inode.Fork fork = inode.attributes();
    if (fork.format() == Inode.LOCAL) {
      attributes.local(fork.bytes());
    } else if (fork.bytes().length > 0) {
      extents.each(
          fork,
          (offset, start, count, unwritten) -> {
            allowance.spend(count * block.blockSize());
            for (long i = 0; i < Math.min(count, MOST_ATTRIBUTES / block.blockSize()); i++) {
              attributes.leaf(
                  Binary.bytes(
                      source, block.position(start) + i * block.blockSize(), block.blockSize()));
            }
          });
    }
    return attributes.found();
  }

  @Override
  public Body content(Inode inode) throws IOException {
    if (inode.size() < 0) {
      throw new CorruptException("a file of %d bytes".formatted(inode.size()));
    }
    if (inode.data().format() == Inode.LOCAL) {
      byte[] b = inode.data().bytes();
      return Body.of(HeapByteSource.of(Arrays.copyOf(b, (int) Math.min(inode.size(), b.length))));
    }
    Runs runs = new Runs();
    extents.each(
        inode.data(),
        (offset, start, count, unwritten) -> {
          runs.holeUpTo(offset * block.blockSize());
          if (unwritten) {
            runs.hole(count * block.blockSize());
          } else {
            runs.add(block.position(start), count * block.blockSize());
          }
        });
    if (runs.length() < inode.size()) {
      runs.holeUpTo(inode.size());
    }
    return runs.body(source, inode.size());
  }
}
