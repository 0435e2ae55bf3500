package io.firmament.analysis.unpack.io.rar;

import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.ppmd.RarPpmd;
import java.io.IOException;
import java.util.Arrays;

/// RAR 2.9 to 4: blocks of matches under Huffman codes or of PPMd, and filters, which are small
/// programs of which the usual ones are known.
final class Rar3Decoder extends RarDecoder {
  private static final int LITERALS = 299;
  private static final int DISTANCES = 60;
  private static final int LOW_DISTANCES = 17;
  private static final int LENGTHS = 28;
  private static final int END = 256;
  private static final int PROGRAM = 257;
  private static final int REPEAT = 258;
  private static final int OLD = 259;
  private static final int SHORT = 263;
  private static final int MATCH = 271;
  private static final int RESET = 0x20;
  private static final int NEW_ESCAPE = 0x40;
  private static final int MOST_MEMORY = 128;

  private static final int[] LENGTH_BASE = new int[LENGTHS];
  private static final int[] LENGTH_BITS = new int[LENGTHS];
  private static final long[] DISTANCE_BASE = new long[DISTANCES];
  private static final int[] DISTANCE_BITS = new int[DISTANCES];
  private static final int[] SHORT_BASE = {0, 4, 8, 16, 32, 64, 128, 192};
  private static final int[] SHORT_BITS = {2, 2, 3, 4, 5, 6, 6, 6};

  static {
    for (int i = 1; i < LENGTHS; i++) {
      LENGTH_BITS[i] = i < 8 ? 0 : i / 4 - 1;
      LENGTH_BASE[i] = LENGTH_BASE[i - 1] + (1 << LENGTH_BITS[i - 1]);
    }
    // Two slots for each number of bits, but four without, and then 14 of 16 bits and 12 of 18.
    for (int i = 1; i < DISTANCES; i++) {
      DISTANCE_BITS[i] = i < 4 ? 0 : i < 34 ? i / 2 - 1 : i < 48 ? 16 : 18;
      DISTANCE_BASE[i] = DISTANCE_BASE[i - 1] + (1L << DISTANCE_BITS[i - 1]);
    }
  }

  private final byte[] lengths = new byte[LITERALS + DISTANCES + LOW_DISTANCES + LENGTHS];
  private final Code[] codes = new Code[4];
  private final long[] distances = new long[4];
  private Programs programs = new Programs();
  private RarPpmd model = new RarPpmd();
  private int escape = 2;
  private boolean tables;
  private boolean ppm;
  private int lastLength;
  private int lastLow;
  private int lowRepeats;

  @Override
  void reset() {
    tables = false;
    ppm = false;
    escape = 2;
    lastLength = 0;
    programs = new Programs();
    model = new RarPpmd();
    Arrays.fill(distances, 0);
    Arrays.fill(lengths, (byte) 0);
  }

  @Override
  boolean wraps() {
    return false;
  }

  @Override
  void begin(Bits in) throws IOException {
    if (!tables) {
      tables(in);
    }
  }

  private void tables(Bits in) throws IOException {
    in.align();
    ppm = in.peek(1) == 1;
    tables = true;
    if (ppm) {
      model(in);
      return;
    }
    in.skip(1);
    lastLow = 0;
    lowRepeats = 0;
    if (in.take(1) == 0) {
      Arrays.fill(lengths, (byte) 0);
    }
    lengths(in, lengths);
    int[] sizes = {LITERALS, DISTANCES, LOW_DISTANCES, LENGTHS};
    int at = 0;
    for (int i = 0; i < sizes.length; i++) {
      codes[i] = Code.of(lengths, at, at + sizes[i]);
      at += sizes[i];
    }
  }

  /// Order and flags, and as these say the memory in MiB and the symbol of an escape.
  private void model(Bits in) throws IOException {
    int flags = in.take(8);
    int memory = (flags & RESET) != 0 ? in.take(8) + 1 : 0;
    if (memory > MOST_MEMORY) {
      throw new LimitException(
          Note.Limit.CODEC_MEMORY, "PPMd needs a memory of %d MiB".formatted(memory));
    }
    if ((flags & NEW_ESCAPE) != 0) {
      escape = in.take(8);
    }
    int order = (flags & 0x1f) + 1;
    model.start(() -> in.take(8), order > 16 ? 16 + (order - 16) * 3 : order, memory << 20);
  }

