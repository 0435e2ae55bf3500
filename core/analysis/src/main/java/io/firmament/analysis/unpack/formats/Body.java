package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import java.io.IOException;
import java.io.InputStream;

/// The content of an entry or payload, before it is stored.
public sealed interface Body {
  /// Bytes that lie in the container as they are.
  record Slice(ByteSource source) implements Body {}

  /// Bytes that must be decoded.
  record Decoded(Opener opener) implements Body {}

  /// Opens a decoder; called at most once.
  @FunctionalInterface
  interface Opener {
    InputStream open() throws IOException;
  }

  static Body of(ByteSource source) {
    return new Slice(source);
  }

  static Body decoded(Opener opener) {
    return new Decoded(opener);
  }
}
