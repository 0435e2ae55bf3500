package io.firmament.analysis.elf;

import io.firmament.analysis.tree.ByteSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Bounded reads of a file: a range is cut to what exists, a field outside is 0.
final class ElfBytes {
  static final int LONGEST_NAME = 1024;

  private final ByteSource source;
  private final ByteOrder order;
  private final boolean wide;

  ElfBytes(ByteSource source, ByteOrder order, boolean wide) {
    this.source = source;
    this.order = order;
    this.wide = wide;
  }

  boolean wide() {
    return wide;
  }

  long size() {
    return source.size();
  }

  /// The range, cut to the file and to `limit`; empty where it lies outside.
  Table table(long offset, long length, int limit) {
    if (offset < 0 || length <= 0 || offset >= source.size()) {
      return new Table(new byte[0]);
    }
    int wanted = (int) Math.min(Math.min(length, limit), source.size() - offset);
    byte[] bytes = new byte[wanted];
    int filled = 0;
    while (filled < wanted) {
      int count = source.read(offset + filled, bytes, filled, wanted - filled);
      if (count <= 0) {
        return new Table(java.util.Arrays.copyOf(bytes, filled));
      }
      filled += count;
    }
    return new Table(bytes);
  }

  /// A piece of the file in memory.
  final class Table {
    private final ByteBuffer bytes;

    private Table(byte[] bytes) {
      this.bytes = ByteBuffer.wrap(bytes).order(order);
    }

    int size() {
      return bytes.limit();
    }

    int u8(int at) {
      return holds(at, 1) ? bytes.get(at) & 0xff : 0;
    }

    int u16(int at) {
      return holds(at, 2) ? bytes.getShort(at) & 0xffff : 0;
    }

    long u32(int at) {
      return holds(at, 4) ? bytes.getInt(at) & 0xffffffffL : 0;
    }

    long u64(int at) {
      return holds(at, 8) ? bytes.getLong(at) : 0;
    }

    /// An `Elf32_Word`- or `Elf64_Xword`-sized field.
    long word(int at) {
      return wide ? u64(at) : u32(at);
    }

    /// The string that starts here, up to a NUL, the end or the longest name.
    String string(long at) {
      if (at < 0 || at >= bytes.limit()) {
        return "";
      }
      int start = (int) at;
      int end = start;
      int stop = Math.min(bytes.limit(), start + LONGEST_NAME);
      while (end < stop && bytes.get(end) != 0) {
        end++;
      }
      return new String(bytes.array(), start, end - start, StandardCharsets.UTF_8);
    }

    byte[] range(int at, int length) {
      int from = Math.clamp(at, 0, bytes.limit());
      int to = (int) Math.min(bytes.limit(), from + (long) Math.max(0, length));
      return java.util.Arrays.copyOfRange(bytes.array(), from, to);
    }

    private boolean holds(int at, int length) {
      return at >= 0 && at <= bytes.limit() - length;
    }
  }
}
