package io.firmament.analysis.unpack.formats.ntfs;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.util.ArrayList;
import java.util.List;

/// A record of the master file table.
///
/// @param sequence how often the record was used
/// @param links names of the file
/// @param flags in use 1, directory 2
/// @param base of the record that this one goes on; 0 for one of its own
record FileRecord(
    long number, int sequence, int links, int flags, long base, List<Attribute> attributes) {
  private static final long END = 0xffffffffL;

  static FileRecord of(long number, byte[] b) throws CorruptException {
    Fixups.apply(b, "FILE");
    List<Attribute> attributes = new ArrayList<>();
    int at = Binary.u16le(b, 20);
    while (at + 4 <= b.length && Binary.u32le(b, at) != END) {
      long length = at + 24 <= b.length ? Binary.u32le(b, at + 4) : 0;
      if (length < 24 || length % 8 != 0 || at + length > b.length) {
        throw new CorruptException("the attributes of record %d make no sense".formatted(number));
      }
      attributes.add(Attribute.of(b, at, (int) length));
      at += (int) length;
    }
    return new FileRecord(
        number,
        Binary.u16le(b, 16),
        Binary.u16le(b, 18),
        Binary.u16le(b, 22),
        Binary.i64le(b, 32),
        attributes);
  }

  boolean isUsed() {
    return (flags & 1) != 0;
  }

  boolean isDirectory() {
    return (flags & 2) != 0;
  }
}
