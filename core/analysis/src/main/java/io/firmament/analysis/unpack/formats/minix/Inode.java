package io.firmament.analysis.unpack.formats.minix;

import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import java.nio.ByteBuffer;

/// An inode.
///
/// @param mode with the type
/// @param zones seven of data, then one each of single, double and, from version 2 on, triple
///     indirection; a device has its numbers in the first
record Inode(
    long number, int mode, int uid, int gid, long size, long mtime, int links, long[] zones) {
  static final int DIRECT = 7;

  /// Version 1: 32 bytes, zones of 16 bits.
  static Inode first(long number, ByteBuffer b) {
    long[] zones = new long[9];
    for (int i = 0; i < zones.length; i++) {
      zones[i] = Short.toUnsignedLong(b.getShort(14 + 2 * i));
    }
    return new Inode(
        number,
        Short.toUnsignedInt(b.getShort(0)),
        Short.toUnsignedInt(b.getShort(2)),
        b.get(12) & 0xff,
        Integer.toUnsignedLong(b.getInt(4)),
        Integer.toUnsignedLong(b.getInt(8)),
        b.get(13) & 0xff,
        zones);
  }

  /// Versions 2 and 3: 64 bytes, zones of 32 bits.
  static Inode second(long number, ByteBuffer b) {
    long[] zones = new long[10];
    for (int i = 0; i < zones.length; i++) {
      zones[i] = Integer.toUnsignedLong(b.getInt(24 + 4 * i));
    }
    return new Inode(
        number,
        Short.toUnsignedInt(b.getShort(0)),
        Short.toUnsignedInt(b.getShort(4)),
        Short.toUnsignedInt(b.getShort(6)),
        Integer.toUnsignedLong(b.getInt(8)),
        Integer.toUnsignedLong(b.getInt(16)),
        Short.toUnsignedInt(b.getShort(2)),
        zones);
  }

  EntryType type() {
    return RawEntry.type(mode);
  }
}