  @Override
  boolean step(Bits in) throws IOException {
    if (ppm) {
      return predicted(in);
    }
    int symbol = codes[0].next(in);
    if (symbol < END) {
      literal(symbol);
    } else if (symbol >= MATCH) {
      match(in, symbol - MATCH);
    } else if (symbol == END) {
      return end(in);
    } else if (symbol == PROGRAM) {
      program(in);
    } else if (symbol == REPEAT) {
      if (lastLength != 0) {
        copy(distances[0], lastLength);
      }
    } else if (symbol < SHORT) {
      int which = symbol - OLD;
      renew(distances, which, distances[which]);
      int slot = codes[3].next(in);
      lastLength = LENGTH_BASE[slot] + 2 + in.take(LENGTH_BITS[slot]);
      copy(distances[0], lastLength);
    } else {
      int slot = symbol - SHORT;
      renew(distances, 3, SHORT_BASE[slot] + 1L + in.take(SHORT_BITS[slot]));
      lastLength = 2;
      copy(distances[0], 2);
    }
    return true;
  }

  /// A bit: new codes follow in this file; else the file ends, and a bit says whether the next one
  /// has codes of its own.
  private boolean end(Bits in) throws IOException {
    if (in.take(1) == 1) {
      tables(in);
      return true;
    }
    tables = in.take(1) == 0;
    return false;
  }

  private void match(Bits in, int lengthSlot) throws IOException {
    int length = LENGTH_BASE[lengthSlot] + 3 + in.take(LENGTH_BITS[lengthSlot]);
    int slot = codes[1].next(in);
    int bits = DISTANCE_BITS[slot];
    long distance = DISTANCE_BASE[slot] + 1;
    if (slot > 9) {
      distance += bits > 4 ? (long) in.take(bits - 4) << 4 : 0;
      distance += low(in);
    } else {
      distance += in.take(bits);
    }
    length += distance >= 0x2000 ? 1 : 0;
    length += distance >= 0x40000 ? 1 : 0;
    renew(distances, 3, distance);
    lastLength = length;
    copy(distance, length);
  }

  /// The lowest four bits of a distance; 16 means those of the last one, sixteen times.
  private int low(Bits in) throws IOException {
    if (lowRepeats > 0) {
      lowRepeats--;
      return lastLow;
    }
    int low = codes[2].next(in);
    if (low == 16) {
      lowRepeats = 15;
      return lastLow;
    }
    lastLow = low;
    return low;
  }

  private void program(Bits in) throws IOException {
    int flags = in.take(8);
    int length = (flags & 7) + 1;
    length = length == 7 ? in.take(8) + 7 : length == 8 ? in.take(16) : length;
    byte[] code = new byte[length];
    for (int i = 0; i < length; i++) {
      code[i] = (byte) in.take(8);
    }
    filter(programs.read(flags, code, produced()));
  }

  private boolean predicted(Bits in) throws IOException {
    int symbol = model.next();
    if (symbol != escape) {
      literal(symbol);
      return true;
    }
    switch (model.next()) {
      case 0 -> tables(in);
      case 2 -> {
        tables = false;
        return false;
      }
      case 3 -> predictedProgram();
      case 4 -> {
        long distance = 0;
        for (int i = 0; i < 3; i++) {
          distance = distance << 8 | model.next();
        }
        copy(distance + 2, model.next() + 32);
      }
      case 5 -> copy(1, model.next() + 4);
      default -> literal(escape);
    }
    return true;
  }

  private void predictedProgram() throws IOException {
    int flags = model.next();
    int length = (flags & 7) + 1;
    length =
        length == 7 ? model.next() + 7 : length == 8 ? model.next() << 8 | model.next() : length;
    byte[] code = new byte[length];
    for (int i = 0; i < length; i++) {
      code[i] = (byte) model.next();
    }
    filter(programs.read(flags, code, produced()));
  }

  static CorruptException senseless() {
    return new CorruptException("a filter that makes no sense");
  }
}
