package io.firmament.analysis.unpack.formats.jfs;

import io.firmament.analysis.unpack.io.Binary;

/// A run of blocks (`pxd_t`): 24 bits of length, 40 of place.
record Extent(long start, long length) {
  static Extent of(byte[] b, int at) {
    long first = Binary.u32le(b, at);
    return new Extent((first & 0xff000000L) << 8 | Binary.u32le(b, at + 4), first & 0xffffff);
  }

  long end() {
    return start + length;
  }
}
