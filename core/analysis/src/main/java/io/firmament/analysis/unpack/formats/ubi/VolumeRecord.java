package io.firmament.analysis.unpack.formats.ubi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// An entry of the volume table.
///
/// @param interrupted an update of the volume was not completed
record VolumeRecord(String name, boolean interrupted) {
  private static final int SIZE = 172;
  private static final int MOST = 128;

  /// The volumes by number; empty where an entry's checksum is wrong.
  static Optional<Map<Long, VolumeRecord>> table(ByteSource block) {
    Map<Long, VolumeRecord> table = new TreeMap<>();
    long count = Math.min(MOST, block.size() / SIZE);
    for (int i = 0; i < count; i++) {
      byte[] b = Binary.upTo(block, (long) i * SIZE, SIZE);
      if (Checksums.crc32Inverted(b, 0, SIZE - 4) != (int) Binary.u32be(b, SIZE - 4)) {
        return Optional.empty();
      }
      int nameLength = Math.min(127, (b[14] & 0xff) << 8 | (b[15] & 0xff));
      if (Binary.u32be(b, 0) > 0) {
        table.put((long) i, new VolumeRecord(Binary.text(b, 16, nameLength), b[13] != 0));
      }
    }
    return Optional.of(table);
  }
}
