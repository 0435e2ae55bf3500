package io.firmament.analysis.unpack.io;

/// Decodes one block of the LZ4 block format.
public final class Lz4Block {
  private Lz4Block() {}

  /// Decodes `in` to `out` from `outAt` on; matches may reach back to `out[0]`. Gives the new end.
  ///
  /// Each sequence: a token with the lengths of literals (high half) and match (low half, less 4),
  /// 15 going on in further bytes; the literals; a 16-bit distance. The last has literals only.
  public static int decode(byte[] in, int inAt, int inEnd, byte[] out, int outAt)
      throws CorruptException {
    return decode(in, inAt, inEnd, out, outAt, false);
  }

  /// Decodes to the start of `out` until it is full or the input ends; what follows in the input
  /// may be anything. Gives how many bytes came out.
  public static int decodeFirst(byte[] in, int inAt, int inEnd, byte[] out)
      throws CorruptException {
    return decode(in, inAt, inEnd, out, 0, true);
  }

  private static int decode(
      byte[] in, int inAt, int inEnd, byte[] out, int outAt, boolean firstOnly)
      throws CorruptException {
    int from = inAt;
    int to = outAt;
    while (from < inEnd && !(firstOnly && to == out.length)) {
      int token = in[from++] & 0xff;
      int literals = token >>> 4;
      if (literals == 15) {
        int more;
        do {
          check(from < inEnd, "length");
          more = in[from++] & 0xff;
          literals += more;
        } while (more == 255);
      }
      if (firstOnly) {
        literals = Math.min(literals, out.length - to);
      }
      check(literals <= inEnd - from && literals <= out.length - to, "literals");
      System.arraycopy(in, from, out, to, literals);
      from += literals;
      to += literals;
      if (from == inEnd || (firstOnly && to == out.length)) {
        break;
      }
      check(from + 2 <= inEnd, "distance");
      int distance = Binary.u16le(in, from);
      from += 2;
      int length = token & 15;
      if (length == 15) {
        int more;
        do {
          check(from < inEnd, "length");
          more = in[from++] & 0xff;
          length += more;
        } while (more == 255);
      }
      length += 4;
      if (firstOnly) {
        length = Math.min(length, out.length - to);
      }
      check(distance > 0 && distance <= to && length <= out.length - to, "match");
      copyBack(out, to, distance, length);
      to += length;
    }
    return to;
  }

  /// Repeats what lies `distance` back; source and target may overlap.
  static void copyBack(byte[] out, int to, int distance, int length) {
    if (distance >= length) {
      System.arraycopy(out, to - distance, out, to, length);
      return;
    }
    for (int i = to; i < to + length; i++) {
      out[i] = out[i - distance];
    }
  }

  private static void check(boolean holds, String what) throws CorruptException {
    if (!holds) {
      throw new CorruptException("LZ4 block: the " + what + " does not fit");
    }
  }
}
