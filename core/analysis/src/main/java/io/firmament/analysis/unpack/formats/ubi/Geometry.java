package io.firmament.analysis.unpack.formats.ubi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The size of the erase blocks, which no header says, and how many there are.
///
/// @param blocks to the last one with a header
record Geometry(long blockSize, long blocks, EraseCounter first) {
  private static final int STEP = 512;
  private static final int WINDOW = 1 << 16;
  private static final long LARGEST = 16 << 20;
  private static final int ENOUGH = 16;

  /// Blocks may be bad or erased, but not too many of them in a row.
  private static final int MOST_MISSING = 64;

  /// Empty where no second header is found.
  static Optional<Geometry> of(ByteSource source, long start) {
    Optional<EraseCounter> first = EraseCounter.read(source, start);
    if (first.isEmpty()) {
      return Optional.empty();
    }
    long blockSize = blockSize(source, start);
    if (blockSize <= first.get().data()
        || first.get().volumeHeader() + VolumeHeader.SIZE > first.get().data()) {
      return Optional.empty();
    }
    long last = 0;
    for (long block = 1; block - last <= MOST_MISSING; block++) {
      long position = start + block * blockSize;
      if (position >= source.size()) {
        break;
      }
      Optional<EraseCounter> header = EraseCounter.read(source, position);
      if (header.isPresent() && header.get().image() == first.get().image()) {
        last = block;
      } else if (header.isPresent()) {
        break;
      }
    }
    return Optional.of(new Geometry(blockSize, last + 1, first.get()));
  }

  /// The distance between headers that is seen most often, so that damaged ones do not matter; 0
  /// where there is but one.
  private static long blockSize(ByteSource source, long start) {
    Map<Long, Integer> distances = new HashMap<>();
    long last = start;
    int found = 0;
    byte[] window = new byte[WINDOW];
    for (long base = start; base - last <= LARGEST && found < ENOUGH; base += WINDOW) {
      int filled = source.read(base, window, 0, WINDOW);
      for (int i = 0; i + EraseCounter.SIZE <= filled; i += STEP) {
        long position = base + i;
        if (Binary.u32be(window, i) == 0x55424923
            && position > start
            && EraseCounter.read(source, position).isPresent()) {
          distances.merge(position - last, 1, Integer::sum);
          last = position;
          found++;
        }
      }
      if (filled < WINDOW) {
        break;
      }
    }
    long best = 0;
    for (Map.Entry<Long, Integer> distance : distances.entrySet()) {
      int count = distances.getOrDefault(best, 0);
      if (distance.getValue() > count
          || (distance.getValue() == count && distance.getKey() < best)) {
        best = distance.getKey();
      }
    }
    return best;
  }
}
