package io.firmament.analysis.unpack.formats.ubi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.util.Optional;

/// The second header of an erase block in use, 64 bytes in big-endian order: which block of which
/// volume it is.
///
/// @param isStatic the volume has a size and checksums
/// @param isCopy the block was being moved; its checksum says whether that was completed
/// @param block of the volume
/// @param size of the data; of a static volume or a copy only
/// @param blocks that a static volume has
/// @param padding bytes at the end of each block that the volume does not use
/// @param sequence the higher of two blocks of one number is the newer
record VolumeHeader(
    boolean isStatic,
    boolean isCopy,
    long volume,
    long block,
    long size,
    long blocks,
    long padding,
    int sum,
    long sequence) {
  static final int SIZE = 64;
  static final long LAYOUT = 0x7fffefff;
  private static final long MAGIC = 0x55424921;

  /// Empty where there is none, or its checksum is wrong.
  static Optional<VolumeHeader> read(ByteSource source, long position) {
    byte[] b = Binary.upTo(source, position, SIZE);
    if (b.length < SIZE
        || Binary.u32be(b, 0) != MAGIC
        || Checksums.crc32Inverted(b, 0, 60) != (int) Binary.u32be(b, 60)) {
      return Optional.empty();
    }
    return Optional.of(
        new VolumeHeader(
            b[5] == 2,
            b[6] != 0,
            Binary.u32be(b, 8),
            Binary.u32be(b, 12),
            Binary.u32be(b, 20),
            Binary.u32be(b, 24),
            Binary.u32be(b, 28),
            (int) Binary.u32be(b, 32),
            Binary.u32be(b, 40) << 32 | Binary.u32be(b, 44)));
  }
}
