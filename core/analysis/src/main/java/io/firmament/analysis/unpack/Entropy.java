package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import java.util.Locale;

/// How random the bytes of a region look.
///
/// @param bitsPerByte Shannon entropy, 0 to 8
/// @param chiSquare per degree of freedom against the uniform distribution; about 1 for random
///     bytes
record Entropy(double bitsPerByte, double chiSquare) {
  static Entropy of(ByteSource source) {
    long[] counts = new long[256];
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    for (int n = source.read(0, buffer, 0, buffer.length);
        n > 0;
        n = source.read(at, buffer, 0, buffer.length)) {
      for (int i = 0; i < n; i++) {
        counts[buffer[i] & 0xff]++;
      }
      at += n;
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

  /// Compressed data reaches 7.9 bits too, but is seldom this even.
  boolean looksEncrypted() {
    return bitsPerByte > 7.9 && chiSquare < 4;
  }

  String text() {
    return String.format(Locale.ROOT, "%.3f", bitsPerByte);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "entropy %.3f bits per byte, chi-square %.2f", bitsPerByte, chiSquare);
  }
}
