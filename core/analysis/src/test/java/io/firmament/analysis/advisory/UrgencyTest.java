package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.advisory.Urgency.Decision;
import io.firmament.analysis.advisory.Urgency.Signals;
import io.firmament.base.finding.Priority;
import io.firmament.base.finding.Priority.Band;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UrgencyTest {
  private static final Signals PLAIN =
      new Signals(
          false,
          false,
          Optional.empty(),
          Optional.of(5.0),
          Optional.empty(),
          1,
          Optional.empty(),
          0);

  @ParameterizedTest
  @CsvSource({
    "true, , 5.0, , 0, true, P0",
    "true, , 5.0, , -1, true, P1",
    "true, , 5.0, , 0, false, P1",
    "true, , 5.0, , 0, , P1",
    "true, , 9.8, , -3, true, P3",
    "false, 0.1, 5.0, , 0, , P1",
    "false, 0.09, 5.0, , 0, , P3",
    "false, , 5.0, ACT, 0, , P1",
    "false, , 5.0, ATTEND, 0, , P3",
    "false, , 7.0, , 0, , P2",
    "false, , , , 0, , P3",
  })
  void putsAMatchIntoItsQueue(
      boolean exploited,
      @Nullable Double epss,
      @Nullable Double cvss,
      @Nullable Decision decision,
      int impact,
      @Nullable Boolean network,
      Band band) {
    Priority priority =
        Urgency.of(
            new Signals(
                exploited,
                false,
                Optional.ofNullable(epss),
                Optional.ofNullable(cvss),
                Optional.ofNullable(decision),
                impact,
                Optional.ofNullable(network),
                0));
    assertEquals(band, priority.band(), () -> priority.reasons().toString());
    assertTrue(priority.score() >= 0 && priority.score() <= 100, priority::toString);
  }

  /// Each signal that speaks for more makes it no less.
  @Test
  void everySignalCountsInItsDirection() {
    double plain = Urgency.of(PLAIN).score();
    assertTrue(Urgency.of(with(true, 1, 0)).score() > plain);
    assertTrue(Urgency.of(with(false, -5, 0)).score() < plain);
    assertTrue(Urgency.of(with(false, 1, 100_000)).score() > plain);
    assertEquals(plain, Urgency.of(with(false, 1, -7)).score());
    for (int impact = -10; impact < 10; impact++) {
      assertTrue(
          Urgency.of(with(false, impact, 0)).score()
              <= Urgency.of(with(false, impact + 1, 0)).score());
    }
  }

  @Test
  void saysWhy() {
    assertEquals(4, Urgency.of(PLAIN).reasons().size());
    assertTrue(Urgency.of(with(true, 1, 3)).reasons().contains("fleet: 3 devices run it"));
  }

  private static Signals with(boolean exploited, int impact, long devices) {
    return new Signals(
        exploited,
        false,
        Optional.empty(),
        PLAIN.cvss(),
        Optional.empty(),
        impact,
        Optional.empty(),
        devices);
  }
}
