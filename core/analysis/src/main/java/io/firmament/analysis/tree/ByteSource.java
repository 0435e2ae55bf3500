package io.firmament.analysis.tree;

/// Bounded random access to immutable bytes: a mapped file, a slice of one, or a decoded block.
///
/// Reads never go past [#size]; asking for more is a short read, not an exception.
public interface ByteSource {
  long size();

  /// Reads up to `length` bytes at `offset` into `into`; returns how many, 0 at or past the end.
  int read(long offset, byte[] into, int at, int length);

  /// A view of the range, cut to what exists; shares the bytes.
  ByteSource slice(long offset, long length);

  /// The first byte from `offset` on that may be other than zero, at least [#size] where there is
  /// none, and never before `offset`; a source that knows its holes says so, so that they need not
  /// be read.
  default long nextData(long offset) {
    return offset;
  }
}
