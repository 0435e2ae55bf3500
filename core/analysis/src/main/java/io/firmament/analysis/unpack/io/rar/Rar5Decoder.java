package io.firmament.analysis.unpack.io.rar;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;

/// Blocks with a header of their own: matches in a window, all under Huffman codes, and filters.
final class Rar5Decoder extends RarDecoder {
  private static final int LITERALS = 306;
  private static final int DISTANCES = 64;
  private static final int LOW_DISTANCES = 16;
  private static final int LENGTHS = 44;
  private static final int FILTER = 256;
  private static final int REPEAT = 257;
  private static final int OLD = 258;
  private static final int MATCH = 262;
  private static final int LAST_BLOCK = 0x40;
  private static final int HAS_TABLES = 0x80;

  private final Code[] codes = new Code[4];
  private final long[] distances = new long[4];
  private boolean tables;
  private int lastLength;
  private long blockEnd;
  private boolean lastBlock;

  @Override
  void reset() {
    tables = false;
    lastLength = 0;
    java.util.Arrays.fill(distances, 0);
  }

  @Override
  boolean wraps() {
    return true;
  }

  @Override
  void begin(Bits in) throws IOException {
    block(in);
    if (!tables) {
      throw new CorruptException("a first block without codes");
    }
  }

  /// Flags, a sum, and a length of one to three bytes.
  private void block(Bits in) throws IOException {
    in.align();
    int flags = in.take(8);
    int sum = in.take(8);
    int width = (flags >> 3 & 3) + 1;
    int check = 0x5a ^ flags;
    int length = 0;
    for (int i = 0; i < Math.min(width, 3); i++) {
      int b = in.take(8);
      check ^= b;
      length |= b << (8 * i);
    }
    if (width == 4 || check != sum) {
      throw new CorruptException("the checksum of a compressed block is wrong");
    }
    blockEnd = in.position() + Math.max(0, length - 1L) * 8 + (flags & 7) + 1;
    lastBlock = (flags & LAST_BLOCK) != 0;
    if ((flags & HAS_TABLES) != 0) {
      byte[] lengths = new byte[LITERALS + DISTANCES + LOW_DISTANCES + LENGTHS];
      lengths(in, lengths);
      int at = 0;
      int[] sizes = {LITERALS, DISTANCES, LOW_DISTANCES, LENGTHS};
      for (int i = 0; i < sizes.length; i++) {
        codes[i] = Code.of(lengths, at, at + sizes[i]);
        at += sizes[i];
      }
      tables = true;
    }
  }

  @Override
  boolean step(Bits in) throws IOException {
    while (in.position() >= blockEnd) {
      if (lastBlock) {
        return false;
      }
      block(in);
    }
    int symbol = codes[0].next(in);
    if (symbol < FILTER) {
      literal(symbol);
    } else if (symbol >= MATCH) {
      match(in, symbol - MATCH);
    } else if (symbol == FILTER) {
      filter(in);
    } else if (symbol == REPEAT) {
      if (lastLength != 0) {
        copy(distances[0], lastLength);
      }
    } else {
      int which = symbol - OLD;
      renew(distances, which, distances[which]);
      lastLength = length(in, codes[3].next(in));
      copy(distances[0], lastLength);
    }
    return true;
  }

  private static int length(Bits in, int slot) throws TruncatedException {
    if (slot < 8) {
      return slot + 2;
    }
    int bits = slot / 4 - 1;
    return 2 + ((4 | (slot & 3)) << bits) + in.take(bits);
  }

  private void match(Bits in, int lengthSlot) throws IOException {
    int length = length(in, lengthSlot);
    int slot = codes[1].next(in);
    long distance = 1;
    if (slot < 4) {
      distance += slot;
    } else {
      int bits = slot / 2 - 1;
      distance += (2L | (slot & 1)) << bits;
      if (bits < 4) {
        distance += in.take(bits);
      } else {
        distance += bits > 4 ? (in.take(bits - 4) & 0xffffffffL) << 4 : 0;
        distance += codes[2].next(in);
      }
    }
    length += distance > 0x100 ? 1 : 0;
    length += distance > 0x2000 ? 1 : 0;
    length += distance > 0x40000 ? 1 : 0;
    renew(distances, 3, distance);
    lastLength = length;
    copy(distance, length);
  }

  private void filter(Bits in) throws IOException {
    long start = number(in);
    int length = (int) number(in);
    int kind = in.take(3);
    int channels = kind == 0 ? in.take(5) + 1 : 0;
    Filter.Kind known =
        switch (kind) {
          case 0 -> Filter.Kind.DELTA;
          case 1 -> Filter.Kind.CALLS;
          case 2 -> Filter.Kind.CALLS_AND_JUMPS;
          case 3 -> Filter.Kind.ARM;
          default -> throw new CorruptException("a filter of kind " + kind);
        };
    filter(new Filter(known, produced() + start, length, channels, 0));
  }

  /// One to four bytes, the lowest first.
  private static long number(Bits in) throws IOException {
    int bytes = in.take(2) + 1;
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) in.take(8) << (8 * i);
    }
    return value;
  }
}
