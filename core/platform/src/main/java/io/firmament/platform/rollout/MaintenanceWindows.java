package io.firmament.platform.rollout;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// When devices may be given an update, week by week.
///
/// A window begins at a time of day and lasts so long: a night in which the clocks change has a
/// window of the same length, once. A beginning that the clocks skip is moved forward by as much as
/// they skip; one that they pass twice is the first of the two.
///
/// @param zone whose clocks are meant
/// @param zoneTag the key of a tag that names the device's own zone, `timezone`; a device without
///     it, or with one that is no zone, keeps to [#zone]
public record MaintenanceWindows(ZoneId zone, Optional<String> zoneTag, List<Weekly> weekly) {
  public static final int MAX = 21;
  private static final int DAYS_AHEAD = 9;

  public MaintenanceWindows {
    weekly = List.copyOf(weekly);
    Invalid.unless(
        !weekly.isEmpty() && weekly.size() <= MAX,
        "strategy.windows.weekly",
        "has 1 to " + MAX + " windows");
  }

  /// A window on some days of the week.
  ///
  /// @param days on which it begins
  /// @param length a minute to a day
  public record Weekly(Set<DayOfWeek> days, LocalTime start, Duration length) {
    public Weekly {
      days = Set.copyOf(days);
    }

    private boolean open(ZonedDateTime now) {
      // One of a day that began late the day before yesterday reaches into a today that comes an
      // hour early.
      for (int back = 0; back <= 2; back++) {
        LocalDate date = now.toLocalDate().minusDays(back);
        if (days.contains(date.getDayOfWeek())) {
          Instant begin = begin(date, now.getZone());
          if (!now.toInstant().isBefore(begin) && now.toInstant().isBefore(begin.plus(length))) {
            return true;
          }
        }
      }
      return false;
    }

    private Instant begin(LocalDate date, ZoneId zone) {
      return ZonedDateTime.of(date, start, zone).toInstant();
    }
  }

  /// The zone whose clocks a device keeps to.
  public ZoneId zoneOf(DeviceFacts device) {
    String own = zoneTag.map(device::tag).orElse("");
    if (own.isEmpty()) {
      return zone;
    }
    try {
      return ZoneId.of(own);
    } catch (DateTimeException e) {
      return zone;
    }
  }

  public boolean open(Instant now, ZoneId clocks) {
    ZonedDateTime local = now.atZone(clocks);
    return weekly.stream().anyMatch(window -> window.open(local));
  }

  /// The next beginning of a window after an instant.
  public Instant next(Instant now, ZoneId clocks) {
    LocalDate today = now.atZone(clocks).toLocalDate();
    Instant first = Instant.MAX;
    for (int ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
      LocalDate date = today.plusDays(ahead);
      for (Weekly window : weekly) {
        Instant begin = window.begin(date, clocks);
        if (window.days().contains(date.getDayOfWeek())
            && begin.isAfter(now)
            && begin.isBefore(first)) {
          first = begin;
        }
      }
    }
    return first;
  }

  static Set<DayOfWeek> everyDay() {
    return EnumSet.allOf(DayOfWeek.class);
  }
}
