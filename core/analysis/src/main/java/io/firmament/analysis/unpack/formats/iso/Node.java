package io.firmament.analysis.unpack.formats.iso;

import java.util.List;

/// A file or directory.
///
/// @param number of a directory the block of its listing; of a file below 0
/// @param sections of the content; a large file has several
/// @param rock what Rock Ridge says; empty fields where the image has none
record Node(long number, boolean isDirectory, List<DirectoryRecord> sections, RockRidge rock) {
  DirectoryRecord first() {
    return sections.getFirst();
  }

  long size() {
    return sections.stream().mapToLong(DirectoryRecord::length).sum();
  }
}
