package io.firmament.analysis.unpack.formats.ubifs;

/// What the index sorts by: the inode, the kind of node, and the hash of a name or the number of a
/// block.
///
/// @param kind 0 inode, 1 data, 2 entry of a directory, 3 extended attribute
record Key(long inode, int kind, long value) {
  static Key of(long first, long second) {
    return new Key(first, (int) (second >>> 29), second & 0x1fffffff);
  }
}
