package io.firmament.analysis.unpack.io.ppmd;

import java.io.IOException;

/// Decodes choices whose probabilities the model knows.
interface RangeDecoder {
  /// Which of `total` equal parts the code is in; `total` or more only in damaged data.
  int part(int total) throws IOException;

  /// Goes on inside of so many parts from `start` on.
  void enter(int start, int parts) throws IOException;

  /// The next bit, where 0 has `zero` of 16,384 parts.
  int bit(int zero) throws IOException;
}
