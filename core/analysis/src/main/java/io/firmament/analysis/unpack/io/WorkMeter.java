package io.firmament.analysis.unpack.io;

import io.firmament.analysis.tree.ByteSource;

/// A source that counts what a probe costs. A probe that decodes says so, because a few bytes may
/// decode to very many.
public interface WorkMeter {
  /// Says that so many bytes were decoded.
  void decoded(long bytes);

  /// Says it to the source where it counts.
  static void decoded(ByteSource source, long bytes) {
    if (source instanceof WorkMeter meter) {
      meter.decoded(bytes);
    }
  }
}
