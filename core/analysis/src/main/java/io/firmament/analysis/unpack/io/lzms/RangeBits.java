package io.firmament.analysis.unpack.io.lzms;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.util.Arrays;

/// Bits of a range coder over little-endian words from the first on, each as likely as the last 64
/// ones of its context were.
final class RangeBits {
  private static final int PROBABILITY_BITS = 6;
  private static final int FIRST_ZEROS = 48;
  private static final long FIRST_HISTORY = 0x55555555L;
  private static final long MASK = 0xffffffffL;

  /// Some words behind the end read as zeros.
  private static final int MOST_MISSING = 4;

  private final byte[] in;
  private int at;
  private int missing;
  private long range = MASK;
  private long code;

  RangeBits(byte[] in) throws TruncatedException {
    this.in = in;
    code = word() << 16;
    code |= word();
  }

  private long word() throws TruncatedException {
    if (at + 2 > in.length) {
      if (++missing > MOST_MISSING) {
        throw new TruncatedException("a block is cut off");
      }
      return 0;
    }
    at += 2;
    return Binary.u16le(in, at - 2);
  }

  /// One kind of decision, whose probability depends on how it went the last times.
  final class Decision {
    private final int[] zeros;
    private final long[] histories;
    private int state;

    /// @param bits decisions that are looked back to
    Decision(int bits) {
      zeros = new int[1 << bits];
      histories = new long[1 << bits];
      Arrays.fill(zeros, FIRST_ZEROS);
      Arrays.fill(histories, FIRST_HISTORY);
    }

    boolean next() throws TruncatedException {
      int probability = Math.clamp(zeros[state], 1, (1 << PROBABILITY_BITS) - 1);
      if (range <= 0xffff) {
        range = range << 16 & MASK;
        code = (code << 16 | word()) & MASK;
      }
      long bound = (range >>> PROBABILITY_BITS) * probability;
      int bit = code < bound ? 0 : 1;
      if (bit == 0) {
        range = bound;
      } else {
        range -= bound;
        code -= bound;
      }
      zeros[state] += (int) (histories[state] >>> 63) - bit;
      histories[state] = histories[state] << 1 | bit;
      state = (state << 1 | bit) & zeros.length - 1;
      return bit == 1;
    }
  }
}
