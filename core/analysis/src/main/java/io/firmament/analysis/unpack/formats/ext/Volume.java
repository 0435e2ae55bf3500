package io.firmament.analysis.unpack.formats.ext;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/// Inodes, block maps, contents and attributes of one file system.
final class Volume {
  private static final int MAX_EXTENTS = 1 << 20;
  private static final long ATTRIBUTE_MAGIC = 0xEA020000L;

  private final ByteSource source;
  private final SuperBlock block;

  Volume(ByteSource source, SuperBlock block) {
    this.source = source;
    this.block = block;
  }

  Inode inode(long number) throws IOException {
    if (number < 1 || number > block.inodes()) {
      throw new CorruptException("no inode " + number);
    }
    long group = (number - 1) / block.inodesPerGroup();
    long index = (number - 1) % block.inodesPerGroup();
    byte[] descriptor = Binary.bytes(source, descriptor(group), block.descriptorSize());
    long table = Binary.u32le(descriptor, 8);
    if (block.descriptorSize() >= 64) {
      table |= Binary.u32le(descriptor, 0x28) << 32;
    }
    long at =
        Math.addExact(Math.multiplyExact(table, block.blockSize()), index * block.inodeSize());
    return new Inode(number, Binary.bytes(source, at, block.inodeSize()));
  }

  /// With `meta_bg`, the descriptors of a group of groups are in its own first group.
  private long descriptor(long group) {
    long perBlock = block.blockSize() / block.descriptorSize();
    long meta = group / perBlock;
    if (!block.has(SuperBlock.META_BG) || meta < block.firstMetaGroup()) {
      return (block.firstDataBlock() + 1) * block.blockSize() + group * block.descriptorSize();
    }
    long first = meta * perBlock;
    long at = block.firstDataBlock() + first * block.blocksPerGroup();
    return (at + (block.hasCopy(first) ? 1 : 0)) * block.blockSize()
        + group % perBlock * block.descriptorSize();
  }

  InputStream open(Inode inode) throws IOException {
    if (inode.isInline()) {
      byte[] data = inline(inode);
      int length = (int) Math.min(inode.size(), data.length);
      return new java.io.ByteArrayInputStream(data, 0, length);
    }
    return new Content(inode, inode.usesExtents() ? extents(inode) : new TreeMap<>());
  }

