package io.firmament.analysis.unpack.formats.btrfs;

import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;

/// An inode of a subvolume.
///
/// @param tree of the subvolume
record Node(
    Tree tree,
    long number,
    long size,
    long links,
    long uid,
    long gid,
    int mode,
    long device,
    long mtime) {
  static final int ITEM = 1;
  private static final int SIZE = 160;

  static Node of(Tree tree, long number, byte[] b, int start, int end) throws CorruptException {
    if (end - start < SIZE) {
      throw new CorruptException("an inode makes no sense");
    }
    return new Node(
        tree,
        number,
        Binary.i64le(b, start + 16),
        Binary.u32le(b, start + 40),
        Binary.u32le(b, start + 44),
        Binary.u32le(b, start + 48),
        (int) Binary.u32le(b, start + 52),
        Binary.i64le(b, start + 56),
        Binary.i64le(b, start + 136));
  }

  EntryType type() {
    return RawEntry.type(mode);
  }
}
