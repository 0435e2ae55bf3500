package io.firmament.analysis.unpack.formats.jfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// One file system as inodes and directories.
///
/// The files' inodes lie in extents of 32. Groups of 128 such extents have a page each in the map,
/// which is the content of an inode of the aggregate; those lie at a fixed place.
final class Volume implements InodeReader<Inode> {
  private static final int ROOT = 2;
  private static final int AGGREGATE_INODES = 0xb000;
  private static final int FILE_SET = 16;
  private static final int PAGE = 4096;
  private static final int INODES_PER_PAGE = 4096;
  private static final int INODES_PER_EXTENT = 32;
  private static final int EXTENTS_IN_PAGE = 3072;
  private static final int EXTENT = 8;
  private static final int LONGEST_TARGET = 4096;
  private static final int INLINE_ATTRIBUTES = 128;
  private static final int MOST_ATTRIBUTES = 64 << 10;

  private final ByteSource source;
  private final SuperBlock block;
  private final Allowance allowance;
  private final ExtentTree extents;
  private final NameTree names;
  private final ByteSource map;

  Volume(ByteSource source, SuperBlock block) throws IOException {
    this.source = source;
    this.block = block;
    this.allowance = new Allowance(source);
    this.extents = new ExtentTree(source, block, allowance);
    this.names = new NameTree(source, block, allowance);
    long place = AGGREGATE_INODES + FILE_SET * Inode.LENGTH;
    Inode inode = Inode.of(FILE_SET, Binary.bytes(source, place, Inode.LENGTH));
    this.map = extents.runs(inode, inode.size()).source(source, inode.size());
  }

  @Override
  public Inode root() throws IOException {
    return inode(ROOT);
  }

  private Inode inode(long number) throws IOException {
    long page = (1 + number / INODES_PER_PAGE) * PAGE;
    int index = (int) (number % INODES_PER_PAGE / INODES_PER_EXTENT);
    byte[] b = Binary.bytes(map, page + EXTENTS_IN_PAGE + (long) index * EXTENT, EXTENT);
    long place = block.position(Extent.of(b, 0)) + number % INODES_PER_EXTENT * Inode.LENGTH;
    return Inode.of(number, Binary.bytes(source, place, Inode.LENGTH));
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
  public void list(Inode directory, Names<Inode> into) throws IOException {
    if (directory.type() != EntryType.DIRECTORY) {
      throw new CorruptException("a directory that is none");
    }
    names.each(directory, (name, number) -> into.name(name, () -> inode(number)));
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
        RawEntry.isDevice(type)
            ? RawEntry.newDevice((int) Binary.u32le(inode.last(), 0))
            : DeviceNumber.NONE,
        type == EntryType.SYMLINK ? target(inode) : new byte[0],
        attributes(inode));
  }

  /// One of fewer than 256 bytes lies in the inode.
  private byte[] target(Inode inode) throws IOException {
    int size = Math.clamp(inode.size(), 0, LONGEST_TARGET);
    if (size < Inode.LAST) {
      return Arrays.copyOf(inode.last(), size);
    }
    try (InputStream in = extents.runs(inode, size).open(source, size)) {
      return in.readNBytes(size);
    }
  }

  /// Length of the list; flags, length of the name and of the value, name with a NUL, value of
  /// each.
  private Map<String, byte[]> attributes(Inode inode) throws IOException {
    byte[] b = list(inode.attributes(), inode);
    Map<String, byte[]> found = new HashMap<>();
    int end = b.length < 4 ? 0 : Math.clamp(Binary.u32le(b, 0), 0, b.length);
    int at = 4;
    while (at + 4 <= end) {
      int nameLength = b[at + 1] & 0xff;
      int valueLength = Binary.u16le(b, at + 2);
      int value = at + 4 + nameLength + 1;
      if (nameLength == 0 || value + valueLength > end) {
        throw new CorruptException("the attributes make no sense");
      }
      String name = Binary.text(b, at + 4, nameLength);
      found.put(
          isOfLinux(name) ? name : "os2." + name,
          Arrays.copyOfRange(b, value, value + valueLength));
      at = value + valueLength;
    }
    return found;
  }

  private static boolean isOfLinux(String name) {
    return name.startsWith("user.")
        || name.startsWith("security.")
        || name.startsWith("system.")
        || name.startsWith("trusted.")
        || name.startsWith("os2.");
  }

  private byte[] list(Inode.Attributes attributes, Inode inode) throws IOException {
    if (attributes.inline()) {
      return Arrays.copyOfRange(inode.last(), Inode.LAST - INLINE_ATTRIBUTES, Inode.LAST);
    }
    if (attributes.extent().length() == 0 || attributes.extent().start() == 0) {
      return new byte[0];
    }
    long size = attributes.extent().length() * block.blockSize();
    allowance.spend(size);
    return Binary.upTo(
        source, block.position(attributes.extent()), (int) Math.min(size, MOST_ATTRIBUTES));
  }

  @Override
  public Body content(Inode inode) throws IOException {
    return extents.runs(inode, inode.size()).body(source, inode.size());
  }
}