  /// The 60 bytes of the inode, then the value of the attribute `system.data`.
  byte[] inline(Inode inode) throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.writeBytes(inode.block());
    byte[] rest = attributes(inode).get("system.data");
    data.writeBytes(rest == null ? new byte[0] : rest);
    return data.toByteArray();
  }

  /// A run of blocks.
  private record Extent(long logical, long physical, long length, boolean zero) {}

  private NavigableMap<Long, Extent> extents(Inode inode) throws IOException {
    NavigableMap<Long, Extent> extents = new TreeMap<>();
    collect(inode.block(), 5, extents, new HashSet<>());
    return extents;
  }

  /// ext4 extent tree: header (magic F30A, entries, max, depth, generation), then leaves (block,
  /// len, start_hi, start_lo) or indexes (block, leaf_lo, leaf_hi). A len over 32768 is not yet
  /// written.
  private void collect(byte[] node, int depth, NavigableMap<Long, Extent> extents, Set<Long> seen)
      throws IOException {
    int entries = Binary.u16le(node, 2);
    int level = Binary.u16le(node, 6);
    if (Binary.u16le(node, 0) != 0xf30a || level > depth || 12 + entries * 12 > node.length) {
      throw new CorruptException("an extent node makes no sense");
    }
    for (int i = 0; i < entries; i++) {
      int at = 12 + 12 * i;
      long logical = Binary.u32le(node, at);
      if (level == 0) {
        int length = Binary.u16le(node, at + 4);
        long physical = Binary.u32le(node, at + 8) | (long) Binary.u16le(node, at + 6) << 32;
        boolean zero = length > 32768;
        extents.put(logical, new Extent(logical, physical, zero ? length - 32768 : length, zero));
        if (extents.size() > MAX_EXTENTS) {
          throw new CorruptException("too many extents");
        }
      } else {
        long child = Binary.u32le(node, at + 4) | (long) Binary.u16le(node, at + 8) << 32;
        if (!seen.add(child)) {
          throw new CorruptException("an extent node is its own parent");
        }
        byte[] below = Binary.bytes(source, child * block.blockSize(), block.blockSize());
        collect(below, level - 1, extents, seen);
      }
    }
  }

  /// Twelve direct blocks, then one block each of single, double and triple indirection.
  private long indirect(byte[] map, long logical) throws IOException {
    long perBlock = block.blockSize() / 4;
    if (logical < 12) {
      return Binary.u32le(map, Math.toIntExact(logical) * 4);
    }
    long index = logical - 12;
    long span = perBlock;
    for (int level = 1; level <= 3; level++) {
      if (index < span) {
        long at = Binary.u32le(map, 44 + level * 4);
        for (int l = level; l > 0 && at != 0; l--) {
          span /= perBlock;
          at = Binary.u32le(source, at * block.blockSize() + index / span * 4);
          index %= span;
        }
        return at;
      }
      index -= span;
      span *= perBlock;
    }
    throw new CorruptException("a file of too many blocks");
  }

  /// Attributes in the inode behind its extra fields, and in a block of their own.
  Map<String, byte[]> attributes(Inode inode) throws IOException {
    Map<String, byte[]> attributes = new HashMap<>();
    int start = 128 + inode.extra();
    byte[] raw = inode.raw();
    if (inode.extra() > 0
        && start + 4 <= raw.length
        && Binary.u32le(raw, start) == ATTRIBUTE_MAGIC) {
      entries(raw, start + 4, start + 4, attributes);
    }
    if (inode.attributeBlock() != 0) {
      long at = inode.attributeBlock() * block.blockSize();
      byte[] bytes = Binary.bytes(source, at, block.blockSize());
      if (Binary.u32le(bytes, 0) == ATTRIBUTE_MAGIC) {
        entries(bytes, 32, 0, attributes);
      }
    }
    return attributes;
  }

  /// Entry: name_len, name_index, value_offs (2), value_inum (4), value_size (4), hash (4), name,
  /// padded to four bytes; the list ends with four zero bytes.
  private static void entries(byte[] b, int from, int base, Map<String, byte[]> into) {
    int at = from;
    while (at + 16 <= b.length && Binary.u32le(b, at) != 0) {
      int nameLength = b[at] & 0xff;
      long value = (long) base + Binary.u16le(b, at + 2);
      long size = Binary.u32le(b, at + 8);
      if (at + 16 + nameLength <= b.length
          && Binary.u32le(b, at + 4) == 0
          && value + size <= b.length) {
        String name = prefix(b[at + 1]) + Binary.text(b, at + 16, nameLength);
        into.put(name, java.util.Arrays.copyOfRange(b, (int) value, (int) (value + size)));
      }
      at += 16 + (nameLength + 3) / 4 * 4;
    }
  }

  private static String prefix(byte index) {
    return switch (index) {
      case 1 -> "user.";
      case 2 -> "system.posix_acl_access";
      case 3 -> "system.posix_acl_default";
      case 4 -> "trusted.";
      case 6 -> "security.";
      case 7 -> "system.";
      case 8 -> "system.richacl";
      default -> "unknown" + index + ".";
    };
  }

  /// The content of a file; holes are zeros.
  private final class Content extends InputStream {
    private final Inode inode;
    private final byte[] map;
    private final NavigableMap<Long, Extent> extents;
    private final byte[] buffer;
    private long position;

    Content(Inode inode, NavigableMap<Long, Extent> extents) {
      this.inode = inode;
      this.map = inode.block();
      this.extents = extents;
      this.buffer = new byte[block.blockSize()];
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      long left = inode.size() - position;
      if (left <= 0) {
        return -1;
      }
      int within = (int) (position % buffer.length);
      int count = (int) Math.min(Math.min(length, left), buffer.length - within);
      long physical = physical(position / buffer.length);
      if (physical == 0) {
        java.util.Arrays.fill(into, offset, offset + count, (byte) 0);
      } else if (source.read(physical * buffer.length + within, into, offset, count) != count) {
        throw new io.firmament.analysis.unpack.io.TruncatedException(
            "block " + physical + " is past the end");
      }
      position += count;
      return count;
    }

    private long physical(long logical) throws IOException {
      if (!inode.usesExtents()) {
        return indirect(map, logical);
      }
      Map.Entry<Long, Extent> floor = extents.floorEntry(logical);
      if (floor == null || floor.getValue().zero()) {
        return 0;
      }
      Extent extent = floor.getValue();
      long into = logical - extent.logical();
      return into < extent.length() ? extent.physical() + into : 0;
    }
  }
}
