package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;

/// Runs of 00 or FF between containers: erased flash and alignment.
final class Filler {
  /// A shorter run beside other bytes may be part of them.
  private static final int WORTH_A_REGION = 64;

  private Filler() {}

  /// How many bytes at the start of the range are one repeated 00 or FF, where that is worth a
  /// region or all of the range.
  static long atStart(ByteSource source, long start, long end) {
    byte[] buffer = new byte[1 << 16];
    if (start >= end || !isFiller(source, start, buffer)) {
      return 0;
    }
    byte filler = buffer[0];
    long at = start;
    while (at < end) {
      if (filler == 0) {
        at = Math.min(source.nextData(at), end);
      }
      int n = source.read(at, buffer, 0, (int) Math.min(buffer.length, end - at));
      int i = 0;
      while (i < n && buffer[i] == filler) {
        i++;
      }
      at += i;
      if (i < n || n <= 0) {
        break;
      }
    }
    return worth(at - start, end - start);
  }

  /// The same at the end of the range.
  static long atEnd(ByteSource source, long start, long end) {
    byte[] buffer = new byte[1 << 16];
    if (start >= end || !isFiller(source, end - 1, buffer)) {
      return 0;
    }
    byte filler = buffer[0];
    long at = end;
    while (at > start) {
      int n = (int) Math.min(buffer.length, at - start);
      long hole = filler == 0 ? holeBefore(source, start, at) : 0;
      if (hole > 0) {
        at -= hole;
        continue;
      }
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
    return worth(end - at, end - start);
  }

  /// Bytes before `at` that the source knows to be zeros, without reading them; not always all.
  private static long holeBefore(ByteSource source, long start, long at) {
    for (long span = at - start; span >= 1 << 16; span /= 2) {
      if (source.nextData(at - span) >= at) {
        return span;
      }
    }
    return 0;
  }

  private static boolean isFiller(ByteSource source, long offset, byte[] buffer) {
    return source.read(offset, buffer, 0, 1) == 1 && (buffer[0] == 0 || buffer[0] == -1);
  }

  private static long worth(long run, long range) {
    return run >= WORTH_A_REGION || run == range ? run : 0;
  }
}
