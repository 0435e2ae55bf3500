package io.firmament.analysis.unpack.io.lzms;

/// Values in classes: a symbol names the class, and so many further bits the value in it.
///
/// @param bases the least value of each class, and one past the last
/// @param bits that tell the value in a class
record Slots(int[] bases, int[] bits) {
  /// So many classes of 1, 2, 4 values and so on; the last one goes up to what it may.
  private static final int[] LENGTH_RUNS = {27, 4, 6, 4, 5, 2, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1};

  private static final int[] OFFSET_RUNS = {
    9, 0, 9, 7, 10, 15, 15, 20, 20, 30, 33, 40, 42, 45, 60, 73, 80, 85, 95, 105, 6
  };

  static final Slots LENGTHS = of(LENGTH_RUNS, 54, 0x400108ab);
  static final Slots OFFSETS = of(OFFSET_RUNS, 799, 0x7fffffff);

  private static Slots of(int[] runs, int count, int end) {
    int[] bases = new int[count + 1];
    int[] bits = new int[count];
    int slot = 0;
    int base = 0;
    for (int order = 0; order < runs.length; order++) {
      for (int i = 0; i < runs[order]; i++) {
        base += 1 << order;
        if (slot > 0) {
          bits[slot - 1] = order;
        }
        bases[slot++] = base;
      }
    }
    bases[count] = end;
    bits[count - 1] = 31 - Integer.numberOfLeadingZeros(end - bases[count - 1]);
    return new Slots(bases, bits);
  }

  /// Classes that there are for values below that.
  int classesBelow(int end) {
    int count = 1;
    while (count < bits.length && bases[count] < end) {
      count++;
    }
    return count;
  }
}
