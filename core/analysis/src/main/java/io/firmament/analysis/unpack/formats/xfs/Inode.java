package io.firmament.analysis.unpack.formats.xfs;

import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.util.Arrays;

/// An inode with its forks.
///
/// @param data where the content is
/// @param attributes where the attributes are; no bytes where there are none
record Inode(
    long number,
    int mode,
    long uid,
    long gid,
    long links,
    long size,
    long mtime,
    Fork data,
    Fork attributes) {
  static final int DEVICE = 0;
  static final int LOCAL = 1;
  static final int EXTENTS = 2;
  static final int BTREE = 3;
  private static final long LARGE_TIMES = 1L << 3;
  private static final long LARGE_COUNTS = 1L << 4;
  private static final long BIG_EPOCH = 1L << 31;

  /// The part of an inode that tells where something is.
  ///
  /// @param format device, local, extents or tree
  /// @param extents how many records there are
  record Fork(int format, byte[] bytes, long extents) {}

  static Inode of(long number, byte[] b) throws CorruptException {
    int version = b[4];
    boolean sound = b[0] == 'I' && b[1] == 'N' && version >= 1 && version <= 3;
    int core = version == 3 ? 176 : 100;
    int forkOffset = (b[82] & 0xff) * 8;
    int end = forkOffset == 0 ? b.length : core + forkOffset;
    if (!sound || end > b.length || b.length < core) {
      throw new CorruptException("no inode " + number);
    }
    long flags = version == 3 ? Binary.i64be(b, 120) : 0;
    boolean largeCounts = (flags & LARGE_COUNTS) != 0;
    long extents = largeCounts ? Binary.i64be(b, 24) : Binary.u32be(b, 76);
    long more = largeCounts ? Binary.u32be(b, 76) : Binary.u16be(b, 80);
    long mtime =
        (flags & LARGE_TIMES) != 0
            ? Math.floorDiv(Binary.i64be(b, 40), 1_000_000_000L) - BIG_EPOCH
            : (int) Binary.u32be(b, 40);
    return new Inode(
        number,
        Binary.u16be(b, 2),
        Binary.u32be(b, 8),
        Binary.u32be(b, 12),
        version == 1 ? Binary.u16be(b, 6) : Binary.u32be(b, 16),
        Binary.i64be(b, 56),
        mtime,
        new Fork(b[5], Arrays.copyOfRange(b, core, end), extents),
        new Fork(forkOffset == 0 ? LOCAL : b[83], Arrays.copyOfRange(b, end, b.length), more));
  }

  EntryType type() {
    return RawEntry.type(mode);
  }
}
