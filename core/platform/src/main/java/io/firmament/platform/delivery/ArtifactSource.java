package io.firmament.platform.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// The files that devices fetch, by key: TUF metadata under `t/TENANT/metadata/` and targets under
/// `t/TENANT/targets/`. Files of any size are streamed.
public interface ArtifactSource {
  /// What there is to know of a file without its bytes.
  Optional<FileInfo> find(String key);

  /// Opens a file, or a part of it, for reading.
  ///
  /// @param range empty for the whole file
  Answer open(String key, Optional<ByteRange> range);

  /// A file as it is stored.
  ///
  /// @param length in bytes
  /// @param tag changes with the content; an entity tag (RFC 9110 8.8.3) with its quotes
  record FileInfo(long length, String tag) {}

  /// What came of opening a file.
  sealed interface Answer {
    /// There is no such file.
    record Absent() implements Answer {}

    /// The file has no byte of the range.
    ///
    /// @param length of the file
    record Beyond(long length) implements Answer {}

    /// The bytes follow; whoever got this closes it, at any place.
    ///
    /// @param from the first byte that follows, counted from 0
    /// @param count how many follow
    record Opened(FileInfo info, long from, long count, InputStream bytes)
        implements Answer, AutoCloseable {
      @Override
      public void close() throws IOException {
        bytes.close();
      }
    }
  }
}
