package io.firmament.analysis.unpack.io;

import java.util.Arrays;

/// Decodes one block of raw LZMA, as described in `lzma-specification.txt` of the LZMA SDK.
///
/// The block has no header of its own; whoever stores it says what the properties are. The output
/// array is the dictionary.
public final class LzmaBlock {
  private static final int TOP = 1 << 24;
  private static final int MODEL_BITS = 11;
  private static final int MOVE_BITS = 5;
  private static final short EVEN = 1 << (MODEL_BITS - 1);

  private static final int STATES = 12;
  private static final int IS_MATCH = 0;
  private static final int IS_REP = IS_MATCH + (STATES << 4);
  private static final int IS_REP0 = IS_REP + STATES;
  private static final int IS_REP1 = IS_REP0 + STATES;
  private static final int IS_REP2 = IS_REP1 + STATES;
  private static final int IS_REP0_LONG = IS_REP2 + STATES;
  private static final int SLOT = IS_REP0_LONG + (STATES << 4);
  private static final int SPECIAL = SLOT + (4 << 6);
  private static final int ALIGN = SPECIAL + 128;
  private static final int MATCH_LENGTH = ALIGN + 16;
  private static final int LENGTH_PROBS = 2 + (16 << 3) + (16 << 3) + 256;
  private static final int REP_LENGTH = MATCH_LENGTH + LENGTH_PROBS;
  private static final int LITERAL = REP_LENGTH + LENGTH_PROBS;

  /// The three parameters of the model: high bits of the last byte, low bits of the position for
  /// literals, low bits of the position for matches.
  ///
  /// @param lc 0 to 8
  /// @param lp 0 to 4
  /// @param pb 0 to 4
  public record Properties(int lc, int lp, int pb) {
    public Properties {
      if (lc < 0 || lc > 8 || lp < 0 || lp > 4 || pb < 0 || pb > 4) {
        throw new IllegalArgumentException("no LZMA properties: %d %d %d".formatted(lc, lp, pb));
      }
    }

    /// The properties in the usual byte, `(pb * 5 + lp) * 9 + lc`.
    public static Properties of(int b) throws CorruptException {
      if (b < 0 || b >= 9 * 5 * 5) {
        throw new CorruptException("LZMA block: no properties " + b);
      }
      return new Properties(b % 9, b / 9 % 5, b / 45);
    }
  }

  /// What came out.
  ///
  /// @param length bytes of output
  /// @param ended whether the stream ended where the input or output did: by its end mark, or with
  ///     a range coder that has nothing left
  public record Result(int length, boolean ended) {}

  private final byte[] in;
  private final int inEnd;
  private final byte[] out;
  private final int limit;
  private final Properties properties;
  private final short[] probs;
  private int from;
  private int to;
  private int range = -1;
  private int code;
  private int beyond;

  private LzmaBlock(byte[] in, int inAt, int inEnd, byte[] out, int limit, Properties properties) {
    this.in = in;
    this.from = inAt;
    this.inEnd = inEnd;
    this.out = out;
    this.limit = Math.min(limit, out.length);
    this.properties = properties;
    this.probs = new short[LITERAL + (0x300 << (properties.lc + properties.lp))];
    Arrays.fill(probs, EVEN);
  }

  /// Decodes to the start of `out`, up to `limit` bytes.
  public static Result decode(
      byte[] in, int inAt, int inEnd, byte[] out, int limit, Properties properties)
      throws CorruptException {
    if (inEnd - inAt < 5 || in[inAt] != 0) {
      throw new CorruptException("LZMA block: it does not begin with a zero byte");
    }
    return new LzmaBlock(in, inAt, inEnd, out, limit, properties).run();
  }

  /// Decodes MicroLZMA: the first byte, which would be zero, is the complement of the properties.
  public static Result decodeMicro(byte[] in, int inAt, int inEnd, byte[] out, int limit)
      throws CorruptException {
    if (inEnd - inAt < 5) {
      throw new CorruptException("LZMA block: it is too short");
    }
    Properties properties = Properties.of(~in[inAt] & 0xff);
    return new LzmaBlock(in, inAt, inEnd, out, limit, properties).run();
  }

