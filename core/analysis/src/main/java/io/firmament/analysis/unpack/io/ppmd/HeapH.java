package io.firmament.analysis.unpack.io.ppmd;

/// The memory of variant H: a free block has the next one of its size in its first four bytes.
final class HeapH extends Heap {
  // A free block while blocks are joined: a mark of 0, units, next, previous.
  private static final int COUNT = 2;
  private static final int NEXT = 4;
  private static final int PREVIOUS = 8;

  HeapH(int size) {
    super(size);
  }

  @Override
  void put(int block, int index) {
    u32(block, free[index]);
    free[index] = block;
  }

  @Override
  int taken(int index) {
    int block = free[index];
    free[index] = u32(block);
    return block;
  }

  @Override
  void glue() {
    int head = base + size;
    int node = head;
    untilGlue = 255;
    for (int i = 0; i < SIZES; i++) {
      int next = free[i];
      free[i] = 0;
      while (next != 0) {
        int block = next;
        u32(block + NEXT, node);
        u32(node + PREVIOUS, block);
        node = block;
        next = u32(block);
        u16(block, 0);
        u16(block + COUNT, UNITS[i]);
      }
    }
    u16(head, 1);
    u32(head + NEXT, node);
    u32(node + PREVIOUS, head);
    if (low != high) {
      u16(low, 1);
    }
    for (; node != head; node = u32(node + NEXT)) {
      join(node);
    }
    for (node = u32(head + NEXT); node != head; ) {
      int next = u32(node + NEXT);
      int block = node;
      int units = u16(node + COUNT);
      for (; units > LARGEST; units -= LARGEST) {
        put(block, SIZES - 1);
        block += LARGEST * UNIT;
      }
      putUnits(block, units);
      node = next;
    }
  }

  private void join(int node) {
    int units = u16(node + COUNT);
    while (true) {
      int behind = node + units * UNIT;
      units += u16(behind + COUNT);
      if (u16(behind) != 0 || units >= 0x10000) {
        return;
      }
      u32(u32(behind + PREVIOUS) + NEXT, u32(behind + NEXT));
      u32(u32(behind + NEXT) + PREVIOUS, u32(behind + PREVIOUS));
      u16(node + COUNT, units);
    }
  }
}
