package io.firmament.analysis.advisory.index;

import java.util.Arrays;

/// A growing column of ints, so that millions of rows are a few arrays.
final class IntColumn {
  private int[] values = new int[1024];
  private int size;

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = value;
  }

  int get(int at) {
    return values[at];
  }

  int size() {
    return size;
  }
}
