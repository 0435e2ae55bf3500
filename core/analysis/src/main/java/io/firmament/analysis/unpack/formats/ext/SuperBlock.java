package io.firmament.analysis.unpack.formats.ext;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The super block at offset 1024, as far as reading needs it.
record SuperBlock(
    long inodes,
    long blocks,
    int blockSize,
    long firstDataBlock,
    long blocksPerGroup,
    long inodesPerGroup,
    int inodeSize,
    int descriptorSize,
    long firstMetaGroup,
    int compatible,
    int incompatible,
    int readOnlyCompatible,
    int groupNumber,
    int state,
    String label) {
  static final int FILETYPE = 0x2;
  static final int RECOVER = 0x4;
  static final int META_BG = 0x10;
  static final int EXTENTS = 0x40;
  static final int IS_64BIT = 0x80;
  static final int INLINE_DATA = 0x8000;
  static final int ENCRYPT = 0x10000;

  static SuperBlock read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start + 1024, 1024);
    if (Binary.u16le(b, 56) != 0xef53) {
      throw new CorruptException("no ext super block");
    }
    long log = Binary.u32le(b, 24);
    long revision = Binary.u32le(b, 76);
    int incompatible = (int) Binary.u32le(b, 96);
    boolean wide = (incompatible & IS_64BIT) != 0;
    int inodeSize = revision == 0 ? 128 : Binary.u16le(b, 88);
    int descriptorSize = wide ? Math.max(32, Binary.u16le(b, 254)) : 32;
    long blocks = Binary.u32le(b, 4) | (wide ? Binary.u32le(b, 0x150) << 32 : 0);
    if (log > 6
        || inodeSize < 128
        || Integer.bitCount(inodeSize) != 1
        || descriptorSize > 1024
        || Binary.u32le(b, 40) == 0
        || Binary.u32le(b, 32) == 0
        || Binary.u32le(b, 32) > 8 * (1024L << log)
        || blocks <= 0
        || blocks > 1L << 44
        || inodeSize > 1024 << log) {
      throw new CorruptException("the ext super block makes no sense");
    }
    return new SuperBlock(
        Binary.u32le(b, 0),
        blocks,
        1024 << log,
        Binary.u32le(b, 20),
        Binary.u32le(b, 32),
        Binary.u32le(b, 40),
        inodeSize,
        descriptorSize,
        Binary.u32le(b, 260),
        (int) Binary.u32le(b, 92),
        incompatible,
        (int) Binary.u32le(b, 100),
        Binary.u16le(b, 90),
        Binary.u16le(b, 58),
        Binary.text(b, 120, 16));
  }

  boolean has(int incompatibleFeature) {
    return (incompatible & incompatibleFeature) != 0;
  }

  String version() {
    if ((incompatible & (EXTENTS | IS_64BIT | INLINE_DATA)) != 0) {
      return "ext4";
    }
    return (compatible & 4) != 0 ? "ext3" : "ext2";
  }

  /// Groups that hold a copy of the super block: all, or with `sparse_super` 0, 1 and the powers of
  /// 3, 5 and 7.
  boolean hasCopy(long group) {
    if ((readOnlyCompatible & 1) == 0 || group <= 1) {
      return true;
    }
    for (int base : new int[] {3, 5, 7}) {
      long power = base;
      while (power < group) {
        power *= base;
      }
      if (power == group) {
        return true;
      }
    }
    return false;
  }
}
