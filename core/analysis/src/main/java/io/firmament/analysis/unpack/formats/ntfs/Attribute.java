package io.firmament.analysis.unpack.formats.ntfs;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// An attribute of a record.
///
/// @param value of a resident one; the runs of another
/// @param firstCluster of a part that is not resident
/// @param unit clusters that are compressed together, as a power of two; 0 where nothing is
record Attribute(
    int type,
    String name,
    int flags,
    boolean isResident,
    byte[] value,
    long firstCluster,
    int unit,
    long size,
    long initialized) {
  static final int STANDARD = 0x10;
  static final int LIST = 0x20;
  static final int DATA = 0x80;
  static final int INDEX_ROOT = 0x90;
  static final int INDEX = 0xa0;
  static final int BITMAP = 0xb0;
  static final int REPARSE = 0xc0;
  private static final int COMPRESSED = 1;
  private static final int ENCRYPTED = 0x4000;

  /// @param at of an attribute of `length` bytes in a record
  static Attribute of(byte[] b, int at, int length) throws CorruptException {
    boolean resident = b[at + 8] == 0;
    int nameEnd = Binary.u16le(b, at + 10) + (b[at + 9] & 0xff) * 2;
    int from = Binary.u16le(b, at + (resident ? 20 : 32));
    long valueLength = resident ? Binary.u32le(b, at + 16) : length - from;
    if (nameEnd > length
        || (!resident && length < 64)
        || valueLength < 0
        || from + valueLength > length) {
      throw new CorruptException("an attribute makes no sense");
    }
    String name =
        new String(
            b, at + Binary.u16le(b, at + 10), (b[at + 9] & 0xff) * 2, StandardCharsets.UTF_16LE);
    byte[] value = Arrays.copyOfRange(b, at + from, (int) (at + from + valueLength));
    return new Attribute(
        (int) Binary.u32le(b, at),
        name,
        Binary.u16le(b, at + 12),
        resident,
        value,
        resident ? 0 : Binary.i64le(b, at + 16),
        resident ? 0 : Binary.u16le(b, at + 34),
        resident ? valueLength : Binary.i64le(b, at + 48),
        resident ? valueLength : Binary.i64le(b, at + 56));
  }

  boolean isCompressed() {
    return (flags & COMPRESSED) != 0 && unit > 0;
  }

  boolean isEncrypted() {
    return (flags & ENCRYPTED) != 0;
  }
}
