package io.firmament.analysis.unpack.formats.ubi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.util.Optional;

/// The first header of an erase block, 64 bytes in big-endian order.
///
/// @param volumeHeader offset of the second header in the block
/// @param data offset of the data in the block
/// @param image number that all blocks of an image share; 0 where the maker gave none
record EraseCounter(long volumeHeader, long data, long image) {
  static final int SIZE = 64;
  private static final long MAGIC = 0x55424923;

  /// Empty where there is none, or its checksum is wrong.
  static Optional<EraseCounter> read(ByteSource source, long position) {
    byte[] b = Binary.upTo(source, position, SIZE);
    if (b.length < SIZE
        || Binary.u32be(b, 0) != MAGIC
        || Checksums.crc32Inverted(b, 0, 60) != (int) Binary.u32be(b, 60)) {
      return Optional.empty();
    }
    return Optional.of(
        new EraseCounter(Binary.u32be(b, 16), Binary.u32be(b, 20), Binary.u32be(b, 24)));
  }
}
