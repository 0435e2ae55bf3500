package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;

/// An inode of any version and kind.
///
/// @param number the same for all names of the inode
/// @param links how many names it has; 2 where the version does not count them
/// @param start of the data of a file, or of the listing of a directory
/// @param size of the content
/// @param fragment index, or [#NONE]
/// @param offset in the fragment, or in the block of the listing
/// @param xattr index, or [#NONE]
record Inode(
    EntryType type,
    int mode,
    long uid,
    long gid,
    long mtime,
    long number,
    long links,
    long start,
    long size,
    long fragment,
    long offset,
    BlockSizes blocks,
    DeviceNumber rdev,
    byte[] target,
    long xattr) {
  static final long NONE = 0xffffffffL;
  private static final byte[] NO_TARGET = {};

  /// What every inode begins with.
  record Head(int mode, long uid, long gid, long mtime, long number, long links) {
    Inode directory(long start, long size, long offset, long xattr) {
      return inode(
          EntryType.DIRECTORY,
          start,
          size,
          NONE,
          offset,
          BlockSizes.none(),
          DeviceNumber.NONE,
          NO_TARGET,
          xattr);
    }

    Inode file(long start, long size, long fragment, long offset, BlockSizes blocks, long xattr) {
      return inode(
          EntryType.FILE,
          start,
          size,
          fragment,
          offset,
          blocks,
          DeviceNumber.NONE,
          NO_TARGET,
          xattr);
    }

    Inode link(byte[] target, long xattr) {
      return inode(
          EntryType.SYMLINK, 0, 0, NONE, 0, BlockSizes.none(), DeviceNumber.NONE, target, xattr);
    }

    Inode other(EntryType type, DeviceNumber rdev, long xattr) {
      return inode(type, 0, 0, NONE, 0, BlockSizes.none(), rdev, NO_TARGET, xattr);
    }

    private Inode inode(
        EntryType type,
        long start,
        long size,
        long fragment,
        long offset,
        BlockSizes blocks,
        DeviceNumber rdev,
        byte[] target,
        long xattr) {
      return new Inode(
          type, mode, uid, gid, mtime, number, links, start, size, fragment, offset, blocks, rdev,
          target, xattr);
    }
  }

  boolean hasFragment() {
    return fragment != NONE;
  }

  boolean hasXattrs() {
    return xattr != NONE;
  }
}
