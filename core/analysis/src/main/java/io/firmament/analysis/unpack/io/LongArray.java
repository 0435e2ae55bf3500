package io.firmament.analysis.unpack.io;

import java.util.Arrays;

/// A growing array of numbers.
public final class LongArray {
  private long[] values = new long[4];
  private int size;

  public void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = value;
  }

  public int size() {
    return size;
  }

  /// A copy of what was added.
  public long[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
