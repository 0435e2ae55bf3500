package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Locale;

/// The date-time of 4.2: `YYYY-MM-DDTHH:MM:SSZ`, exactly that and always UTC.
public final class TufTime {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final int LENGTH = 20;

  private TufTime() {}

  public static Instant parse(String text) throws TufException {
    try {
      if (text.length() == LENGTH) {
        return LocalDateTime.parse(text, FORMAT).toInstant(ZoneOffset.UTC);
      }
    } catch (DateTimeParseException e) {
      // Told below.
    }
    throw new TufException(Reason.MALFORMED, "4.2", "a time that is not YYYY-MM-DDTHH:MM:SSZ");
  }

  /// The instant without its fraction of a second.
  public static String format(Instant instant) {
    return FORMAT.format(instant.atOffset(ZoneOffset.UTC));
  }
}
