package io.firmament.analysis.unpack.io;

import java.util.zip.Checksum;

/// CRC-16/ARC: the polynomial 8005, reflected, from zero; of LHA and others.
public final class Crc16 implements Checksum {
  private static final int[] TABLE = new int[256];

  static {
    for (int i = 0; i < 256; i++) {
      int value = i;
      for (int bit = 0; bit < 8; bit++) {
        value = (value & 1) != 0 ? value >> 1 ^ 0xa001 : value >> 1;
      }
      TABLE[i] = value;
    }
  }

  private int value;

  /// The sum of a whole array.
  public static int of(byte[] bytes) {
    Crc16 sum = new Crc16();
    sum.update(bytes, 0, bytes.length);
    return sum.value;
  }

  @Override
  public void update(int b) {
    value = TABLE[(value ^ b) & 0xff] ^ value >> 8;
  }

  @Override
  public void update(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      update(bytes[i]);
    }
  }

  @Override
  public long getValue() {
    return value;
  }

  @Override
  public void reset() {
    value = 0;
  }
}
