package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What the first 51 (version 1), 63 (2), 119 (3) or 96 (4) bytes say.
///
/// @param compression number of the codec; 0 before version 4, which does not say
/// @param checked whether a marker byte follows the length of each metadata block
/// @param uids entries of the table of users, from version 4 on of the one table of owners
/// @param gids entries of the table of groups, before version 4
/// @param rootInode position of its metadata block behind the inode table, and 16 bits of offset
record SuperBlock(
    ByteOrder order,
    int major,
    int minor,
    long inodes,
    long time,
    int blockSize,
    long fragments,
    int compression,
    boolean checked,
    int uids,
    int gids,
    long rootInode,
    long bytesUsed,
    long uidTable,
    long gidTable,
    long xattrTable,
    long inodeTable,
    long directoryTable,
    long fragmentTable) {
  private static final int LONGEST = 119;
  private static final int CHECK_DATA = 1 << 2;

  static SuperBlock read(ByteSource source, long start) throws IOException {
    byte[] bytes = java.util.Arrays.copyOf(Binary.upTo(source, start, LONGEST), LONGEST);
    // Vendors write magics of either order at will; the version shows which one holds.
    ByteOrder order = Binary.u16le(bytes, 28) <= 4 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    ByteBuffer b = ByteBuffer.wrap(bytes).order(order);
    int major = u16(b, 28);
    SuperBlock block =
        switch (major) {
          case 1, 2 -> version2(b, major);
          case 3 -> version3(b);
          case 4 -> version4(b);
          default -> throw new UnsupportedException("squashfs version " + major);
        };
    block.check();
    return block;
  }

  private static SuperBlock version2(ByteBuffer b, int major) throws CorruptException {
    boolean first = major == 1;
    return new SuperBlock(
        b.order(),
        major,
        u16(b, 30),
        u32(b, 4),
        u32(b, 39),
        blockSize(first ? u16(b, 32) : u32(b, 51), u16(b, 34)),
        first ? 0 : u32(b, 55),
        0,
        (b.get(36) & CHECK_DATA) != 0,
        b.get(37) & 0xff,
        b.get(38) & 0xff,
        b.getLong(43),
        u32(b, 8),
        u32(b, 12),
        u32(b, 16),
        -1,
        u32(b, 20),
        u32(b, 24),
        first ? -1 : u32(b, 59));
  }

  private static SuperBlock version3(ByteBuffer b) throws CorruptException {
    return new SuperBlock(
        b.order(),
        3,
        u16(b, 30),
        u32(b, 4),
        u32(b, 39),
        blockSize(u32(b, 51), u16(b, 34)),
        u32(b, 55),
        0,
        (b.get(36) & CHECK_DATA) != 0,
        b.get(37) & 0xff,
        b.get(38) & 0xff,
        b.getLong(43),
        b.getLong(63),
        b.getLong(71),
        b.getLong(79),
        -1,
        b.getLong(87),
        b.getLong(95),
        b.getLong(103));
  }

  private static SuperBlock version4(ByteBuffer b) throws CorruptException {
    return new SuperBlock(
        b.order(),
        4,
        u16(b, 30),
        u32(b, 4),
        u32(b, 8),
        blockSize(u32(b, 12), u16(b, 22)),
        u32(b, 16),
        u16(b, 20),
        false,
        u16(b, 26),
        0,
        b.getLong(32),
        b.getLong(40),
        b.getLong(48),
        -1,
        b.getLong(56),
        b.getLong(64),
        b.getLong(72),
        b.getLong(80));
  }

  private static int blockSize(long size, int log) throws CorruptException {
    if (log < 9 || log > 20 || size != 1L << log) {
      throw new CorruptException("a block size of " + size);
    }
    return (int) size;
  }

  private void check() throws CorruptException {
    if (bytesUsed < 51
        || inodes == 0
        || inodeTable <= 0
        || inodeTable > directoryTable
        || directoryTable >= bytesUsed
        || uidTable < 0
        || uidTable >= bytesUsed
        || rootInode < 0
        || rootInode >>> 16 >= bytesUsed) {
      throw new CorruptException("the squashfs super block makes no sense");
    }
  }

  private static int u16(ByteBuffer b, int at) {
    return Short.toUnsignedInt(b.getShort(at));
  }

  private static long u32(ByteBuffer b, int at) {
    return Integer.toUnsignedLong(b.getInt(at));
  }
}
