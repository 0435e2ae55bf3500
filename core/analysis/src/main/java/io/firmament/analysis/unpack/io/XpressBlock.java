package io.firmament.analysis.unpack.io;

/// LZ77 with Huffman codes as Windows images have it ([MS-XCA] section 2.2): lengths of 512 codes,
/// four bits each, then little-endian words of bits with bytes of long lengths between them.
public final class XpressBlock {
  private static final int TABLE = 256;
  private static final int LITERALS = 256;
  private static final int LONG = 15;

  private final byte[] in;
  private int at = TABLE;
  private long bits;
  private int held;

  private XpressBlock(byte[] in) {
    this.in = in;
  }

  /// @param size of the decoded block
  public static byte[] decode(byte[] in, int size) throws CorruptException, TruncatedException {
    return new XpressBlock(in).decoded(size);
  }

  private byte[] decoded(int size) throws CorruptException, TruncatedException {
    if (in.length < TABLE) {
      throw new TruncatedException("a block without its codes");
    }
    int[] lengths = new int[2 * TABLE];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = in[i >> 1] >> (4 * (i & 1)) & 15;
    }
    HuffmanCode code = HuffmanCode.of(lengths);
    byte[] out = new byte[size];
    int done = 0;
    while (done < size) {
      int symbol = next(code);
      if (symbol < LITERALS) {
        out[done++] = (byte) symbol;
        continue;
      }
      int wide = (symbol - LITERALS) >> 4;
      need(16);
      int distance = (1 << wide) + take(wide);
      int count = symbol & LONG;
      if (count == LONG) {
        count += u8();
        count = count == LONG + 0xff ? u8() | u8() << 8 : count;
      }
      count += 3;
      if (distance > done || count > size - done) {
        throw new CorruptException("a match out of the block");
      }
      for (int i = 0; i < count; i++, done++) {
        out[done] = out[done - distance];
      }
    }
    return out;
  }

  private int next(HuffmanCode code) throws CorruptException, TruncatedException {
    need(15);
    int value = 0;
    int first = 0;
    int before = 0;
    for (int i = 1; i < HuffmanCode.LONGEST; i++) {
      value |= take(1);
      int count = code.count(i);
      if (value - first < count) {
        return code.symbol(before + value - first);
      }
      before += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    throw new CorruptException("no code of the table");
  }

  /// Takes words until so many bits are there; some words behind the end are zeros.
  private void need(int count) throws TruncatedException {
    while (held < count) {
      if (at > in.length + 4) {
        throw new TruncatedException("a block is cut off");
      }
      int low = at < in.length ? in[at] & 0xff : 0;
      int high = at + 1 < in.length ? in[at + 1] & 0xff : 0;
      bits = bits << 16 | high << 8 | low;
      at += 2;
      held += 16;
    }
  }

  private int take(int count) throws TruncatedException {
    need(count);
    held -= count;
    return (int) (bits >>> held) & (1 << count) - 1;
  }

  private int u8() throws TruncatedException {
    if (at >= in.length) {
      throw new TruncatedException("a block is cut off");
    }
    return in[at++] & 0xff;
  }
}
