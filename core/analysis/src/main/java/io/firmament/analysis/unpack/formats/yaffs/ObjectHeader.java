package io.firmament.analysis.unpack.formats.yaffs;

import io.firmament.analysis.unpack.io.Binary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/// The header of an object, 512 bytes at the start of a page.
///
/// @param type 1 file, 2 symbolic link, 3 directory, 4 hard link, 5 device, FIFO or socket
/// @param equivalent object that a hard link is another name of
record ObjectHeader(
    int type,
    long parent,
    byte[] name,
    int mode,
    long uid,
    long gid,
    long mtime,
    long size,
    long equivalent,
    byte[] alias,
    int rdev) {
  static final int SIZE = 512;
  static final int FILE = 1;
  static final int LINK = 2;
  static final int DIRECTORY = 3;
  static final int HARD_LINK = 4;

  /// Empty where the bytes are no header.
  static Optional<ObjectHeader> read(byte[] bytes, ByteOrder order) {
    ByteBuffer b = ByteBuffer.wrap(bytes).order(order);
    int type = b.getInt(0);
    long parent = Integer.toUnsignedLong(b.getInt(4));
    int sum = Short.toUnsignedInt(b.getShort(8));
    if (type < 1 || type > 5 || parent == 0 || parent > 0x0fffffff || (sum != 0xffff && sum != 0)) {
      return Optional.empty();
    }
    long low = Integer.toUnsignedLong(b.getInt(292));
    int high = b.getInt(496);
    return Optional.of(
        new ObjectHeader(
            type,
            parent,
            text(bytes, 10, 256),
            b.getInt(268),
            Integer.toUnsignedLong(b.getInt(272)),
            Integer.toUnsignedLong(b.getInt(276)),
            Integer.toUnsignedLong(b.getInt(284)),
            // Old versions leave the upper half of the size erased.
            high > 0 ? low | (long) high << 32 : low == 0xffffffffL ? 0 : low,
            Integer.toUnsignedLong(b.getInt(296)),
            text(bytes, 300, 160),
            b.getInt(460)));
  }

  private static byte[] text(byte[] bytes, int at, int most) {
    int length = Binary.text(bytes, at, most).length();
    return Arrays.copyOfRange(bytes, at, at + length);
  }
}
