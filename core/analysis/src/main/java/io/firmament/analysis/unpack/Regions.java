package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import java.util.ArrayList;
import java.util.List;

/// The parts of a blob that no chunk claims.
final class Regions {
  /// @param padding all bytes are 00, or all are FF
  record Region(long start, long end, boolean padding) {}

  private Regions() {}

  static List<Region> between(ByteSource source, List<Scanner.Hit> hits) {
    List<Region> regions = new ArrayList<>();
    long at = 0;
    for (Scanner.Hit hit : hits) {
      add(source, at, hit.chunk().start(), regions);
      at = hit.chunk().end();
    }
    add(source, at, source.size(), regions);
    return regions;
  }

  private static void add(ByteSource source, long start, long end, List<Region> regions) {
    if (end > start) {
      long tail = end - paddingAtEnd(source, start, end);
      if (tail > start) {
        regions.add(new Region(start, tail, false));
      }
      if (tail < end) {
        regions.add(new Region(tail, end, true));
      }
    }
  }

  /// How many bytes at the end are one repeated 00 or FF, where that is worth a region.
  private static long paddingAtEnd(ByteSource source, long start, long end) {
    byte[] buffer = new byte[1 << 16];
    if (source.read(end - 1, buffer, 0, 1) != 1 || (buffer[0] != 0 && buffer[0] != -1)) {
      return 0;
    }
    byte filler = buffer[0];
    long at = end;
    while (at > start) {
      int n = (int) Math.min(buffer.length, at - start);
      source.read(at - n, buffer, 0, n);
      int i = n;
      while (i > 0 && buffer[i - 1] == filler) {
        i--;
      }
      at -= n - i;
      if (i > 0) {
        break;
      }
    }
    return end - at >= 64 || at == start ? end - at : 0;
  }
}
