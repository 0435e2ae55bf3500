package io.firmament.analysis.unpack.formats.archive;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Times of MS-DOS, which have no zone: taken for UTC.
public final class DosTime {
  private DosTime() {}

  /// Seconds since 1970; 0 where the fields are no time.
  public static long seconds(int date, int time) {
    try {
      return LocalDateTime.of(
              1980 + (date >> 9),
              date >> 5 & 15,
              date & 31,
              time >> 11,
              time >> 5 & 63,
              (time & 31) * 2)
          .toEpochSecond(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return 0;
    }
  }
}
