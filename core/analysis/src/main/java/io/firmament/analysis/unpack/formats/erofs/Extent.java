package io.firmament.analysis.unpack.formats.erofs;

/// A run of a file that is stored together.
///
/// @param start in the file
/// @param length in the file
/// @param position in the image
/// @param stored bytes in the image
/// @param kind how it is stored
/// @param algorithm of a compressed run
record Extent(long start, long length, long position, long stored, Kind kind, int algorithm) {
  /// How a run is stored.
  enum Kind {
    /// As it is.
    PLAIN,
    /// As it is, but turned so that each byte keeps its offset in the block.
    TURNED,
    COMPRESSED,
    /// In the packed inode; the position is one in its content.
    PACKED
  }

  long end() {
    return start + length;
  }
}
