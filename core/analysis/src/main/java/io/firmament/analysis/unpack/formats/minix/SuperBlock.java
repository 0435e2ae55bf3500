package io.firmament.analysis.unpack.formats.minix;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/// The super block at offset 1024.
///
/// @param nameLength bytes of a name in a listing
/// @param zones blocks of the file system
/// @param inodeTable position of the first inode
record SuperBlock(
    ByteOrder order,
    int version,
    int nameLength,
    int blockSize,
    long inodes,
    long zones,
    long inodeTable) {
  private static final int POSITION = 1024;

  /// Version and length of names by the magic of versions 1 and 2.
  private static final Map<Integer, int[]> OLD =
      Map.of(
          0x137f, new int[] {1, 14},
          0x138f, new int[] {1, 30},
          0x2468, new int[] {2, 14},
          0x2478, new int[] {2, 30});

  static SuperBlock read(ByteSource source, long start) throws IOException {
    byte[] bytes = Binary.bytes(source, start + POSITION, 32);
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      ByteBuffer b = ByteBuffer.wrap(bytes).order(order);
      int[] old = OLD.get(u16(b, 16));
      if (old != null) {
        return old(b, old[0], old[1]);
      }
      if (u16(b, 24) == 0x4d5a) {
        return third(b);
      }
    }
    throw new CorruptException("no minix super block");
  }

  private static SuperBlock old(ByteBuffer b, int version, int nameLength) throws CorruptException {
    long zones = version == 1 ? u16(b, 2) : Integer.toUnsignedLong(b.getInt(20));
    return checked(
        b, version, nameLength, 1024, u16(b, 0), zones, u16(b, 4), u16(b, 6), u16(b, 8), 10);
  }

  private static SuperBlock third(ByteBuffer b) throws CorruptException {
    long inodes = Integer.toUnsignedLong(b.getInt(0));
    long zones = Integer.toUnsignedLong(b.getInt(20));
    return checked(b, 3, 60, u16(b, 28), inodes, zones, u16(b, 6), u16(b, 8), u16(b, 10), 12);
  }

  /// Two blocks, then the two bit maps, then the inodes, then the first zone of data.
  private static SuperBlock checked(
      ByteBuffer b,
      int version,
      int nameLength,
      int blockSize,
      long inodes,
      long zones,
      int inodeMap,
      int zoneMap,
      int firstZone,
      int logAt)
      throws CorruptException {
    int inodeSize = version == 1 ? 32 : 64;
    long table = 2L + inodeMap + zoneMap;
    boolean sound =
        blockSize >= 1024
            && blockSize <= 65536
            && Integer.bitCount(blockSize) == 1
            && u16(b, logAt) == 0
            && inodes > 0
            && inodeMap == (inodes + 8L * blockSize) / (8L * blockSize)
            && zoneMap > 0
            && zones > firstZone
            && zoneMap >= (zones - firstZone) / (8L * blockSize)
            && (firstZone == 0 || firstZone >= table + inodes * inodeSize / blockSize);
    if (!sound) {
      throw new CorruptException("the minix super block makes no sense");
    }
    return new SuperBlock(
        b.order(), version, nameLength, blockSize, inodes, zones, table * blockSize);
  }

  private static int u16(ByteBuffer b, int at) {
    return Short.toUnsignedInt(b.getShort(at));
  }
}
