package io.firmament.analysis.unpack.formats.f2fs;

/// CRC-32 as F2FS has it: it begins with the magic of the super block and is not inverted.
final class Crc {
  private static final int START = 0xf2f52010;
  private static final int[] TABLE = table();

  private Crc() {}

  private static int[] table() {
    int[] table = new int[256];
    for (int i = 0; i < 256; i++) {
      int value = i;
      for (int bit = 0; bit < 8; bit++) {
        value = (value & 1) != 0 ? value >>> 1 ^ 0xedb88320 : value >>> 1;
      }
      table[i] = value;
    }
    return table;
  }

  static int of(byte[] bytes, int at, int length) {
    int crc = START;
    for (int i = at; i < at + length; i++) {
      crc = TABLE[(crc ^ bytes[i]) & 0xff] ^ crc >>> 8;
    }
    return crc;
  }
}
