package io.firmament.analysis.advisory.index;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Strings written once each, in the order they come; offset 0 is the empty string. It holds the
/// bytes and a table of offsets, and no object for each string.
final class StringPool {
  private static final int MAX_BYTES = 0xFFFF;
  private static final int HEAD = 2;

  private byte[] bytes = new byte[1 << 16];
  private int size;
  private int[] slots = new int[1 << 12];
  private int count;

  StringPool() {
    Arrays.fill(slots, -1);
    add("");
  }

  int add(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(utf8.length, MAX_BYTES);
    int slot = slot(utf8, length);
    if (slots[slot] >= 0) {
      return slots[slot];
    }
    int offset = size;
    reserve(HEAD + length);
    bytes[size++] = (byte) length;
    bytes[size++] = (byte) (length >>> 8);
    System.arraycopy(utf8, 0, bytes, size, length);
    size += length;
    slots[slot] = offset;
    count++;
    if (count > slots.length / 2) {
      rehash();
    }
    return offset;
  }

  private void reserve(int more) {
    if (size + more > bytes.length) {
      int half = Math.addExact(bytes.length, bytes.length / 2);
      bytes = Arrays.copyOf(bytes, Math.max(half, Math.addExact(size, more)));
    }
  }

  /// Where the text is, or would be.
  private int slot(byte[] utf8, int length) {
    int slot = hash(utf8, 0, length) & (slots.length - 1);
    while (slots[slot] >= 0 && !isAt(slots[slot], utf8, length)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private boolean isAt(int offset, byte[] utf8, int length) {
    int start = offset + HEAD;
    return length(offset) == length && Arrays.equals(bytes, start, start + length, utf8, 0, length);
  }

  private int length(int offset) {
    return (bytes[offset] & 0xFF) | (bytes[offset + 1] & 0xFF) << 8;
  }

  private static int hash(byte[] in, int from, int to) {
    int hash = 1;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + in[i];
    }
    return hash ^ (hash >>> 16);
  }

  private void rehash() {
    int[] old = slots;
    slots = new int[old.length * 2];
    Arrays.fill(slots, -1);
    for (int offset : old) {
      if (offset >= 0) {
        int start = offset + HEAD;
        int slot = hash(bytes, start, start + length(offset)) & (slots.length - 1);
        while (slots[slot] >= 0) {
          slot = (slot + 1) & (slots.length - 1);
        }
        slots[slot] = offset;
      }
    }
  }

  /// The bytes so far; no copy, so only the first [#size] of them count.
  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }
}
