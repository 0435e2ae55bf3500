package io.firmament.analysis.unpack.formats.udf;

import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.udf.Layout.Address;

/// A file entry or extended file entry (ECMA-167, 4/14.9 and 4/14.17).
///
/// @param at where it is
/// @param fileType of the ICB: directory 4, file 5, block device 6, character device 7, FIFO 9,
///     socket 10, symbolic link 12
/// @param mode permissions as Unix has them
/// @param kind of the allocation descriptors: short 0, long 1, in the entry itself 3
/// @param attributes extended ones
/// @param descriptors for the allocation, or the content itself
record Node(
    Address at,
    int fileType,
    int mode,
    long uid,
    long gid,
    int links,
    long size,
    long mtime,
    int kind,
    byte[] attributes,
    byte[] descriptors) {
  EntryType type() {
    return switch (fileType) {
      case 4 -> EntryType.DIRECTORY;
      case 6 -> EntryType.BLOCK_DEVICE;
      case 7 -> EntryType.CHARACTER_DEVICE;
      case 9 -> EntryType.FIFO;
      case 10 -> EntryType.SOCKET;
      case 12 -> EntryType.SYMLINK;
      default -> EntryType.FILE;
    };
  }
}
