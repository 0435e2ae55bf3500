package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import java.util.Locale;

/// How random the bytes of a region look.
///
/// @param bitsPerByte Shannon entropy, 0 to 8
/// @param chiSquare per degree of freedom against the uniform distribution; about 1 for random
///     bytes
record Entropy(double bitsPerByte, double chiSquare) {
  private static final int SMALLEST_RANDOM = 2048;

  static Entropy of(ByteSource source) {
    // Two tables, so that equal neighbours do not wait for each other.
    long[] even = new long[256];
    long[] counts = new long[256];
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    while (at < source.size()) {
      long data = source.nextData(at);
      counts[0] += data - at;
      at = data;
      int n = source.read(at, buffer, 0, buffer.length);
      if (n <= 0) {
        break;
      }
      int i = 0;
      for (; i + 1 < n; i += 2) {
        even[buffer[i] & 0xff]++;
        counts[buffer[i + 1] & 0xff]++;
      }
      if (i < n) {
        even[buffer[i] & 0xff]++;
      }
      at += n;
    }
    for (int i = 0; i < 256; i++) {
      counts[i] += even[i];
    }
    if (at == 0) {
      return new Entropy(0, 0);
    }
    double bits = 0;
    double chi = 0;
    double expected = at / 256.0;
    for (long count : counts) {
      if (count > 0) {
        double p = (double) count / at;
        bits -= p * Math.log(p) / Math.log(2);
      }
      chi += (count - expected) * (count - expected) / expected;
    }
    return new Entropy(bits, chi / 255);
  }

  /// Compressed data reaches 7.9 bits too, but is seldom this even; of few bytes nothing can be
  /// said.
  boolean looksRandom(long size) {
    return size >= SMALLEST_RANDOM && bitsPerByte > 7.9 && chiSquare < 4;
  }

  String text() {
    return String.format(Locale.ROOT, "%.3f", bitsPerByte);
  }

  String chiSquareText() {
    return String.format(Locale.ROOT, "%.2f", chiSquare);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "entropy %.3f bits per byte, chi-square %.2f", bitsPerByte, chiSquare);
  }
}
