package io.firmament.analysis.unpack.io.lzms;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;

/// One block of LZMS: literals, matches, and matches of differences (of the same columns in rows of
/// numbers); what they are is told by a range coder from the start, their values by Huffman codes
/// from the end.
public final class LzmsBlock {
  private static final int RECENT = 3;
  private static final int LONG_PERIOD = 1024;
  private static final int SHORT_PERIOD = 512;

  /// What came before decides which of the recent places are meant: the very last one was told
  /// too late to be among them.
  private enum Last {
    LITERAL,
    MATCH,
    DELTA
  }

  private final BackwardBits bits;
  private final RangeBits.Decision isMatch;
  private final RangeBits.Decision isDelta;
  private final Places matches;
  private final Places deltas;
  private final AdaptiveCode literals = new AdaptiveCode(256, LONG_PERIOD);
  private final AdaptiveCode lengths = new AdaptiveCode(54, SHORT_PERIOD);
  private final AdaptiveCode offsets;
  private final AdaptiveCode deltaOffsets;
  private final AdaptiveCode powers = new AdaptiveCode(8, SHORT_PERIOD);
  private final byte[] out;

  private LzmsBlock(byte[] in, int size) throws TruncatedException {
    this.out = new byte[size];
    this.bits = new BackwardBits(in);
    RangeBits range = new RangeBits(in);
    this.isMatch = range.new Decision(4);
    this.isDelta = range.new Decision(5);
    this.matches = new Places(range);
    this.deltas = new Places(range);
    int slots = Slots.OFFSETS.classesBelow(size);
    this.offsets = new AdaptiveCode(slots, LONG_PERIOD);
    this.deltaOffsets = new AdaptiveCode(slots, LONG_PERIOD);
  }

  /// @param size of the decoded block
  public static byte[] decode(byte[] in, int size) throws CorruptException, TruncatedException {
    if (in.length < 4 || in.length % 2 != 0) {
      throw new CorruptException("a block of %d bytes".formatted(in.length));
    }
    LzmsBlock block = new LzmsBlock(in, size);
    block.decode();
    new X86Calls(block.out).restore();
    return block.out;
  }

  /// Places that were used before.
  private static final class Places {
    private final RangeBits.Decision isRecent;
    private final RangeBits.Decision[] isLater;
    private final long[] recent = {1, 2, 3, 4};

    Places(RangeBits range) {
      isRecent = range.new Decision(6);
      isLater = new RangeBits.Decision[] {range.new Decision(6), range.new Decision(6)};
    }

    /// One of the recent places, moved to the front; -1 where a new one follows.
    ///
    /// @param behind 1 where the first one does not count
    long next(int behind) throws TruncatedException {
      if (!isRecent.next()) {
        return -1;
      }
      int index = !isLater[0].next() ? 0 : !isLater[1].next() ? 1 : 2;
      long place = recent[index + behind];
      push(place, index + behind);
      return place;
    }

    void push(long place) {
      push(place, RECENT);
    }

    private void push(long place, int over) {
      System.arraycopy(recent, 0, recent, 1, over);
      recent[0] = place;
    }
  }

  private void decode() throws CorruptException, TruncatedException {
    Last last = Last.LITERAL;
    int done = 0;
    while (done < out.length) {
      if (!isMatch.next()) {
        out[done++] = (byte) literals.next(bits);
        last = Last.LITERAL;
      } else if (!isDelta.next()) {
        done = match(done, last == Last.MATCH ? 1 : 0);
        last = Last.MATCH;
      } else {
        done = delta(done, last == Last.DELTA ? 1 : 0);
        last = Last.DELTA;
      }
    }
  }

  private int match(int done, int behind) throws CorruptException, TruncatedException {
    long distance = matches.next(behind);
    if (distance < 0) {
      distance = value(Slots.OFFSETS, offsets);
      matches.push(distance);
    }
    int length = value(Slots.LENGTHS, lengths);
    if (distance > done || length > out.length - done) {
      throw new CorruptException("a match out of the block");
    }
    int from = done - (int) distance;
    for (int i = 0; i < length; i++) {
      out[done + i] = out[from + i];
    }
    return done + length;
  }

  /// The differences between bytes that lie a span apart are those of an earlier place.
  private int delta(int done, int behind) throws CorruptException, TruncatedException {
    long place = deltas.next(behind);
    if (place < 0) {
      long power = powers.next(bits);
      place = power << 32 | value(Slots.OFFSETS, deltaOffsets);
      deltas.push(place);
    }
    int length = value(Slots.LENGTHS, lengths);
    int power = (int) (place >>> 32);
    int span = 1 << power;
    long distance = (place & 0xffffffffL) << power;
    if (distance + span > done || length > out.length - done) {
      throw new CorruptException("a match out of the block");
    }
    for (int at = done; at < done + length; at++) {
      int from = at - (int) distance;
      out[at] = (byte) (out[from] + out[at - span] - out[from - span]);
    }
    return done + length;
  }

  private int value(Slots slots, AdaptiveCode code) throws CorruptException, TruncatedException {
    int slot = code.next(bits);
    int width = slots.bits()[slot];
    return slots.bases()[slot] + (width == 0 ? 0 : bits.take(width));
  }
}
