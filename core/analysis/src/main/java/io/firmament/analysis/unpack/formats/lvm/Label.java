package io.firmament.analysis.unpack.formats.lvm;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LongArray;
import java.io.IOException;

/// The label of a physical volume, in its second sector, with the header behind it.
///
/// @param uuid without hyphens
/// @param size of the volume in bytes
/// @param metadata positions of the metadata areas
record Label(String uuid, long size, long[] metadata) {
  static final int SECTOR = 512;
  private static final int CRC_START = 0xf597a6cf;
  private static final int MOST_AREAS = 16;

  static Label read(ByteSource volume) throws IOException {
    byte[] b = Binary.bytes(volume, SECTOR, SECTOR);
    boolean sound =
        Binary.text(b, 0, 8).equals("LABELONE")
            && Binary.i64le(b, 8) == 1
            && Binary.text(b, 24, 8).equals("LVM2 001")
            && crc(b, 20, SECTOR) == (int) Binary.u32le(b, 16);
    int at = (int) Math.min(Binary.u32le(b, 20), SECTOR);
    if (!sound || at + 40 > SECTOR) {
      throw new CorruptException("the label makes no sense");
    }
    String uuid = Binary.text(b, at, 32);
    long size = Binary.i64le(b, at + 32);
    LongArray metadata = new LongArray();
    boolean data = true;
    int areas = 0;
    for (at += 40; at + 16 <= SECTOR && areas < MOST_AREAS; at += 16) {
      long position = Binary.i64le(b, at);
      if (position == 0) {
        if (!data) {
          break;
        }
        data = false;
      } else if (!data) {
        metadata.add(position);
        areas++;
      }
    }
    if (size <= 0 || size > 1L << 50 || areas == 0) {
      throw new CorruptException("the header of the physical volume makes no sense");
    }
    return new Label(uuid, size, metadata.toArray());
  }

  /// CRC-32 with a start of its own, and not inverted.
  static int crc(byte[] b, int from, int to) {
    int crc = CRC_START;
    for (int i = from; i < to; i++) {
      crc ^= b[i] & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
      }
    }
    return crc;
  }

  /// The text of the newest metadata; it goes on at the start of its area where that ends.
  String text(ByteSource volume) throws IOException {
    for (long area : metadata) {
      byte[] b = Binary.upTo(volume, area, SECTOR);
      if (b.length < SECTOR
          || !Binary.text(b, 4, 16).equals(" LVM2 x[5A%r0N*>")
          || crc(b, 4, SECTOR) != (int) Binary.u32le(b, 0)) {
        continue;
      }
      long size = Binary.i64le(b, 32);
      long offset = Binary.i64le(b, 40);
      long length = Binary.i64le(b, 48);
      if (length <= 0 || length > 16 << 20 || offset < SECTOR || size < offset) {
        continue;
      }
      int first = (int) Math.min(length, size - offset);
      byte[] text = new byte[(int) length];
      System.arraycopy(Binary.bytes(volume, area + offset, first), 0, text, 0, first);
      byte[] rest = Binary.bytes(volume, area + SECTOR, (int) length - first);
      System.arraycopy(rest, 0, text, first, rest.length);
      if (crc(text, 0, text.length) == (int) Binary.u32le(b, 56)) {
        return Binary.text(text, 0, text.length);
      }
    }
    throw new CorruptException("no metadata area is sound");
  }
}
