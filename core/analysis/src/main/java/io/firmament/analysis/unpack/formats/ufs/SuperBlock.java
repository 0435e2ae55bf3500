package io.firmament.analysis.unpack.formats.ufs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The super block (`struct fs`), at 8 KiB, in version 2 mostly at 64 KiB.
///
/// @param fragmentSize the unit in which places are counted, in bytes
/// @param fragments of the file system
/// @param groupOffset fragments by which the tables of each further group are moved (version 1)
/// @param groupMask groups that begin such a cycle anew (version 1)
/// @param inodesPerGroup of a cylinder group
/// @param fragmentsPerGroup of a cylinder group
/// @param inodeTable fragments from the start of a group to its inodes
/// @param longestInlineTarget of a symbolic link in its inode, in bytes; 0 where none is
/// @param hasOldInodes those of 4.3BSD and Solaris: owners of 16 bits, names without types
record SuperBlock(
    ByteOrder order,
    int version,
    int blockSize,
    int fragmentSize,
    long fragments,
    long groups,
    long groupOffset,
    long groupMask,
    long inodesPerGroup,
    long fragmentsPerGroup,
    long inodeTable,
    int longestInlineTarget,
    boolean hasOldInodes,
    String mountPoint) {
  static final int FIRST = 8 << 10;
  static final int SECOND = 64 << 10;
  static final int MAGIC = 1372;
  private static final int LENGTH = 1376;

  /// Where a super block of version 2 says that it is; copies say so of the first one.
  private static final int OWN_POSITION = 1000;

  private static final int FIRST_MAGIC = 0x011954;
  private static final int SECOND_MAGIC = 0x19540119;
  private static final int INODES_OF_44BSD = 2;
  private static final int LEAST_BLOCK = 4 << 10;
  private static final int MOST_BLOCK = 64 << 10;
  private static final int LEAST_FRAGMENT = 512;
  private static final int MOUNT_POINT = 212;

  static SuperBlock read(ByteSource source, long start) throws IOException {
    for (int position : new int[] {FIRST, SECOND}) {
      byte[] bytes = Binary.upTo(source, start + position, LENGTH);
      for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
        ByteBuffer b = ByteBuffer.wrap(bytes).order(order);
        if (bytes.length == LENGTH && b.getInt(MAGIC) == FIRST_MAGIC && position == FIRST) {
          return of(b, 1, bytes);
        }
        if (bytes.length == LENGTH
            && b.getInt(MAGIC) == SECOND_MAGIC
            && b.getLong(OWN_POSITION) == position) {
          return of(b, 2, bytes);
        }
      }
    }
    throw new CorruptException("no UFS super block");
  }

  private static SuperBlock of(ByteBuffer b, int version, byte[] bytes) throws CorruptException {
    int blockSize = b.getInt(48);
    int fragmentSize = b.getInt(52);
    long fragments = version == 1 ? u32(b, 36) : b.getLong(1080);
    long groups = u32(b, 44);
    long inodes = u32(b, 184);
    long perGroup = u32(b, 188);
    long table = u32(b, 16);
    int inodeSize = version == 1 ? Inode.FIRST : Inode.SECOND;
    boolean sound =
        isPower(blockSize, LEAST_BLOCK, MOST_BLOCK)
            && isPower(fragmentSize, LEAST_FRAGMENT, blockSize)
            && b.getInt(56) == blockSize / fragmentSize
            && b.getInt(116) == blockSize / (version == 1 ? 4 : 8)
            && b.getInt(120) == blockSize / inodeSize
            && fragments > 0
            && fragments <= Long.MAX_VALUE / MOST_BLOCK
            && groups > 0
            && perGroup > 0
            && groups - 1 <= fragments / perGroup
            && inodes > 0
            && table > 0
            && table < perGroup;
    if (!sound) {
      throw new CorruptException("the UFS super block makes no sense");
    }
    return new SuperBlock(
        b.order(),
        version,
        blockSize,
        fragmentSize,
        fragments,
        groups,
        version == 1 ? u32(b, 24) : 0,
        version == 1 ? b.getInt(28) : -1,
        inodes,
        perGroup,
        table,
        b.getInt(1320),
        version == 1 && b.getInt(1324) != INODES_OF_44BSD,
        Binary.text(bytes, MOUNT_POINT, 468));
  }

  private static boolean isPower(int value, int least, int most) {
    return value >= least && value <= most && Integer.bitCount(value) == 1;
  }

  private static long u32(ByteBuffer b, int at) {
    return Integer.toUnsignedLong(b.getInt(at));
  }

  long size() {
    return fragments * fragmentSize;
  }

  int inodeSize() {
    return version == 1 ? Inode.FIRST : Inode.SECOND;
  }

  /// Position of an inode: the groups have equal shares of them.
  long position(long inode) throws CorruptException {
    long group = inode / inodesPerGroup;
    if (inode < 1 || group >= groups) {
      throw new CorruptException("no inode " + inode);
    }
    long start = group * fragmentsPerGroup + groupOffset * (group & ~groupMask);
    return (start + inodeTable) * fragmentSize + inode % inodesPerGroup * inodeSize();
  }
}
