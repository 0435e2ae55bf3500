package io.firmament.analysis.unpack.io;

import io.firmament.analysis.tree.ByteSource;

/// A decoded block in memory.
public final class HeapByteSource implements ByteSource {
  private final byte[] bytes;
  private final int start;
  private final int length;

  private HeapByteSource(byte[] bytes, int start, int length) {
    this.bytes = bytes;
    this.start = start;
    this.length = length;
  }

  /// Shares the array, which must not change any more.
  public static HeapByteSource of(byte[] bytes) {
    return new HeapByteSource(bytes, 0, bytes.length);
  }

  @Override
  public long size() {
    return length;
  }

  @Override
  public int read(long offset, byte[] into, int at, int wanted) {
    int count = ByteRange.available(length, offset, wanted);
    if (count > 0) {
      System.arraycopy(bytes, start + (int) offset, into, at, count);
    }
    return count;
  }

  @Override
  public ByteSource slice(long offset, long wanted) {
    ByteRange range = ByteRange.within(length, offset, wanted);
    return new HeapByteSource(bytes, start + (int) range.start(), (int) range.length());
  }
}
