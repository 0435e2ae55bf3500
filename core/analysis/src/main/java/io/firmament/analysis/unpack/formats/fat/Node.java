package io.firmament.analysis.unpack.formats.fat;

/// A file or directory, as its entry has it.
///
/// @param number the entry's position, below 0; of a directory its first cluster, 0 of the root
/// @param attributes read-only 1, hidden 2, system 4, label 8, directory 16, archive 32
record Node(long number, int attributes, long cluster, long size, long mtime) {
  static final int READ_ONLY = 1;
  static final int LABEL = 8;
  static final int DIRECTORY = 16;
  static final int LONG_NAME = 15;

  boolean isDirectory() {
    return (attributes & DIRECTORY) != 0;
  }
}
