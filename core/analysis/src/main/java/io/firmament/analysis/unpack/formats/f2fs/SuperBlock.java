package io.firmament.analysis.unpack.formats.f2fs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The super block at offset 1024 of the first or of the second block.
///
/// @param blockBits binary logarithm of the size of blocks
/// @param segmentBits binary logarithm of the blocks of a segment
/// @param checkpoint first block of the two checkpoints
/// @param nodeTable first block of the addresses of nodes
/// @param payload further blocks of a checkpoint
record SuperBlock(
    int blockBits,
    int segmentBits,
    long blocks,
    long checkpoint,
    long nodeTable,
    long nodeTableSegments,
    long main,
    long root,
    long payload,
    int features,
    String label) {
  static final int POSITION = 1024;
  private static final int SIZE = 2184;
  private static final int ENCRYPT = 0x1;
  private static final int FLEXIBLE_ATTRIBUTES = 0x40;

  static SuperBlock read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start + POSITION, SIZE);
    long blockBits = Binary.u32le(b, 16);
    long segmentBits = Binary.u32le(b, 20);
    long blocks = Binary.i64le(b, 36);
    long main = Binary.u32le(b, 92);
    long checkpoint = Binary.u32le(b, 76);
    long nodeTable = Binary.u32le(b, 84);
    if (Binary.u32le(b, 0) != 0xf2f52010L
        || blockBits < 12
        || blockBits > 16
        || segmentBits > 16
        || blocks <= 0
        || blocks > 1L << 40
        || checkpoint >= nodeTable
        || nodeTable >= main
        || main >= blocks) {
      throw new CorruptException("the f2fs super block makes no sense");
    }
    return new SuperBlock(
        (int) blockBits,
        (int) segmentBits,
        blocks,
        checkpoint,
        nodeTable,
        Binary.u32le(b, 60),
        main,
        Binary.u32le(b, 96),
        Binary.u32le(b, 1664),
        (int) Binary.u32le(b, 2180),
        label(b));
  }

  /// UTF-16, ended by zero.
  private static String label(byte[] b) {
    StringBuilder label = new StringBuilder();
    for (int i = 0; i < 512; i++) {
      int c = Binary.u16le(b, 124 + 2 * i);
      if (c == 0) {
        break;
      }
      label.append((char) c);
    }
    return label.toString();
  }

  int blockSize() {
    return 1 << blockBits;
  }

  int segmentBlocks() {
    return 1 << segmentBits;
  }

  long size() {
    return blocks << blockBits;
  }

  boolean isEncrypted() {
    return (features & ENCRYPT) != 0;
  }

  boolean hasFlexibleAttributes() {
    return (features & FLEXIBLE_ATTRIBUTES) != 0;
  }
}
