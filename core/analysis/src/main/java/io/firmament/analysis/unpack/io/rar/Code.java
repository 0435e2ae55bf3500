package io.firmament.analysis.unpack.io.rar;

import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Arrays;

/// A canonical Huffman code of up to 15 bits; the shortest codes are found in a table.
final class Code {
  private static final int LONGEST = 15;
  private static final int QUICK = 10;

  private final int[] limits = new int[LONGEST + 1];
  private final int[] firsts = new int[LONGEST + 1];
  private final int[] symbols;
  private final short[] quick = new short[1 << QUICK];

  private Code(int symbols) {
    this.symbols = new int[symbols];
  }

  /// @param lengths of the codes, 0 where a symbol has none; those from `from` on to `to`
  static Code of(byte[] lengths, int from, int to) throws CorruptException {
    int[] counts = new int[LONGEST + 1];
    for (int i = from; i < to; i++) {
      counts[lengths[i]]++;
    }
    counts[0] = 0;
    Code code = new Code(Arrays.stream(counts).sum());
    int[] next = new int[LONGEST + 1];
    for (int length = 1; length <= LONGEST; length++) {
      int before = counts[length - 1];
      code.firsts[length] = code.firsts[length - 1] + before;
      next[length] = code.firsts[length];
      code.limits[length] = code.limits[length - 1] + (counts[length] << (LONGEST - length));
    }
    if (code.limits[LONGEST] > 1 << LONGEST) {
      throw new CorruptException("more codes than there can be");
    }
    for (int i = from; i < to; i++) {
      if (lengths[i] > 0) {
        code.symbols[next[lengths[i]]++] = i - from;
      }
    }
    code.fillQuick(counts);
    return code;
  }

  private void fillQuick(int[] counts) {
    for (int length = 1; length <= QUICK; length++) {
      int width = 1 << (QUICK - length);
      int at = limits[length - 1] >> (LONGEST - QUICK);
      for (int i = 0; i < counts[length]; i++) {
        short entry = (short) (symbols[firsts[length] + i] << 4 | length);
        Arrays.fill(quick, at, at + width, entry);
        at += width;
      }
    }
  }

  int next(Bits in) throws IOException {
    int bits = in.peek(LONGEST);
    int entry = quick[bits >> (LONGEST - QUICK)];
    if (entry != 0) {
      in.skip(entry & 15);
      return entry >> 4;
    }
    for (int length = QUICK + 1; length <= LONGEST; length++) {
      if (bits < limits[length]) {
        in.skip(length);
        return symbols[firsts[length] + ((bits - limits[length - 1]) >> (LONGEST - length))];
      }
    }
    throw new CorruptException("no code of the table");
  }
}
