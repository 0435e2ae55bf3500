package io.firmament.analysis.unpack.formats.sevenzip;

import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// The x86 branch filter BCJ2 (LZMA SDK, Bcj2.c): absolute targets of calls and of jumps in streams
/// of their own, and a fourth that says, range coded, which branches were taken out.
final class Bcj2InputStream extends InputStream {
  private static final long TOP = 1 << 24;
  private static final long MASK = 0xffffffffL;
  private static final int ONE = 1 << 11;
  private static final int SHIFT = 5;

  /// One for each byte before a call, then for near jumps and for conditional ones.
  private final int[] chances = new int[256 + 2];

  private final InputStream main;
  private final InputStream calls;
  private final InputStream jumps;
  private final InputStream choices;
  private long left;
  private long position;
  private int before;
  private final byte[] target = new byte[4];
  private int targetAt = 4;
  private long code;
  private long range = MASK;

  Bcj2InputStream(
      InputStream main, InputStream calls, InputStream jumps, InputStream choices, long size)
      throws IOException {
    this.main = main;
    this.calls = calls;
    this.jumps = jumps;
    this.choices = choices;
    this.left = size;
    Arrays.fill(chances, ONE / 2);
    for (int i = 0; i < 5; i++) {
      code = (code << 8 | needed(choices)) & MASK;
    }
  }

  @Override
  public int read() throws IOException {
    if (left == 0) {
      return -1;
    }
    left--;
    if (targetAt < 4) {
      return target[targetAt++] & 0xff;
    }
    int b = needed(main);
    position++;
    boolean conditional = before == 0x0f && (b & 0xf0) == 0x80;
    if (b != 0xe8 && b != 0xe9 && !conditional) {
      before = b;
      return b;
    }
    if (taken(b == 0xe8 ? before : b == 0xe9 ? 256 : 257)) {
      InputStream from = b == 0xe8 ? calls : jumps;
      long absolute = 0;
      for (int i = 0; i < 4; i++) {
        absolute = absolute << 8 | needed(from);
      }
      position += 4;
      long relative = absolute - position;
      for (int i = 0; i < 4; i++) {
        target[i] = (byte) (relative >> (8 * i));
      }
      targetAt = 0;
      before = target[3] & 0xff;
    } else {
      before = b;
    }
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

  private boolean taken(int index) throws IOException {
    if (range < TOP) {
      range = range << 8 & MASK;
      code = (code << 8 | needed(choices)) & MASK;
    }
    int chance = chances[index];
    long bound = (range >> 11) * chance;
    if (code < bound) {
      range = bound;
      chances[index] = chance + ((ONE - chance) >> SHIFT);
      return false;
    }
    range -= bound;
    code -= bound;
    chances[index] = chance - (chance >> SHIFT);
    return true;
  }

  private static int needed(InputStream in) throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new TruncatedException("a stream of BCJ2 is cut off");
    }
    return b;
  }
}
