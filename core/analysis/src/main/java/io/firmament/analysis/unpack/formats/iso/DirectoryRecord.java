package io.firmament.analysis.unpack.formats.iso;

import io.firmament.analysis.unpack.io.Binary;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;

/// A directory record (ECMA-119, section 9.1).
///
/// @param extent first block
/// @param length of this section of the file in bytes
/// @param flags directory 2, associated 4, more sections follow 128
/// @param system what Rock Ridge and others add
record DirectoryRecord(
    long extent,
    long length,
    int flags,
    boolean interleaved,
    long mtime,
    byte[] name,
    byte[] system) {
  private static final int FIXED = 33;

  /// @param at of a record that lies in the array up to its length, which is at least 34
  static DirectoryRecord of(byte[] b, int at) {
    int length = b[at] & 0xff;
    int nameLength = Math.min(b[at + 32] & 0xff, length - FIXED);
    int nameEnd = at + FIXED + nameLength;
    int systemStart = Math.min(nameEnd + (nameLength % 2 == 0 ? 1 : 0), at + length);
    return new DirectoryRecord(
        Binary.u32le(b, at + 2) + (b[at + 1] & 0xff),
        Binary.u32le(b, at + 10),
        b[at + 25] & 0xff,
        b[at + 26] != 0,
        time(b, at + 18),
        Arrays.copyOfRange(b, at + FIXED, nameEnd),
        Arrays.copyOfRange(b, systemStart, at + length));
  }

  boolean isDirectory() {
    return (flags & 2) != 0;
  }

  boolean hasMore() {
    return (flags & 128) != 0;
  }

  boolean isAssociated() {
    return (flags & 4) != 0;
  }

  /// Names of one byte 0 and 1 are the directory itself and its parent.
  boolean isDots() {
    return name.length == 1 && (name[0] == 0 || name[0] == 1);
  }

  /// Seven bytes: years since 1900 to seconds, then the distance from UTC in quarters of an hour.
  static long time(byte[] b, int at) {
    try {
      return LocalDateTime.of(
                  1900 + (b[at] & 0xff), b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5])
              .toEpochSecond(ZoneOffset.UTC)
          - b[at + 6] * 900L;
    } catch (DateTimeException e) {
      return 0;
    }
  }

  /// Seventeen bytes: the same in digits.
  static long longTime(byte[] b, int at) {
    try {
      String digits = Binary.text(b, at, 14);
      return LocalDateTime.of(
                  Integer.parseInt(digits.substring(0, 4)),
                  Integer.parseInt(digits.substring(4, 6)),
                  Integer.parseInt(digits.substring(6, 8)),
                  Integer.parseInt(digits.substring(8, 10)),
                  Integer.parseInt(digits.substring(10, 12)),
                  Integer.parseInt(digits.substring(12, 14)))
              .toEpochSecond(ZoneOffset.UTC)
          - b[at + 16] * 900L;
    } catch (DateTimeException | NumberFormatException | StringIndexOutOfBoundsException e) {
      return 0;
    }
  }
}
