package io.firmament.tuf.repository;

import java.util.Optional;

/// Where the metadata of one repository is served from: an object store with conditional writes.
///
/// Names are file names as clients ask for them: `7.snapshot.json`. A write is there whole or not
/// at all, and who reads after it sees it. Where the store fails, these methods throw
/// [java.io.UncheckedIOException], and the write may have happened or not.
public interface MetadataStore {
  Optional<Stored> read(String name);

  /// Writes a file that is never changed again, unless one of that name is there (`If-None-Match:
  /// *`).
  ///
  /// @return whether it was written
  boolean create(String name, byte[] file);

  /// Writes a file in the place of the one with the tag (`If-Match`), or of none.
  ///
  /// @param tag of the file that must be there; empty where there must be none
  /// @return the tag of what was written; empty where it was not
  Optional<String> replace(String name, Optional<String> tag, byte[] file);

  /// A file that was read.
  ///
  /// @param tag changes with every write of this name
  record Stored(byte[] file, String tag) {}
}
