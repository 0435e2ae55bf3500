package io.firmament.analysis.unpack.formats.sevenzip;

import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The names and properties of an archive's files.
final class Files {
  private static final int END = 0;
  private static final int EMPTY_STREAM = 14;
  private static final int EMPTY_FILE = 15;
  private static final int ANTI = 16;
  private static final int NAMES = 17;
  private static final int MODIFIED = 20;
  private static final int ATTRIBUTES = 21;

  /// Between the start of 1601 and of 1970 in seconds.
  private static final long EPOCH = 11_644_473_600L;

  private Files() {}

  /// A file or directory.
  ///
  /// @param name in UTF-8
  /// @param content it has a part of a folder
  /// @param directory as far as the streams tell
  /// @param attributes of Windows, 0 where there are none
  /// @param modified in seconds since 1970
  record Item(
      byte[] name,
      boolean content,
      boolean directory,
      boolean anti,
      long attributes,
      long modified) {}

  static List<Item> read(Fields in) throws IOException {
    int count = in.count();
    byte[][] names = new byte[count][0];
    long[] attributes = new long[count];
    long[] times = new long[count];
    BitSet empty = new BitSet();
    BitSet files = new BitSet();
    BitSet anti = new BitSet();
    for (int id = in.u8(); id != END; id = in.u8()) {
      Fields property = in.part(in.length());
      switch (id) {
        case EMPTY_STREAM -> empty = property.bits(count);
        case EMPTY_FILE -> files = property.bits(empty.cardinality());
        case ANTI -> anti = property.bits(empty.cardinality());
        case NAMES -> {
          inline(property);
          for (int i = 0; i < count; i++) {
            names[i] = property.name();
          }
        }
        case MODIFIED -> {
          BitSet defined = property.allOrBits(count);
          inline(property);
          for (int i = defined.nextSetBit(0); i >= 0; i = defined.nextSetBit(i + 1)) {
            times[i] = property.i64() / 10_000_000 - EPOCH;
          }
        }
        case ATTRIBUTES -> {
          BitSet defined = property.allOrBits(count);
          inline(property);
          for (int i = defined.nextSetBit(0); i >= 0; i = defined.nextSetBit(i + 1)) {
            attributes[i] = property.u32();
          }
        }
        default -> {}
      }
    }
    List<Item> items = new ArrayList<>();
    int number = 0;
    for (int i = 0; i < count; i++) {
      boolean content = !empty.get(i);
      boolean directory = !content && !files.get(number);
      boolean removed = !content && anti.get(number);
      items.add(new Item(names[i], content, directory, removed, attributes[i], times[i]));
      number += content ? 0 : 1;
    }
    return items;
  }

  private static void inline(Fields property) throws IOException {
    if (property.u8() != 0) {
      throw new UnsupportedException("properties in an external stream");
    }
  }
}
