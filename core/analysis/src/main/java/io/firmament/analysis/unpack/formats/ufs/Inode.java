package io.firmament.analysis.unpack.formats.ufs;

import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import java.nio.ByteBuffer;

/// An inode (`struct ufs1_dinode`, `struct ufs2_dinode`).
///
/// @param mode with the type
/// @param pointers twelve of data, then one each of single, double and triple indirection, in
///     fragments; a device has its number in the first
/// @param stored the bytes of the pointers, where a short symbolic link has its target
/// @param blocks that it holds, in sectors
record Inode(
    long number,
    int mode,
    int links,
    long uid,
    long gid,
    long size,
    long mtime,
    long blocks,
    long[] pointers,
    byte[] stored) {
  static final int FIRST = 128;
  static final int SECOND = 256;
  static final int DIRECT = 12;
  private static final int POINTERS = 15;

  /// Solaris writes so where owners have 32 bits.
  private static final int LONG_OWNER = 0xffff;

  static Inode of(long number, ByteBuffer b, SuperBlock block) {
    return block.version() == 1 ? first(number, b, block.hasOldInodes()) : second(number, b);
  }

  private static Inode first(long number, ByteBuffer b, boolean old) {
    long[] pointers = new long[POINTERS];
    for (int i = 0; i < POINTERS; i++) {
      pointers[i] = u32(b, 40 + 4 * i);
    }
    return new Inode(
        number,
        u16(b, 0),
        u16(b, 2),
        old && u16(b, 4) != LONG_OWNER ? u16(b, 4) : u32(b, old ? 116 : 112),
        old && u16(b, 6) != LONG_OWNER ? u16(b, 6) : u32(b, old ? 120 : 116),
        b.getLong(8),
        b.getInt(24),
        u32(b, 104),
        pointers,
        stored(b, 40, 4 * POINTERS));
  }

  private static Inode second(long number, ByteBuffer b) {
    long[] pointers = new long[POINTERS];
    for (int i = 0; i < POINTERS; i++) {
      pointers[i] = b.getLong(112 + 8 * i);
    }
    return new Inode(
        number,
        u16(b, 0),
        u16(b, 2),
        u32(b, 4),
        u32(b, 8),
        b.getLong(16),
        b.getLong(40),
        b.getLong(24),
        pointers,
        stored(b, 112, 8 * POINTERS));
  }

  private static byte[] stored(ByteBuffer b, int at, int length) {
    byte[] stored = new byte[length];
    b.get(at, stored);
    return stored;
  }

  private static int u16(ByteBuffer b, int at) {
    return Short.toUnsignedInt(b.getShort(at));
  }

  private static long u32(ByteBuffer b, int at) {
    return Integer.toUnsignedLong(b.getInt(at));
  }

  EntryType type() {
    return RawEntry.type(mode);
  }
}
