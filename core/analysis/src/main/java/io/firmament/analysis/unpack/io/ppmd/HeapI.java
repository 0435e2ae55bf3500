package io.firmament.analysis.unpack.io.ppmd;

import java.util.Arrays;

/// The memory of variant I: a free block has a mark, the next one of its size, and its units, so
/// that free blocks beside others are seen and the space for text can grow again.
final class HeapI extends Heap {
  private static final int FREE = -1;
  private static final int NEXT = 4;
  private static final int COUNT = 8;
  private static final int GLUE_PERIOD = 1 << 13;

  /// Blocks above it are not moved to make room for text.
  private static final int NEAR = 16 << 10;

  private final int[] blocks = new int[SIZES];

  HeapI(int size) {
    super(size);
  }

  @Override
  void clear() {
    super.clear();
    Arrays.fill(blocks, 0);
  }

  @Override
  void put(int block, int index) {
    u32(block, FREE);
    u32(block + NEXT, free[index]);
    u32(block + COUNT, UNITS[index]);
    free[index] = block;
    blocks[index]++;
  }

  @Override
  int taken(int index) {
    int block = free[index];
    free[index] = u32(block + NEXT);
    blocks[index]--;
    return block;
  }

  /// Frees one unit, into the space for text where it lies beside that.
  void releaseUnit(int unit) {
    if (unit == unitsStart) {
      unitsStart += UNIT;
    } else {
      put(unit, 0);
    }
  }

  /// The same block further up, where one that is near the text has a place there.
  int raised(int block, int units) {
    int index = INDEX[units];
    if (block > unitsStart + NEAR || block > free[index]) {
      return block;
    }
    int other = taken(index);
    copy(block, other, units * UNIT);
    if (block == unitsStart) {
      unitsStart += UNITS[index] * UNIT;
    } else {
      put(block, index);
    }
    return other;
  }

  /// Bytes that are neither free nor text.
  int used() {
    int units = 0;
    for (int i = 0; i < SIZES; i++) {
      units += blocks[i] * UNITS[i];
    }
    return size - (high - low) - (unitsStart - text) - units * UNIT;
  }

  void clearText() {
    text = base;
  }

  /// Gives free blocks at the lower end of the units to the text.
  void growText() {
    int[] gone = new int[SIZES];
    markLow();
    while (u32(unitsStart) == FREE) {
      int block = unitsStart;
      int units = u32(block + COUNT);
      unitsStart += units * UNIT;
      gone[INDEX[units]]++;
      u32(block, 0);
    }
    for (int i = 0; i < SIZES; i++) {
      unlist(i, gone[i]);
    }
  }

  /// Takes the blocks whose mark is gone out of a list.
  private void unlist(int index, int count) {
    int left = count;
    int before = 0;
    for (int block = free[index]; left > 0; block = u32(block + NEXT)) {
      if (u32(block) != 0) {
        before = block;
        continue;
      }
      if (before == 0) {
        free[index] = u32(block + NEXT);
      } else {
        u32(before + NEXT, u32(block + NEXT));
      }
      blocks[index]--;
      left--;
    }
  }

  /// What lies between the units below and those above is not a free block.
  private void markLow() {
    if (low != high) {
      u32(low, 0);
    }
  }

  @Override
  void glue() {
    untilGlue = GLUE_PERIOD;
    Arrays.fill(blocks, 0);
    markLow();
    for (int block = joined(); block != 0; ) {
      int next = u32(block + NEXT);
      int units = u32(block + COUNT);
      if (units != 0) {
        int at = block;
        for (; units > LARGEST; units -= LARGEST) {
          put(at, SIZES - 1);
          at += LARGEST * UNIT;
        }
        putUnits(at, units);
      }
      block = next;
    }
  }

  /// All free blocks in one list, each with those that follow it joined to it; one that was joined
  /// to another has no units.
  private int joined() {
    int first = 0;
    int last = 0;
    for (int i = 0; i < SIZES; i++) {
      int next = free[i];
      free[i] = 0;
      while (next != 0) {
        int block = next;
        next = u32(block + NEXT);
        if (u32(block + COUNT) != 0) {
          if (last == 0) {
            first = block;
          } else {
            u32(last + NEXT, block);
          }
          last = block;
          join(block);
        }
      }
    }
    if (last != 0) {
      u32(last + NEXT, 0);
    }
    return first;
  }

  private void join(int block) {
    int units = u32(block + COUNT);
    int behind = block + units * UNIT;
    while (u32(behind) == FREE) {
      int more = u32(behind + COUNT);
      u32(behind + COUNT, 0);
      if (more == 0) {
        break;
      }
      units += more;
      behind = block + units * UNIT;
    }
    u32(block + COUNT, units);
  }
}
