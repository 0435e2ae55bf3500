package io.firmament.analysis.unpack.formats.hfsplus;

import io.firmament.analysis.unpack.io.Binary;

/// The size and the first extents of a file.
///
/// @param blocks of all extents, also of those elsewhere
/// @param extents start and count of eight, as pairs
record Fork(long size, long blocks, long[] extents) {
  static final int EXTENTS = 8;

  static Fork of(byte[] b, int at) {
    return new Fork(Binary.i64be(b, at), Binary.u32be(b, at + 12), extents(b, at + 16));
  }

  static long[] extents(byte[] b, int at) {
    long[] extents = new long[2 * EXTENTS];
    for (int i = 0; i < extents.length; i++) {
      extents[i] = Binary.u32be(b, at + 4 * i);
    }
    return extents;
  }
}
