package io.firmament.analysis.unpack.formats.cramfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/// The 64 bytes at the start, which the root inode follows.
///
/// @param start where it was found
/// @param size of the image; 0 in the first version, which does not say
record SuperBlock(
    ByteOrder order, long start, long size, int flags, long crc, long files, String name) {
  static final int SIZE = 64;
  private static final int MAGIC = 0x28cd3d45;
  private static final int VERSION_2 = 1;
  private static final int WRONG_SIGNATURE = 0x200;
  private static final int EXTENDED_POINTERS = 0x800;
  private static final int KNOWN_FLAGS = 0xfff;

  static SuperBlock read(ByteSource source, long start) throws IOException {
    byte[] bytes = Binary.bytes(source, start, SIZE);
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (b.getInt(0) != MAGIC) {
      b.order(ByteOrder.BIG_ENDIAN);
    }
    int flags = b.getInt(8);
    boolean signed = Binary.text(bytes, 16, 16).equals("Compressed ROMFS");
    if (b.getInt(0) != MAGIC
        || (flags & ~KNOWN_FLAGS) != 0
        || (!signed && (flags & WRONG_SIGNATURE) == 0)) {
      throw new CorruptException("no cramfs super block");
    }
    boolean second = (flags & VERSION_2) != 0;
    long size = Integer.toUnsignedLong(b.getInt(4));
    if (second && size < SIZE + Inode.SIZE) {
      throw new CorruptException("an image of " + size + " bytes");
    }
    return new SuperBlock(
        b.order(),
        start,
        second ? size : 0,
        flags,
        Integer.toUnsignedLong(b.getInt(32)),
        second ? Integer.toUnsignedLong(b.getInt(44)) : 0,
        Binary.text(bytes, 48, 16));
  }

  boolean isSecondVersion() {
    return (flags & VERSION_2) != 0;
  }

  boolean hasExtendedPointers() {
    return (flags & EXTENDED_POINTERS) != 0;
  }

  /// Whether the checksum over the whole image, itself taken as zero, fits.
  boolean fits(ByteSource image) throws IOException {
    CRC32 sum = new CRC32();
    byte[] head = Binary.bytes(image, 0, SIZE);
    java.util.Arrays.fill(head, 32, 36, (byte) 0);
    sum.update(head);
    byte[] buffer = new byte[1 << 16];
    long at = SIZE;
    for (int n = image.read(at, buffer, 0, buffer.length);
        n > 0;
        n = image.read(at, buffer, 0, buffer.length)) {
      sum.update(buffer, 0, n);
      at += n;
    }
    return sum.getValue() == crc;
  }
}
