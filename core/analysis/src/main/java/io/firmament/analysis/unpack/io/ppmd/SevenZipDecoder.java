package io.firmament.analysis.unpack.io.ppmd;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.io.InputStream;

/// The range coder of 7z's PPMd: a byte of zero, then four of the code.
final class SevenZipDecoder implements RangeDecoder {
  private static final long TOP = 1 << 24;
  private static final long MASK = 0xffffffffL;

  /// The last symbols may need bytes that are not there.
  private static final int MOST_MISSING = 8;

  private final InputStream in;
  private long code;
  private long range = MASK;
  private int missing;

  SevenZipDecoder(InputStream in) throws IOException {
    this.in = in;
    if (in.read() != 0) {
      throw new CorruptException("no PPMd stream");
    }
    for (int i = 0; i < 4; i++) {
      code = code << 8 | read();
    }
    if (code == MASK) {
      throw new CorruptException("no PPMd stream");
    }
  }

  @Override
  public int part(int total) {
    range /= total;
    return (int) Math.min(code / range, Integer.MAX_VALUE);
  }

  @Override
  public void enter(int start, int parts) throws IOException {
    code -= start * range;
    range *= parts;
    normalize();
  }

  @Override
  public int bit(int zero) throws IOException {
    long bound = (range >> 14) * zero;
    int bit = code < bound ? 0 : 1;
    if (bit == 0) {
      range = bound;
    } else {
      code -= bound;
      range -= bound;
    }
    normalize();
    return bit;
  }

  private void normalize() throws IOException {
    while (range < TOP) {
      if (range == 0) {
        throw new CorruptException("a PPMd stream makes no sense");
      }
      code = (code << 8 | read()) & MASK;
      range = range << 8 & MASK;
    }
  }

  private int read() throws IOException {
    int b = in.read();
    if (b < 0 && ++missing > MOST_MISSING) {
      throw new TruncatedException("the compressed data is cut off");
    }
    return Math.max(b, 0);
  }
}
