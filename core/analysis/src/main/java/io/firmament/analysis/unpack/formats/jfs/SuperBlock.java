package io.firmament.analysis.unpack.formats.jfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The super block (`struct jfs_superblock`) at 32 KiB.
///
/// @param blocks up to the end of the last area that it names: files, log, or space of `fsck`
/// @param hasIndexes entries of directories have a number of their own
/// @param isClean it was unmounted, so that the log holds nothing that is not in its place
record SuperBlock(
    int version, int blockSize, long blocks, boolean hasIndexes, boolean isClean, String label) {
  static final int POSITION = 32 << 10;
  private static final int LENGTH = 184;
  private static final long INDEXES = 0x0020_0000;
  private static final int LEAST_BLOCK = 512;
  private static final int MOST_BLOCK = 4096;

  static SuperBlock read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start + POSITION, LENGTH);
    int version = (int) Binary.u32le(b, 4);
    int blockSize = (int) Binary.u32le(b, 16);
    int physical = (int) Binary.u32le(b, 24);
    long size = Binary.i64le(b, 8);
    boolean sound =
        Binary.text(b, 0, 4).equals("JFS1")
            && (version == 1 || version == 2)
            && isPower(blockSize, LEAST_BLOCK, MOST_BLOCK)
            && isPower(physical, LEAST_BLOCK, blockSize)
            && blockSize == 1 << Binary.u16le(b, 20)
            && size > 0
            && size <= 1L << 43;
    if (!sound) {
      throw new CorruptException("the JFS super block makes no sense");
    }
    long blocks = size * physical / blockSize;
    blocks = Math.max(blocks, Extent.of(b, 72).end());
    blocks = Math.max(blocks, Extent.of(b, 80).end());
    return new SuperBlock(
        version,
        blockSize,
        blocks,
        (Binary.u32le(b, 36) & INDEXES) != 0,
        Binary.u32le(b, 40) == 0,
        version == 1 ? Binary.text(b, 101, 11) : Binary.text(b, 152, 16));
  }

  private static boolean isPower(int value, int least, int most) {
    return value >= least && value <= most && Integer.bitCount(value) == 1;
  }

  long size() {
    return blocks * blockSize;
  }

  /// Position of a run of blocks.
  long position(Extent extent) throws CorruptException {
    if (extent.start() <= 0 || extent.end() > blocks) {
      throw new CorruptException("no block " + extent.start());
    }
    return extent.start() * blockSize;
  }
}
