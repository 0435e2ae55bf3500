package io.firmament.analysis.unpack.formats.jffs2;

import io.firmament.analysis.unpack.io.Checksums;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// What every node begins with: magic, type, length and a checksum of these.
///
/// @param position first byte
/// @param type with the bits that say what to do with an unknown type; nodes that were made
///     obsolete in place have other types, too
/// @param length of the whole node, without the padding to four bytes
record Node(long position, int type, long length) {
  static final int HEADER = 12;
  static final int DIRENT = 0xe001;
  static final int INODE = 0xe002;
  static final int XATTR = 0xe008;
  static final int XREF = 0xe009;

  /// The bit of a type that is cleared where a node was made obsolete in place.
  private static final int ACCURATE = 0x2000;

  private static final int MAGIC = 0x1985;
  private static final int OLD_MAGIC = 0x1984;

  /// The header at `at` of the bytes, where its checksum fits.
  static Optional<Node> read(byte[] bytes, int at, ByteOrder order, long position) {
    ByteBuffer b = ByteBuffer.wrap(bytes, at, HEADER).slice().order(order);
    int magic = Short.toUnsignedInt(b.getShort(0));
    if (magic != MAGIC && magic != OLD_MAGIC) {
      return Optional.empty();
    }
    int type = Short.toUnsignedInt(b.getShort(2));
    byte[] checked = new byte[8];
    b.get(0, checked);
    // The checksum was made while the node was accurate.
    ByteBuffer.wrap(checked).order(order).putShort(2, (short) (type | ACCURATE));
    long length = Integer.toUnsignedLong(b.getInt(4));
    return length < HEADER || Checksums.crc32FromZero(checked, 0, 8) != b.getInt(8)
        ? Optional.empty()
        : Optional.of(new Node(position, type, length));
  }

  /// One past the padding.
  long end() {
    return position + (length + 3) / 4 * 4;
  }
}
