package io.firmament.analysis.unpack.formats.reiserfs;

import io.firmament.analysis.unpack.io.Binary;

/// What an item is of: an object, and a place in it.
///
/// @param directory number of the directory in which the object was made
/// @param object its own number
/// @param offset first byte of the item in the object's content, from 1 on; 0 for its metadata
record Key(long directory, long object, long offset, Kind kind) {
  static final int LENGTH = 16;

  /// What an item holds.
  enum Kind {
    METADATA,
    POINTERS,
    BYTES,
    NAMES,
    OTHER
  }

  /// Of format 3.5: 32 bits of offset, 32 of kind.
  static Key first(byte[] b, int at) {
    return new Key(
        Binary.u32le(b, at),
        Binary.u32le(b, at + 4),
        Binary.u32le(b, at + 8),
        switch ((int) Binary.u32le(b, at + 12)) {
          case 0 -> Kind.METADATA;
          case 0xfffffffe -> Kind.POINTERS;
          case 0xffffffff -> Kind.BYTES;
          case 500 -> Kind.NAMES;
          default -> Kind.OTHER;
        });
  }

  /// Of format 3.6: 60 bits of offset, 4 of kind.
  static Key second(byte[] b, int at) {
    long both = Binary.i64le(b, at + 8);
    return new Key(
        Binary.u32le(b, at),
        Binary.u32le(b, at + 4),
        both & (1L << 60) - 1,
        switch ((int) (both >>> 60)) {
          case 0 -> Kind.METADATA;
          case 1 -> Kind.POINTERS;
          case 2 -> Kind.BYTES;
          case 3 -> Kind.NAMES;
          default -> Kind.OTHER;
        });
  }

  /// The order of objects; the order of one object's items is that of their offsets.
  int compareObject(long otherDirectory, long otherObject) {
    int by = Long.compare(directory, otherDirectory);
    return by != 0 ? by : Long.compare(object, otherObject);
  }
}
