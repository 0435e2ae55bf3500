package io.firmament.analysis.unpack.io;

import java.io.IOException;
import java.io.InputStream;

/// The sliding dictionary and block-wise Huffman codes of LHA's methods lh5, lh6 and lh7, which
/// UEFI uses, too (UEFI Platform Initialization 1.7, volume 3, "Compression Algorithm
/// Specification"; LHA header document). The methods differ in the width of a position.
public final class LzhDecoder extends InputStream {
  private static final int LITERALS = 256;
  private static final int SHORTEST_MATCH = 3;
  private static final int LENGTH_CODES = 510;
  private static final int CODE_LENGTHS = 19;
  private static final int LONGEST_CODE = 16;

  private final InputStream in;
  private final int positionCodes;
  private final int positionBits;
  private final byte[] window;
  private long left;
  private int at;
  private int matchFrom;
  private int matchLeft;
  private int blockLeft;
  private Codes literals = Codes.of(0);
  private Codes positions = Codes.of(0);
  private int bits;
  private int bitCount;
  private int overrun;

  /// @param positionCodes number of codes for positions, 14 for lh5
  /// @param positionBits width of their number in the stream, 4 for lh5
  /// @param windowBits of the dictionary
  /// @param size of the decoded data
  public LzhDecoder(
      InputStream in, int positionCodes, int positionBits, int windowBits, long size) {
    this.in = in;
    this.positionCodes = positionCodes;
    this.positionBits = positionBits;
    this.window = new byte[1 << windowBits];
    java.util.Arrays.fill(window, (byte) ' ');
    this.left = size;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int count = (int) Math.min(length, left);
    for (int i = 0; i < count; i++) {
      if (matchLeft == 0) {
        symbol();
      }
      byte b = window[matchFrom];
      if (matchLeft > 0) {
        matchFrom = matchFrom + 1 & window.length - 1;
        matchLeft--;
      }
      window[at] = b;
      at = at + 1 & window.length - 1;
      into[offset + i] = b;
    }
    left -= count;
    return count;
  }

  /// Sets where the next bytes are to be copied from; a literal is put there first.
  private void symbol() throws IOException {
    if (blockLeft == 0) {
      block();
    }
    blockLeft--;
    int code = literals.next(this);
    if (code < LITERALS) {
      window[at] = (byte) code;
      matchFrom = at;
      matchLeft = 1;
      return;
    }
    matchLeft = code - LITERALS + SHORTEST_MATCH;
    int wide = positions.next(this);
    int position = wide < 2 ? wide : (1 << (wide - 1)) + take(wide - 1);
    if (position >= window.length) {
      throw new CorruptException("a match before the dictionary");
    }
    matchFrom = at - position - 1 & window.length - 1;
  }

  /// The codes of a block: of the code lengths, of literals and lengths, of positions.
  private void block() throws IOException {
    blockLeft = take(16);
    if (blockLeft == 0) {
      throw new CorruptException("a block without symbols");
    }
    Codes lengths = lengths(CODE_LENGTHS, 5, 3);
    literals = literalCodes(lengths);
    positions = lengths(positionCodes, positionBits, -1);
  }

  /// Lengths of three bits, longer ones in unary; behind the `special`th stands a run of zeros.
  private Codes lengths(int most, int width, int special) throws IOException {
    int count = take(width);
    if (count == 0) {
      return Codes.of(take(width));
    }
    if (count > most) {
      throw new CorruptException("too many codes");
    }
    int[] lengths = new int[most];
    int i = 0;
    while (i < count) {
      int length = take(3);
      if (length == 7) {
        while (take(1) == 1) {
          length++;
        }
      }
      lengths[i++] = length;
      if (i == special) {
        i += take(2);
      }
    }
    return Codes.of(lengths);
  }

  /// Lengths coded by `codes`; 0, 1 and 2 are runs of zeros.
  private Codes literalCodes(Codes codes) throws IOException {
    int count = take(9);
    if (count == 0) {
      return Codes.of(take(9));
    }
    int[] lengths = new int[LENGTH_CODES];
    int i = 0;
    while (i < count) {
      int code = codes.next(this);
      if (code > 2) {
        if (i >= LENGTH_CODES) {
          throw new CorruptException("too many codes");
        }
        lengths[i++] = code - 2;
      } else {
        i += code == 0 ? 1 : code == 1 ? 3 + take(4) : 20 + take(9);
      }
    }
    return Codes.of(lengths);
  }

  /// The next bits, the highest first. A few bits past the end read as zeros.
  private int take(int count) throws IOException {
    while (bitCount < count) {
      int b = in.read();
      if (b < 0 && ++overrun > 8) {
        throw new TruncatedException("the compressed data is cut off");
      }
      bits = bits << 8 | Math.max(b, 0);
      bitCount += 8;
    }
    bitCount -= count;
    return bits >>> bitCount & (1 << count) - 1;
  }

  /// A canonical Huffman code.
  ///
  /// @param only the one symbol of a code without bits, or -1
  private record Codes(int only, int[] counts, int[] symbols) {
    static Codes of(int only) {
      return new Codes(only, new int[0], new int[0]);
    }

    static Codes of(int[] lengths) throws CorruptException {
      int[] counts = new int[LONGEST_CODE + 1];
      for (int length : lengths) {
        if (length > LONGEST_CODE) {
          throw new CorruptException("a code of more than 16 bits");
        }
        counts[length]++;
      }
      counts[0] = 0;
      int[] from = new int[LONGEST_CODE + 2];
      for (int i = 1; i <= LONGEST_CODE; i++) {
        from[i + 1] = from[i] + counts[i];
      }
      int[] symbols = new int[from[LONGEST_CODE + 1]];
      for (int symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] > 0) {
          symbols[from[lengths[symbol]]++] = symbol;
        }
      }
      return new Codes(-1, counts, symbols);
    }

    int next(LzhDecoder in) throws IOException {
      if (only >= 0) {
        return only;
      }
      int code = 0;
      int first = 0;
      int index = 0;
      for (int length = 1; length <= LONGEST_CODE; length++) {
        code |= in.take(1);
        int count = counts[length];
        if (code - first < count) {
          return symbols[index + code - first];
        }
        index += count;
        first = (first + count) << 1;
        code <<= 1;
      }
      throw new CorruptException("no code of the table");
    }
  }
}
