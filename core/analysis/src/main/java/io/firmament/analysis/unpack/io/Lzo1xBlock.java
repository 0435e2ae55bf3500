package io.firmament.analysis.unpack.io;

/// Decodes one LZO1X block, as described in the kernel's `Documentation/staging/lzo.rst`.
///
/// The stream is a list of instructions. Each copies a match (a length and a distance back) and
/// then 0 to 3 literals, whose number is in the low two bits of the instruction's last-but-data
/// bytes and is the state of the decoder for the next one; state 4 is "after a run of literals".
public final class Lzo1xBlock {
  private final byte[] in;
  private final int inEnd;
  private final byte[] out;
  private int from;
  private int to;

  private Lzo1xBlock(byte[] in, int inAt, int inEnd, byte[] out) {
    this.in = in;
    this.from = inAt;
    this.inEnd = inEnd;
    this.out = out;
  }

  /// Decodes to the start of `out`; gives how many bytes came out.
  public static int decode(byte[] in, int inAt, int inEnd, byte[] out) throws CorruptException {
    return new Lzo1xBlock(in, inAt, inEnd, out).run();
  }

  private int run() throws CorruptException {
    int state = first();
    while (true) {
      int instruction = next();
      int length;
      int distance;
      int trailing = instruction;
      if (instruction < 16) {
        if (state == 0) {
          // 0000LLLL: a run of 3 + L literals, 18 + more where L is 0.
          literals(instruction == 0 ? 18 + more(0) : 3 + instruction);
          state = 4;
          continue;
        }
        // 0000DDSS H: 2 bytes from close by, or 3 bytes from 2 KiB back after a run.
        distance = (next() << 2) + (instruction >>> 2 & 3) + (state == 4 ? 2049 : 1);
        length = state == 4 ? 3 : 2;
      } else if (instruction < 32) {
        // 0001HLLL, then 16 bits DDDDDDDDDDDDDDSS: 16 to 48 KiB back; distance 16384 is the end.
        length = 2 + ((instruction & 7) == 0 ? 7 + more(0) : instruction & 7);
        int low = next();
        int word = low | next() << 8;
        distance = 16384 + ((instruction & 8) << 11) + (word >>> 2);
        trailing = word;
        if (distance == 16384) {
          return to;
        }
      } else if (instruction < 64) {
        // 001LLLLL, then 16 bits: up to 16 KiB back.
        length = 2 + ((instruction & 31) == 0 ? 31 + more(0) : instruction & 31);
        int low = next();
        int word = low | next() << 8;
        distance = 1 + (word >>> 2);
        trailing = word;
      } else {
        // 01LDDDSS H and 1LLDDDSS H: 3 to 8 bytes from up to 2 KiB back.
        length = instruction < 128 ? 3 + (instruction >>> 5 & 1) : 5 + (instruction >>> 5 & 3);
        distance = (next() << 3) + (instruction >>> 2 & 7) + 1;
      }
      match(distance, length);
      state = trailing & 3;
      literals(state);
    }
  }

  /// The first byte may be a run of literals: 18 and more give that less 17.
  private int first() throws CorruptException {
    int instruction = from < inEnd ? in[from] & 0xff : 0;
    if (instruction <= 17) {
      return 0;
    }
    from++;
    literals(instruction - 17);
    return instruction < 21 ? instruction - 17 : 4;
  }

  /// Lengths go on in zero bytes, each 255 more, up to a byte that is not zero.
  private int more(int start) throws CorruptException {
    int sum = start;
    int b = next();
    while (b == 0) {
      sum += 255;
      b = next();
    }
    return sum + b;
  }

  private int next() throws CorruptException {
    if (from >= inEnd) {
      throw new CorruptException("LZO block: ends inside an instruction");
    }
    return in[from++] & 0xff;
  }

  private void literals(int count) throws CorruptException {
    if (count > inEnd - from || count > out.length - to) {
      throw new CorruptException("LZO block: the literals do not fit");
    }
    System.arraycopy(in, from, out, to, count);
    from += count;
    to += count;
  }

  private void match(int distance, int length) throws CorruptException {
    if (distance > to || length > out.length - to) {
      throw new CorruptException("LZO block: the match does not fit");
    }
    Lz4Block.copyBack(out, to, distance, length);
    to += length;
  }
}
