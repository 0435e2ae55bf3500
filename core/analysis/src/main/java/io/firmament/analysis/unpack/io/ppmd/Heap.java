package io.firmament.analysis.unpack.io.ppmd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The memory of a model: text from the bottom, units of 12 bytes above it, and lists of free
/// blocks by size.
///
/// When this is full the model begins anew, so that it must be full at the very same symbol as the
/// encoder's: sizes of blocks, and the order in which they are given and joined, are a part of the
/// format.
abstract class Heap {
  static final int UNIT = 12;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /// Sizes of blocks in units: 1 to 4, then by 2, 3 and 4 up to 128.
  static final int SIZES = 38;

  static final int LARGEST = 128;
  static final int[] UNITS = new int[SIZES];
  static final int[] INDEX = new int[LARGEST + 1];

  static {
    int units = 0;
    for (int i = 0; i < SIZES; i++) {
      for (int step = i >= 12 ? 4 : i / 4 + 1; step > 0; step--) {
        INDEX[++units] = i;
      }
      UNITS[i] = units;
    }
  }

  private final byte[] bytes;
  final int size;
  final int base;
  final int[] free = new int[SIZES];
  int text;
  int unitsStart;
  int low;
  int high;
  int untilGlue;

  /// @param size in bytes
  Heap(int size) {
    this.size = size;
    this.base = 4 - (size & 3);
    this.bytes = new byte[base + size + UNIT];
  }

  /// Empties it: an eighth is for text.
  void clear() {
    Arrays.fill(free, 0);
    text = base;
    high = base + size;
    unitsStart = high - size / 8 / UNIT * 7 * UNIT;
    low = unitsStart;
    untilGlue = 0;
  }

  int u8(int at) {
    return bytes[at] & 0xff;
  }

  void u8(int at, int value) {
    bytes[at] = (byte) value;
  }

  int u16(int at) {
    return (short) SHORT.get(bytes, at) & 0xffff;
  }

  void u16(int at, int value) {
    SHORT.set(bytes, at, (short) value);
  }

  int u32(int at) {
    return (int) INT.get(bytes, at);
  }

  void u32(int at, int value) {
    INT.set(bytes, at, value);
  }

  void copy(int from, int to, int length) {
    System.arraycopy(bytes, from, bytes, to, length);
  }

  int text() {
    return text;
  }

  /// Whether it is a unit, and no place in the text.
  boolean isUnit(int at) {
    return at >= unitsStart;
  }

  /// Puts a byte behind the text; false where there is no room for another.
  boolean append(int symbol) {
    bytes[text++] = (byte) symbol;
    return text < unitsStart;
  }

  void dropLast() {
    text--;
  }

  /// A unit from the top; 0 where there is none.
  int context() {
    if (high != low) {
      high -= UNIT;
      return high;
    }
    return free[0] != 0 ? taken(0) : rare(0);
  }

  /// The 128 units of the first context's states.
  int first() {
    int at = low;
    low += LARGEST * UNIT;
    return at;
  }

  /// A block of the smallest size that holds so many units; 0 where there is none.
  int block(int units) {
    int index = INDEX[units];
    if (free[index] != 0) {
      return taken(index);
    }
    int length = UNITS[index] * UNIT;
    if (length <= high - low) {
      int at = low;
      low += length;
      return at;
    }
    return rare(index);
  }

  /// The block with room for one unit more; the same where it has it already, 0 where there is
  /// none.
  int grown(int block, int units) {
    int index = INDEX[units];
    if (index == INDEX[units + 1]) {
      return block;
    }
    int larger = block(units + 1);
    if (larger != 0) {
      copy(block, larger, units * UNIT);
      put(block, index);
    }
    return larger;
  }

  /// The block cut to fewer units, perhaps at another place.
  int shrunk(int block, int units, int fewer) {
    int from = INDEX[units];
    int to = INDEX[fewer];
    if (from == to) {
      return block;
    }
    if (free[to] != 0) {
      int other = taken(to);
      copy(block, other, fewer * UNIT);
      put(block, from);
      return other;
    }
    split(block, from, to);
    return block;
  }

  void release(int block, int units) {
    put(block, INDEX[units]);
  }

  /// Puts a block into the list of its size.
  abstract void put(int block, int index);

  /// Takes the first block out of a list that has one.
  abstract int taken(int index);

  /// Joins free blocks that lie side by side.
  abstract void glue();

  /// Frees what is behind the smaller size.
  private void split(int block, int from, int to) {
    putUnits(block + UNITS[to] * UNIT, UNITS[from] - UNITS[to]);
  }

  /// Frees so many units as one block, or as two where there is no such size.
  void putUnits(int block, int units) {
    int index = INDEX[units];
    if (UNITS[index] != units) {
      int first = UNITS[--index];
      put(block + first * UNIT, INDEX[units - first]);
    }
    put(block, index);
  }

  /// Out of a larger block, or from the space for text.
  private int rare(int index) {
    if (untilGlue == 0) {
      glue();
      if (free[index] != 0) {
        return taken(index);
      }
    }
    for (int i = index + 1; i < SIZES; i++) {
      if (free[i] != 0) {
        int block = taken(i);
        split(block, i, index);
        return block;
      }
    }
    untilGlue--;
    int length = UNITS[index] * UNIT;
    if (unitsStart - text <= length) {
      return 0;
    }
    unitsStart -= length;
    return unitsStart;
  }
}
