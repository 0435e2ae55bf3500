package io.firmament.analysis.unpack.io.lzms;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.util.Arrays;

/// A canonical Huffman code that is made anew from the frequencies of its symbols after so many of
/// them.
final class AdaptiveCode {
  private static final int LONGEST = 15;

  private final int period;
  private final int[] frequencies;
  private final int[] symbols;
  private final int[] firstSymbol = new int[LONGEST + 2];

  /// By the length: one past the last code, in 15 bits.
  private final int[] limits = new int[LONGEST + 1];

  private final int[] counts = new int[LONGEST + 2];
  private int left;

  AdaptiveCode(int symbols, int period) {
    this.period = period;
    this.frequencies = new int[symbols];
    this.symbols = new int[symbols];
    Arrays.fill(frequencies, 1);
    make();
  }

  int next(BackwardBits in) throws CorruptException, TruncatedException {
    int code = in.peek(LONGEST);
    int length = 1;
    while (length <= LONGEST && code >= limits[length]) {
      length++;
    }
    if (length > LONGEST) {
      throw new CorruptException("no code of the table");
    }
    in.skip(length);
    int index = (code - (limits[length] - (counts[length] << (LONGEST - length))));
    int symbol = symbols[firstSymbol[length] + (index >> (LONGEST - length))];
    frequencies[symbol]++;
    if (--left == 0) {
      make();
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] = (frequencies[i] >> 1) + 1;
      }
    }
    return symbol;
  }

  private void make() {
    left = period;
    int[] order = ordered();
    Arrays.fill(counts, 0);
    if (order.length == 1) {
      counts[1] = 1;
    } else {
      countLengths(order);
    }
    int code = 0;
    int first = 0;
    for (int length = 1; length <= LONGEST; length++) {
      firstSymbol[length] = first;
      code += counts[length] << (LONGEST - length);
      limits[length] = code;
      first += counts[length];
    }
    assign(order);
  }

  /// The symbols, the least frequent first.
  private int[] ordered() {
    long[] keys = new long[frequencies.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (long) frequencies[i] << 16 | i;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = (int) keys[i] & 0xffff;
    }
    return order;
  }

  /// How many codes have each length: those of Huffman's tree, in which of two nodes of the same
  /// weight a leaf is taken first; what would be longer is hung in higher up.
  private void countLengths(int[] order) {
    int inner = order.length - 1;
    long[] weights = new long[inner];
    int[] parents = new int[inner];
    int leaf = 0;
    int node = 0;
    for (int made = 0; made < inner; made++) {
      for (int child = 0; child < 2; child++) {
        boolean takesLeaf =
            leaf < order.length && (node == made || frequencies[order[leaf]] <= weights[node]);
        if (takesLeaf) {
          weights[made] += frequencies[order[leaf++]];
        } else {
          weights[made] += weights[node];
          parents[node++] = made;
        }
      }
    }
    int[] depths = new int[inner];
    counts[1] = 2;
    for (int i = inner - 2; i >= 0; i--) {
      depths[i] = depths[parents[i]] + 1;
      int length = depths[i];
      if (length >= LONGEST) {
        length = LONGEST - 1;
        while (counts[length] == 0) {
          length--;
        }
      }
      counts[length]--;
      counts[length + 1] += 2;
    }
  }

  /// The least frequent symbols get the longest codes; those of one length follow each other.
  private void assign(int[] order) {
    int from = 0;
    for (int length = LONGEST; length > 0; length--) {
      int count = counts[length];
      int[] same = Arrays.copyOfRange(order, from, from + count);
      Arrays.sort(same);
      System.arraycopy(same, 0, symbols, firstSymbol[length], count);
      from += count;
    }
  }
}
