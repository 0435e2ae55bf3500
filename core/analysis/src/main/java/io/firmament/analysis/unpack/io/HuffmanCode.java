package io.firmament.analysis.unpack.io;

/// A canonical Huffman code, as the lengths of its symbols' codes say.
final class HuffmanCode {
  static final int LONGEST = 16;
  static final HuffmanCode NONE = new HuffmanCode(new int[LONGEST + 1], new int[0]);

  private final int[] counts;
  private final int[] symbols;

  private HuffmanCode(int[] counts, int[] symbols) {
    this.counts = counts;
    this.symbols = symbols;
  }

  /// @param lengths of each symbol's code, 0 where it has none, at most 16
  static HuffmanCode of(int[] lengths) throws CorruptException {
    int[] counts = new int[LONGEST + 1];
    for (int length : lengths) {
      counts[length]++;
    }
    counts[0] = 0;
    int[] from = new int[LONGEST + 2];
    int codes = 0;
    for (int i = 1; i <= LONGEST; i++) {
      from[i + 1] = from[i] + counts[i];
      codes = (codes << 1) + counts[i];
      if (codes > 1 << i) {
        throw new CorruptException("more codes than there can be");
      }
    }
    int[] symbols = new int[from[LONGEST + 1]];
    for (int symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] > 0) {
        symbols[from[lengths[symbol]]++] = symbol;
      }
    }
    return new HuffmanCode(counts, symbols);
  }

  /// How many codes have so many bits.
  int count(int length) {
    return counts[length];
  }

  /// The symbol of the code at that place in order.
  int symbol(int index) {
    return symbols[index];
  }
}
