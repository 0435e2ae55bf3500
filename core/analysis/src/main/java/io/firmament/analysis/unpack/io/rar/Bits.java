package io.firmament.analysis.unpack.io.rar;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.TruncatedException;

/// Bits of a source, the highest of each byte first.
final class Bits {
  private static final int PIECE = 1 << 13;

  /// A decoder looks ahead this far past the end, where zeros stand.
  private static final int MOST_MISSING = 64;

  private final ByteSource source;
  private final long end;
  private final byte[] piece = new byte[PIECE];
  private long loaded;
  private int at;
  private int filled;
  private long window;
  private int held;
  private long taken;

  Bits(ByteSource source) {
    this.source = source;
    this.end = source.size() * 8;
  }

  /// How many bits were taken.
  long position() {
    return taken;
  }

  /// The next bits, up to 32, without taking them.
  int peek(int count) {
    while (held < count) {
      if (at == filled) {
        filled = source.read(loaded, piece, 0, PIECE);
        loaded += filled;
        at = 0;
      }
      int b = at < filled ? piece[at++] & 0xff : 0;
      window = window << 8 | b;
      held += 8;
    }
    return (int) (window >>> (held - count) & (1L << count) - 1);
  }

  void skip(int count) throws TruncatedException {
    peek(count);
    held -= count;
    taken += count;
    if (taken > end + MOST_MISSING) {
      throw new TruncatedException("the compressed data is cut off");
    }
  }

  /// The next bits, up to 32; the highest of 32 becomes the sign.
  int take(int count) throws TruncatedException {
    int value = peek(count);
    skip(count);
    return value;
  }

  /// Goes on to the next whole byte.
  void align() throws TruncatedException {
    skip((int) (-taken & 7));
  }
}
