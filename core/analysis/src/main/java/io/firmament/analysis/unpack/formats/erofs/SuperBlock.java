package io.firmament.analysis.unpack.formats.erofs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.zip.CRC32C;

/// The 128 bytes at offset 1024.
///
/// @param blockBits binary logarithm of the size of blocks
/// @param time that inodes without a time of their own have
/// @param blocks of the image
/// @param metadata first block of the inodes
/// @param attributes first block of the shared attributes
/// @param packedInode holds the ends of files; 0 where there is none
/// @param prefixes of names of attributes, and where they begin, in units of four bytes
record SuperBlock(
    int compatible,
    int blockBits,
    long root,
    long time,
    long blocks,
    long metadata,
    long attributes,
    String label,
    int incompatible,
    int extraDevices,
    long packedInode,
    int prefixes,
    long prefixStart) {
  static final int ZERO_PADDING = 0x1;
  static final int FRAGMENTS = 0x20;
  private static final int LARGE = 0x80;
  private static final int METADATA_BOX = 0x100;
  private static final int POSITION = 1024;
  private static final int SIZE = 128;

  static SuperBlock read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start + POSITION, SIZE);
    int bits = b[12] & 0xff;
    int incompatible = (int) Binary.u32le(b, 80);
    boolean large = (incompatible & LARGE) != 0;
    long blocks = Binary.u32le(b, 36) | (large ? (long) Binary.u16le(b, 14) << 32 : 0);
    if (Binary.u32le(b, 0) != 0xe0f5e1e2L
        || bits < 9
        || bits > 16
        || blocks == 0
        || Binary.u32le(b, 40) >= blocks) {
      throw new CorruptException("the erofs super block makes no sense");
    }
    return new SuperBlock(
        (int) Binary.u32le(b, 8),
        bits,
        large ? Binary.i64le(b, 112) : Binary.u16le(b, 14),
        Binary.i64le(b, 24),
        blocks,
        Binary.u32le(b, 40),
        Binary.u32le(b, 44),
        Binary.text(b, 64, 16),
        incompatible,
        Binary.u16le(b, 86),
        Binary.i64le(b, 96),
        b[91] & 0xff,
        Binary.u32le(b, 92));
  }

  int blockSize() {
    return 1 << blockBits;
  }

  long size() {
    return blocks << blockBits;
  }

  boolean has(int incompatibleFeature) {
    return (incompatible & incompatibleFeature) != 0;
  }

  boolean hasMetadataBox() {
    return has(METADATA_BOX);
  }

  boolean isChecked() {
    return (compatible & 1) != 0;
  }

  /// Whether the checksum of the block of the super block fits, which is CRC-32C without the last
  /// inversion, itself taken as zero.
  boolean fits(ByteSource image) throws IOException {
    int length = blockSize() > POSITION ? blockSize() - POSITION : blockSize();
    byte[] b = Binary.bytes(image, POSITION, length);
    int expected = (int) Binary.u32le(b, 4);
    java.util.Arrays.fill(b, 4, 8, (byte) 0);
    CRC32C crc = new CRC32C();
    crc.update(b);
    return ~(int) crc.getValue() == expected;
  }
}