  private Result run() throws CorruptException {
    for (int i = 0; i < 5; i++) {
      code = code << 8 | (in[from++] & 0xff);
    }
    int positionMask = (1 << properties.pb) - 1;
    int state = 0;
    int rep0 = 0;
    int rep1 = 0;
    int rep2 = 0;
    int rep3 = 0;
    while (true) {
      normalize();
      if (code == 0 && to == limit) {
        return new Result(to, true);
      }
      if (beyond > 0) {
        // Without a mark and a known size the end shows only here; a few zero bytes too many may
        // have come out, since a range coder with nothing left decodes as zeros.
        return new Result(to, code == 0);
      }
      int position = to & positionMask;
      if (bit(IS_MATCH + (state << 4) + position) == 0) {
        if (to == limit) {
          return new Result(to, false);
        }
        literal(state, rep0);
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      int length;
      if (bit(IS_REP + state) == 0) {
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
        length = length(MATCH_LENGTH, position);
        state = state < 7 ? 7 : 10;
        rep0 = distance(length);
        if (rep0 == -1) {
          return new Result(to, true);
        }
      } else {
        if (bit(IS_REP0 + state) == 0) {
          if (bit(IS_REP0_LONG + (state << 4) + position) == 0) {
            state = state < 7 ? 9 : 11;
            copy(rep0, 1);
            continue;
          }
        } else {
          int distance = rep1;
          if (bit(IS_REP1 + state) != 0) {
            distance = rep2;
            if (bit(IS_REP2 + state) != 0) {
              distance = rep3;
              rep3 = rep2;
            }
            rep2 = rep1;
          }
          rep1 = rep0;
          rep0 = distance;
        }
        length = length(REP_LENGTH, position);
        state = state < 7 ? 8 : 11;
      }
      if (to == limit) {
        return new Result(to, false);
      }
      copy(rep0, length + 2);
    }
  }

  private void normalize() {
    if (Integer.compareUnsigned(range, TOP) < 0) {
      range <<= 8;
      if (from < inEnd) {
        code = code << 8 | (in[from++] & 0xff);
      } else {
        code <<= 8;
        beyond++;
      }
    }
  }

  private int bit(int index) {
    normalize();
    int prob = probs[index];
    int bound = (range >>> MODEL_BITS) * prob;
    if (Integer.compareUnsigned(code, bound) < 0) {
      range = bound;
      probs[index] = (short) (prob + (((1 << MODEL_BITS) - prob) >>> MOVE_BITS));
      return 0;
    }
    range -= bound;
    code -= bound;
    probs[index] = (short) (prob - (prob >>> MOVE_BITS));
    return 1;
  }

  private int tree(int base, int bits) {
    int symbol = 1;
    for (int i = 0; i < bits; i++) {
      symbol = symbol << 1 | bit(base + symbol);
    }
    return symbol - (1 << bits);
  }

  private int reverseTree(int base, int bits) {
    int symbol = 1;
    int value = 0;
    for (int i = 0; i < bits; i++) {
      int b = bit(base + symbol);
      symbol = symbol << 1 | b;
      value |= b << i;
    }
    return value;
  }

  private void literal(int state, int rep0) throws CorruptException {
    int previous = to > 0 ? out[to - 1] & 0xff : 0;
    int context =
        ((to & ((1 << properties.lp) - 1)) << properties.lc) + (previous >>> (8 - properties.lc));
    int base = LITERAL + 0x300 * context;
    int symbol = 1;
    if (state >= 7) {
      check(rep0);
      int match = out[to - rep0 - 1] & 0xff;
      while (symbol < 0x100) {
        int expected = match >>> 7;
        match = match << 1 & 0xff;
        int b = bit(base + ((1 + expected) << 8) + symbol);
        symbol = symbol << 1 | b;
        if (b != expected) {
          break;
        }
      }
    }
    while (symbol < 0x100) {
      symbol = symbol << 1 | bit(base + symbol);
    }
    out[to++] = (byte) symbol;
  }

  private int length(int base, int position) {
    if (bit(base) == 0) {
      return tree(base + 2 + (position << 3), 3);
    }
    if (bit(base + 1) == 0) {
      return 8 + tree(base + 2 + (16 << 3) + (position << 3), 3);
    }
    return 16 + tree(base + 2 + (32 << 3), 8);
  }

  /// The distance less 1; -1 is the end mark.
  private int distance(int length) {
    int slot = tree(SLOT + (Math.min(length, 3) << 6), 6);
    if (slot < 4) {
      return slot;
    }
    int direct = (slot >>> 1) - 1;
    int distance = (2 | (slot & 1)) << direct;
    if (slot < 14) {
      return distance + reverseTree(SPECIAL + distance - slot, direct);
    }
    for (int i = direct - 1; i >= 4; i--) {
      normalize();
      range >>>= 1;
      if (Integer.compareUnsigned(code, range) >= 0) {
        code -= range;
        distance += 1 << i;
      }
    }
    return distance + reverseTree(ALIGN, 4);
  }

  private void copy(int rep0, int length) throws CorruptException {
    check(rep0);
    int count = Math.min(length, limit - to);
    Lz4Block.copyBack(out, to, rep0 + 1, count);
    to += count;
  }

  private void check(int rep0) throws CorruptException {
    if (rep0 < 0 || rep0 >= to) {
      throw new CorruptException("LZMA block: a match does not fit");
    }
  }
}
