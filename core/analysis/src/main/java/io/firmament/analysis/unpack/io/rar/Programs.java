package io.firmament.analysis.unpack.io.rar;

import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The filters of RAR 3 are programs for a small machine. All archives have the same few, which are
/// known by length and CRC-32 and done here; no program is run.
final class Programs {
  private static final int MOST = 1024;
  private static final int OTHER_PROGRAM = 0x80;
  private static final int FAR = 0x40;
  private static final int HAS_LENGTH = 0x20;
  private static final int HAS_REGISTERS = 0x10;

  private static final Map<Long, Filter.Kind> KNOWN =
      Map.of(
          53L << 32 | 0xad576887L, Filter.Kind.CALLS,
          57L << 32 | 0x3cd7e57eL, Filter.Kind.CALLS_AND_JUMPS,
          29L << 32 | 0x0e06077dL, Filter.Kind.DELTA,
          149L << 32 | 0x1c2c5dc8L, Filter.Kind.RGB,
          216L << 32 | 0xbc85e701L, Filter.Kind.AUDIO);

  private record Program(Filter.Kind kind, int lastLength) {}

  private final List<Program> programs = new ArrayList<>();
  private int last;

  /// @param produced what was decoded so far
  Filter read(int flags, byte[] bytes, long produced) throws IOException {
    Bits in = new Bits(HeapByteSource.of(bytes));
    int which = last;
    if ((flags & OTHER_PROGRAM) != 0) {
      which = (int) Math.min(number(in), MOST + 1L) - 1;
      if (which < 0) {
        programs.clear();
        which = 0;
      }
    }
    if (which > programs.size() || which >= MOST) {
      throw Rar3Decoder.senseless();
    }
    last = which;
    long start = number(in) + ((flags & FAR) != 0 ? 258 : 0);
    boolean known = which < programs.size();
    int length = known ? programs.get(which).lastLength : 0;
    length = (flags & HAS_LENGTH) != 0 ? (int) number(in) : length;
    long[] registers = new long[7];
    int mask = (flags & HAS_REGISTERS) != 0 ? in.take(7) : 0;
    for (int i = 0; i < registers.length; i++) {
      registers[i] = (mask >> i & 1) != 0 ? number(in) : 0;
    }
    Filter.Kind kind = known ? programs.get(which).kind : kind(in, bytes.length);
    Program program = new Program(kind, length);
    if (known) {
      programs.set(which, program);
    } else {
      programs.add(program);
    }
    boolean rgb = kind == Filter.Kind.RGB;
    long channels = rgb ? registers[0] - 3 : registers[0];
    boolean counted = kind == Filter.Kind.DELTA || kind == Filter.Kind.AUDIO;
    if ((counted && (channels < 1 || channels > 1024))
        || (rgb && (channels < 0 || channels > length || registers[1] > 2))) {
      throw Rar3Decoder.senseless();
    }
    return new Filter(kind, produced + start, length, (int) channels, (int) registers[1]);
  }

  private static Filter.Kind kind(Bits in, int most) throws IOException {
    long size = number(in);
    if (size == 0 || size > most) {
      throw Rar3Decoder.senseless();
    }
    byte[] code = new byte[(int) size];
    for (int i = 0; i < code.length; i++) {
      code[i] = (byte) in.take(8);
    }
    long sum = Checksums.crc32(HeapByteSource.of(code));
    Filter.Kind kind = KNOWN.get(size << 32 | sum);
    if (kind == null) {
      throw new UnsupportedException("a filter that is not one of the usual ones");
    }
    return kind;
  }

  /// Four, eight, sixteen or 32 bits as the first two say; eight may be a negative number.
  private static long number(Bits in) throws IOException {
    return switch (in.take(2)) {
      case 0 -> in.take(4);
      case 1 -> {
        int upper = in.take(4);
        yield upper == 0 ? 0xffffff00L | in.take(8) : (upper << 4) | in.take(4);
      }
      case 2 -> in.take(16);
      default -> in.take(32) & 0xffffffffL;
    };
  }
}
