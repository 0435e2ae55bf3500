package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.function.UnaryOperator;

/// The content of an entry or payload, before it is stored.
public sealed interface Body {
  /// Bytes that lie in the container as they are.
  record Slice(ByteSource source) implements Body {}

  /// Bytes that must be decoded.
  record Decoded(Opener opener) implements Body {}

  /// Bytes that must be decoded, and then lie in a larger content between holes; for payloads and
  /// parts, which are looked into and not stored as they are.
  record Spread(Opener opener, UnaryOperator<ByteSource> layout) implements Body {}

  /// Opens a decoder; called at most once.
  @FunctionalInterface
  interface Opener {
    InputStream open() throws IOException;
  }

  static Body of(ByteSource source) {
    return new Slice(source);
  }

  /// A range that should exist: where its end does not, what is there and then a failure.
  static Body range(ByteSource source, long offset, long length) {
    ByteSource range = source.slice(offset, length);
    if (range.size() == length) {
      return new Slice(range);
    }
    return new Decoded(
        () -> new SequenceInputStream(new SourceInputStream(range, 0), new CutOff(length)));
  }

  static Body decoded(Opener opener) {
    return new Decoded(opener);
  }

  /// Fails at the first byte.
  final class CutOff extends PieceInputStream {
    private final long length;

    private CutOff(long length) {
      this.length = length;
    }

    @Override
    protected byte[] next() throws TruncatedException {
      throw new TruncatedException("not all of %d bytes are there".formatted(length));
    }
  }
}
