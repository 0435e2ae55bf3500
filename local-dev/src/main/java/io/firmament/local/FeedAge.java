package io.firmament.local;

import io.firmament.analysis.advisory.feeds.FeedKind;
import io.firmament.analysis.advisory.index.FeedNote;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// How old a feed is: by the time that it says it is of, else by its record that changed last, else
/// by the day of its file.
///
/// @param days negative where nothing tells
record FeedAge(long days, String text, boolean isStale) {
  private static final int DAY = 10;

  static FeedAge of(FeedNote feed, Instant now) {
    Optional<LocalDate> day =
        day(feed.watermark()).or(() -> day(feed.newest())).or(() -> day(feed.obtained()));
    if (day.isEmpty()) {
      return new FeedAge(-1, "", false);
    }
    LocalDate today = LocalDate.ofInstant(now, java.time.ZoneOffset.UTC);
    long days = Math.max(0, ChronoUnit.DAYS.between(day.get(), today));
    int limit = FeedKind.of(feed.kind()).staleDays();
    return new FeedAge(days, text(feed, days), limit > 0 && days > limit);
  }

  private static String text(FeedNote feed, long days) {
    String of =
        !feed.watermark().isEmpty()
            ? "as of " + feed.watermark()
            : !feed.newest().isEmpty()
                ? "newest of " + feed.newest()
                : "file of " + feed.obtained();
    return "  " + of + ", " + days + (days == 1 ? " day old" : " days old");
  }

  private static Optional<LocalDate> day(String time) {
    try {
      return time.length() < DAY
          ? Optional.empty()
          : Optional.of(LocalDate.parse(time.substring(0, DAY)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
