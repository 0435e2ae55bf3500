package io.firmament.analysis.unpack.formats.ext;

import io.firmament.analysis.unpack.io.Binary;

/// An inode as raw bytes with names for its fields.
record Inode(long number, byte[] raw) {
  private static final int EXTENTS = 0x80000;
  private static final int INLINE = 0x10000000;
  private static final int ENCRYPTED = 0x800;

  int mode() {
    return Binary.u16le(raw, 0);
  }

  long uid() {
    return Binary.u16le(raw, 2) | (long) Binary.u16le(raw, 120) << 16;
  }

  long gid() {
    return Binary.u16le(raw, 24) | (long) Binary.u16le(raw, 122) << 16;
  }

  /// The high half means something else in a directory of old revisions.
  long size() {
    return Binary.u32le(raw, 4) | Binary.u32le(raw, 108) << 32;
  }

  /// Seconds are signed; two more bits are in the extra field.
  long mtime() {
    long low = (int) Binary.u32le(raw, 16);
    return extra() >= 12 ? low + ((Binary.u32le(raw, 136) & 3) << 32) : low;
  }

  int links() {
    return Binary.u16le(raw, 26);
  }

  int flags() {
    return (int) Binary.u32le(raw, 32);
  }

  boolean usesExtents() {
    return (flags() & EXTENTS) != 0;
  }

  boolean isInline() {
    return (flags() & INLINE) != 0;
  }

  boolean isEncrypted() {
    return (flags() & ENCRYPTED) != 0;
  }

  /// The 60 bytes for block numbers, extents, a short link or inline data.
  byte[] block() {
    return java.util.Arrays.copyOfRange(raw, 40, 100);
  }

  long attributeBlock() {
    return Binary.u32le(raw, 104) | (long) Binary.u16le(raw, 118) << 32;
  }

  /// Size of the fields behind the first 128 bytes.
  int extra() {
    return raw.length > 130 ? Math.min(Binary.u16le(raw, 128), raw.length - 128) : 0;
  }
}
