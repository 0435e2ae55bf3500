package io.firmament.analysis.unpack.io;

import java.io.IOException;
import java.io.InputStream;

/// ZIP's methods 2 to 5 (APPNOTE.TXT section 5.2): bytes that are guessed from the byte before
/// them, and in these, matches behind a mark.
public final class ReducedInputStream extends InputStream {
  private static final int MARK = 144;
  private static final int MOST_FOLLOWERS = 32;
  private static final int WINDOW = 1 << 12;
  private static final int SHORTEST = 3;

  private final InputStream in;
  private final int factor;
  private final byte[][] followers = new byte[256][];
  private final byte[] window = new byte[WINDOW];
  private long left;
  private int produced;
  private int last;
  private int bits;
  private int held;
  private int matchLeft;
  private int matchAt;

  /// @param factor 1 to 4
  /// @param size of the decoded data
  public ReducedInputStream(InputStream in, int factor, long size) throws IOException {
    this.in = in;
    this.factor = factor;
    this.left = size;
    if (size > 0) {
      followers();
    }
  }

  /// Those of the highest byte first.
  private void followers() throws IOException {
    for (int i = 255; i >= 0; i--) {
      int count = take(6);
      if (count > MOST_FOLLOWERS) {
        throw new CorruptException("more followers than there can be");
      }
      followers[i] = new byte[count];
      for (int j = 0; j < count; j++) {
        followers[i][j] = (byte) take(8);
      }
    }
  }

  @Override
  public int read() throws IOException {
    if (left == 0) {
      return -1;
    }
    int b = matchLeft > 0 ? fromMatch() : next();
    window[produced++ & WINDOW - 1] = (byte) b;
    left--;
    return b;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = 0;
    while (count < length) {
      int b = read();
      if (b < 0) {
        return count == 0 ? -1 : count;
      }
      into[offset + count++] = (byte) b;
    }
    return count;
  }

  private int fromMatch() {
    matchLeft--;
    return window[matchAt++ & WINDOW - 1] & 0xff;
  }

  /// A byte, the mark itself, or the first byte of a match. What lies before the start is zeros.
  private int next() throws IOException {
    int b = guessed();
    if (b != MARK) {
      return b;
    }
    int first = guessed();
    if (first == 0) {
      return MARK;
    }
    int width = 8 - factor;
    int length = first & (1 << width) - 1;
    if (length == (1 << width) - 1) {
      length += guessed();
    }
    int distance = (first >> width) * 256 + guessed() + 1;
    matchLeft = length + SHORTEST;
    matchAt = produced - distance;
    return fromMatch();
  }

  /// The next byte by the followers of the last one.
  private int guessed() throws IOException {
    byte[] known = followers[last];
    boolean plain = known.length == 0 || take(1) == 1;
    int index = plain ? 0 : take(width(known.length));
    if (!plain && index >= known.length) {
      throw new CorruptException("a follower that is none");
    }
    last = plain ? take(8) : known[index] & 0xff;
    return last;
  }

  /// Bits of a number below that, one at least.
  private static int width(int count) {
    return Math.max(32 - Integer.numberOfLeadingZeros(count - 1), 1);
  }

  /// The next bits, the lowest first.
  private int take(int count) throws IOException {
    while (held < count) {
      int b = in.read();
      if (b < 0) {
        throw new TruncatedException("the compressed data is cut off");
      }
      bits |= b << held;
      held += 8;
    }
    int value = bits & (1 << count) - 1;
    bits >>>= count;
    held -= count;
    return value;
  }
}
