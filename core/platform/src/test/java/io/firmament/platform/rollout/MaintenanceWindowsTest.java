package io.firmament.platform.rollout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MaintenanceWindowsTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @Test
  void opensOnItsDaysForItsLength() {
    MaintenanceWindows windows = windows("22:00", 240, DayOfWeek.SATURDAY);
    assertFalse(windows.open(Instant.parse("2030-01-05T20:59:59Z"), BERLIN));
    assertTrue(windows.open(Instant.parse("2030-01-05T21:00:00Z"), BERLIN));
    assertTrue(windows.open(Instant.parse("2030-01-06T00:59:59Z"), BERLIN));
    assertFalse(windows.open(Instant.parse("2030-01-06T01:00:00Z"), BERLIN));
    assertFalse(windows.open(Instant.parse("2030-01-06T21:00:00Z"), BERLIN));
    assertEquals(
        Instant.parse("2030-01-12T21:00:00Z"),
        windows.next(Instant.parse("2030-01-05T21:00:00Z"), BERLIN));
  }

  @Test
  void keepsToLocalTimeWhenTheClocksChange() {
    MaintenanceWindows windows = windows("04:00", 60, DayOfWeek.SUNDAY);
    assertTrue(windows.open(Instant.parse("2030-03-24T03:30:00Z"), BERLIN));
    assertTrue(windows.open(Instant.parse("2030-03-31T02:30:00Z"), BERLIN));
    assertFalse(windows.open(Instant.parse("2030-03-31T03:30:00Z"), BERLIN));
  }

  @Test
  void movesABeginningThatTheClocksSkip() {
    // On 2030-03-31 Berlin goes from 02:00 to 03:00, which is 01:00 UTC.
    MaintenanceWindows windows = windows("02:30", 60, DayOfWeek.SUNDAY);
    assertEquals(Duration.ofMinutes(60), openOn("2030-03-31", windows));
    assertTrue(windows.open(Instant.parse("2030-03-31T01:30:00Z"), BERLIN));
    assertFalse(windows.open(Instant.parse("2030-03-31T02:30:00Z"), BERLIN));
  }

  @Test
  void opensOnceInTheHourThatComesTwice() {
    // On 2030-10-27 Berlin goes from 03:00 back to 02:00, which is 01:00 UTC.
    MaintenanceWindows windows = windows("02:30", 20, DayOfWeek.SUNDAY);
    assertEquals(Duration.ofMinutes(20), openOn("2030-10-27", windows));
    assertTrue(windows.open(Instant.parse("2030-10-27T00:35:00Z"), BERLIN));
    assertFalse(windows.open(Instant.parse("2030-10-27T01:35:00Z"), BERLIN));
  }

  @Test
  void isOpenAsLongInEveryWeekOfAYear() {
    MaintenanceWindows windows = windows("23:59", 1_440, DayOfWeek.SATURDAY);
    for (Instant week = Instant.parse("2030-01-01T00:00:00Z");
        week.isBefore(Instant.parse("2030-12-20T00:00:00Z"));
        week = week.plus(Duration.ofDays(7))) {
      Instant begin = windows.next(week, BERLIN);
      assertTrue(windows.open(begin, BERLIN));
      assertTrue(windows.open(begin.plusSeconds(1_440 * 60 - 1), BERLIN), begin.toString());
      assertFalse(windows.open(begin.plusSeconds(1_440 * 60), BERLIN), begin.toString());
    }
  }

  @Test
  void keepsToTheDevicesOwnClocks() {
    MaintenanceWindows windows = windows("02:00", 60, DayOfWeek.values());
    assertEquals(ZoneId.of("Asia/Tokyo"), windows.zoneOf(Fleets.device("a", "tz", "Asia/Tokyo")));
    assertEquals(BERLIN, windows.zoneOf(Fleets.device("a", "tz", "Atlantis")));
    assertEquals(BERLIN, windows.zoneOf(Fleets.device("a")));
  }

  private static Duration openOn(String date, MaintenanceWindows windows) {
    Instant from = Instant.parse(date + "T00:00:00Z").minus(Duration.ofHours(3));
    int minutes = 0;
    for (int i = 0; i < 24 * 60; i++) {
      minutes += windows.open(from.plus(Duration.ofMinutes(i)), BERLIN) ? 1 : 0;
    }
    return Duration.ofMinutes(minutes);
  }

  private static MaintenanceWindows windows(String start, int minutes, DayOfWeek... days) {
    return new MaintenanceWindows(
        BERLIN,
        Optional.of("tz"),
        List.of(
            new MaintenanceWindows.Weekly(
                Set.of(days), LocalTime.parse(start), Duration.ofMinutes(minutes))));
  }
}
