package io.firmament.tuf.client;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;

/// Gets files from a repository or a mirror, which need not be trusted.
@FunctionalInterface
public interface Fetcher {
  /// Writes a file's bytes to the sink as they come. The sink throws where there are more than
  /// there may be; the fetcher then gives up and lets that exception through.
  ///
  /// @return false where the repository says that there is no such file
  /// @throws IOException where it could not be had, or not in time
  boolean fetch(URI file, OutputStream sink) throws IOException;
}
