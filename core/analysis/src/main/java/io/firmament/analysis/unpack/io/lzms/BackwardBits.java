package io.firmament.analysis.unpack.io.lzms;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.TruncatedException;

/// The bits of little-endian words from the last word of a block to its first, the highest bit of
/// each first.
final class BackwardBits {
  /// Some words before the start read as zeros: a code is looked for in more bits than it has.
  private static final int MOST_MISSING = 4;

  private final byte[] in;
  private int at;
  private int missing;
  private long bits;
  private int held;

  BackwardBits(byte[] in) {
    this.in = in;
    this.at = in.length;
  }

  int peek(int count) throws TruncatedException {
    while (held < count) {
      int word = 0;
      if (at >= 2) {
        at -= 2;
        word = Binary.u16le(in, at);
      } else if (++missing > MOST_MISSING) {
        throw new TruncatedException("a block is cut off");
      }
      bits = bits << 16 | word;
      held += 16;
    }
    return (int) (bits >>> (held - count)) & (1 << count) - 1;
  }

  void skip(int count) {
    held -= count;
  }

  /// The next bits, up to 30 of them.
  int take(int count) throws TruncatedException {
    int value = peek(count);
    skip(count);
    return value;
  }
}
