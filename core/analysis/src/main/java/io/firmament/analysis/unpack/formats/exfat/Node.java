package io.firmament.analysis.unpack.formats.exfat;

/// A file or directory, as its entries have it.
///
/// @param attributes read-only 1, directory 16
/// @param inOnePiece the clusters follow each other and are not in the table
/// @param written bytes that were written; the rest up to `size` reads as zeros
record Node(int attributes, long cluster, boolean inOnePiece, long size, long written, long mtime) {
  boolean isDirectory() {
    return (attributes & 16) != 0;
  }

  boolean isReadOnly() {
    return (attributes & 1) != 0;
  }
}
