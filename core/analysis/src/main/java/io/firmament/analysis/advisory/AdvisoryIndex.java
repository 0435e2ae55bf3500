package io.firmament.analysis.advisory;

import io.firmament.analysis.tree.ByteSource;
import java.io.IOException;
import java.nio.file.Path;

/// The vulnerability facts of one build, in one immutable file that is read in place.
public final class AdvisoryIndex implements AutoCloseable {
  private AdvisoryIndex() {}

  private static AdvisoryIndex pending() {
    throw new UnsupportedOperationException("not written yet");
  }

  /// Maps the file into memory.
  public static AdvisoryIndex open(Path file) throws IOException {
    return pending();
  }

  /// Copies the bytes into memory.
  public static AdvisoryIndex open(ByteSource source) {
    return pending();
  }

  /// The facts that come with Firmament, so that a first analysis finds something without feeds.
  public static AdvisoryIndex starter() {
    return pending();
  }

  @Override
  public void close() {}
}
