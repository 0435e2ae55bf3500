package io.firmament.analysis.unpack.io.ppmd;

import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// D. Subbotin's range coder without carries, as RAR and ZIP use it.
final class CarrylessDecoder implements RangeDecoder {
  private static final int TOP = 1 << 24;
  private static final int BOTTOM = 1 << 15;

  private final RarPpmd.Bytes in;
  private int low;
  private int code;
  private int range = -1;

  CarrylessDecoder(RarPpmd.Bytes in) throws IOException {
    this.in = in;
    for (int i = 0; i < 4; i++) {
      code = code << 8 | in.next();
    }
  }

  @Override
  public int part(int total) throws CorruptException {
    range = Integer.divideUnsigned(range, total);
    if (range == 0) {
      throw new CorruptException("a PPMd stream makes no sense");
    }
    int part = Integer.divideUnsigned(code - low, range);
    return part < 0 ? Integer.MAX_VALUE : part;
  }

  @Override
  public void enter(int start, int parts) throws IOException {
    low += start * range;
    range *= parts;
    while (true) {
      if (Integer.compareUnsigned(low ^ low + range, TOP) >= 0) {
        if (Integer.compareUnsigned(range, BOTTOM) >= 0) {
          return;
        }
        range = -low & BOTTOM - 1;
      }
      code = code << 8 | in.next();
      range <<= 8;
      low <<= 8;
    }
  }

  @Override
  public int bit(int zero) throws IOException {
    int bit = part(1 << 14) < zero ? 0 : 1;
    if (bit == 0) {
      enter(0, zero);
    } else {
      enter(zero, (1 << 14) - zero);
    }
    return bit;
  }
}
