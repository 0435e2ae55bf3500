package io.firmament.analysis.unpack.io;

/// A range of bytes that exists.
///
/// @param start from 0
/// @param length at least 0
public record ByteRange(long start, long length) {
  public ByteRange {
    if (start < 0 || length < 0) {
      throw new IllegalArgumentException("not a range: " + start + "+" + length);
    }
  }

  /// The part of `offset` and `length` that lies within `size`.
  public static ByteRange within(long size, long offset, long length) {
    long start = Math.clamp(offset, 0, size);
    return new ByteRange(start, Math.clamp(length, 0, size - start));
  }

  /// How many of `wanted` bytes exist at `offset`.
  public static int available(long size, long offset, int wanted) {
    return offset < 0 || offset >= size ? 0 : (int) Math.min(Math.max(wanted, 0), size - offset);
  }
}
