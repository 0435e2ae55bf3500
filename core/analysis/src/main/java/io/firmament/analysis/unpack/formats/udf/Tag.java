package io.firmament.analysis.unpack.formats.udf;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;

/// The tag that every descriptor begins with (ECMA-167, 3/7.2).
record Tag(int id, long location) {
  static final int SIZE = 16;

  /// Both checksums must be right.
  static Tag of(byte[] b, int at) throws CorruptException {
    int sum = 0;
    for (int i = 0; i < SIZE; i++) {
      sum += i == 4 ? 0 : b[at + i] & 0xff;
    }
    int length = Binary.u16le(b, at + 10);
    if ((sum & 0xff) != (b[at + 4] & 0xff)
        || Binary.u16le(b, at) == 0
        || length > b.length - at - SIZE
        || crc(b, at + SIZE, length) != Binary.u16le(b, at + 8)) {
      throw new CorruptException("the tag of a descriptor is wrong");
    }
    return new Tag(Binary.u16le(b, at), Binary.u32le(b, at + 12));
  }

  /// CRC of CCITT: 1021, from the highest bit, begins with 0.
  private static int crc(byte[] b, int at, int length) {
    int crc = 0;
    for (int i = at; i < at + length; i++) {
      crc ^= (b[i] & 0xff) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc << 1 ^ ((crc & 0x8000) != 0 ? 0x1021 : 0);
      }
      crc &= 0xffff;
    }
    return crc;
  }
}
