package io.firmament.analysis.unpack.formats.btrfs;

import io.firmament.analysis.unpack.io.Binary;

/// What items of a tree are ordered by; all parts are unsigned.
record Key(long object, int type, long offset) implements Comparable<Key> {
  static final int SIZE = 17;

  static Key of(byte[] b, int at) {
    return new Key(Binary.i64le(b, at), b[at + 8] & 0xff, Binary.i64le(b, at + 9));
  }

  @Override
  public int compareTo(Key other) {
    int order = Long.compareUnsigned(object, other.object);
    order = order == 0 ? Integer.compare(type, other.type) : order;
    return order == 0 ? Long.compareUnsigned(offset, other.offset) : order;
  }
}
