package io.firmament.analysis.unpack.io;

import java.nio.ByteOrder;

/// A structure of bit fields as C compilers lay them out: from the lowest bit on where the order is
/// little-endian, from the highest on where it is big-endian.
public final class BitFields {
  private final byte[] bytes;
  private final boolean little;
  private int at;

  public BitFields(byte[] bytes, ByteOrder order) {
    this.bytes = bytes;
    this.little = order == ByteOrder.LITTLE_ENDIAN;
  }

  /// The next field of up to 63 bits.
  public long next(int width) {
    long value = 0;
    for (int i = 0; i < width; i++, at++) {
      int bit = bytes[at >> 3] >> (little ? at & 7 : 7 - (at & 7)) & 1;
      value = little ? value | (long) bit << i : value << 1 | bit;
    }
    return value;
  }

  /// The next field of up to 31 bits.
  public int nextInt(int width) {
    return (int) next(width);
  }
}
