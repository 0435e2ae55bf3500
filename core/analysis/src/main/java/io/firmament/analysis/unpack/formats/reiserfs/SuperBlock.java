package io.firmament.analysis.unpack.formats.reiserfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The super block, at 64 KiB, in the oldest images at 8 KiB.
///
/// @param blocks of the file system
/// @param root block of the tree's root
/// @param height of the tree, where a leaf alone has 2
/// @param version 0 for format 3.5, 2 for 3.6
/// @param wasUnmounted the journal holds nothing that is not in its place
record SuperBlock(
    long blocks, int blockSize, long root, int height, int version, boolean wasUnmounted) {
  static final int POSITION = 64 << 10;
  static final int OLD_POSITION = 8 << 10;
  static final int MAGIC = 52;
  private static final int LENGTH = 88;
  private static final int CLEAN = 1;
  private static final int LEAST_BLOCK = 512;
  private static final int MOST_BLOCK = 32 << 10;
  static final int MOST_HEIGHT = 7;

  static SuperBlock read(ByteSource source, long start) throws IOException {
    for (int position : new int[] {POSITION, OLD_POSITION}) {
      byte[] b = Binary.upTo(source, start + position, LENGTH);
      if (b.length == LENGTH && isMagic(Binary.text(b, MAGIC, 10))) {
        return of(b);
      }
    }
    throw new CorruptException("no ReiserFS super block");
  }

  /// 3.5, 3.6, and either with a journal at another place.
  private static boolean isMagic(String magic) {
    return magic.equals("ReIsErFs") || magic.equals("ReIsEr2Fs") || magic.equals("ReIsEr3Fs");
  }

  private static SuperBlock of(byte[] b) throws CorruptException {
    long blocks = Binary.u32le(b, 0);
    int blockSize = Binary.u16le(b, 44);
    long root = Binary.u32le(b, 8);
    int height = Binary.u16le(b, 68);
    int version = Binary.u16le(b, 72);
    boolean sound =
        blockSize >= LEAST_BLOCK
            && blockSize <= MOST_BLOCK
            && Integer.bitCount(blockSize) == 1
            && root > 0
            && root < blocks
            && height >= 2
            && height <= MOST_HEIGHT
            && Binary.u32le(b, 4) <= blocks;
    if (!sound) {
      throw new CorruptException("the ReiserFS super block makes no sense");
    }
    return new SuperBlock(blocks, blockSize, root, height, version, Binary.u16le(b, 50) == CLEAN);
  }

  long size() {
    return blocks * blockSize;
  }
}
