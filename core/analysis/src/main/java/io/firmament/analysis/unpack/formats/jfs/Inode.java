package io.firmament.analysis.unpack.formats.jfs;

import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.util.Arrays;

/// An inode of 512 bytes (`struct dinode`).
///
/// @param mode with the type
/// @param root of the tree of the content, or of the names
/// @param last 256 bytes, where a device has its numbers, a short symbolic link its target, and in
///     their second half short attributes lie
/// @param attributes where they lie
record Inode(
    long number,
    int mode,
    long links,
    long uid,
    long gid,
    long size,
    long mtime,
    byte[] root,
    byte[] last,
    Attributes attributes) {
  static final int LENGTH = 512;
  static final int LAST = 256;

  /// Place of the attributes: in the inode, or in blocks.
  record Attributes(boolean inline, Extent extent, long size) {}

  static Inode of(long number, byte[] b) throws CorruptException {
    if (Binary.u32le(b, 8) != number) {
      throw new CorruptException("no inode " + number);
    }
    return new Inode(
        number,
        (int) Binary.u32le(b, 52) & 0xffff,
        Binary.u32le(b, 40),
        Binary.u32le(b, 44),
        Binary.u32le(b, 48),
        Binary.i64le(b, 24),
        Binary.u32le(b, 72),
        Arrays.copyOfRange(b, 224, LENGTH),
        Arrays.copyOfRange(b, LENGTH - LAST, LENGTH),
        new Attributes((b[104] & 0x40) != 0, Extent.of(b, 112), Binary.u32le(b, 108)));
  }

  EntryType type() {
    return RawEntry.type(mode);
  }
}
