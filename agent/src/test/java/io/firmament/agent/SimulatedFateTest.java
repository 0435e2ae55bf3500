package io.firmament.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.agent.update.Order;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Shares of small fleets.
class SimulatedFateTest {
  private static SimulatedFate failing(double share) {
    return new SimulatedFate(1, share, 0, 0, 0, Duration.ZERO, 0, Duration.ZERO);
  }

  private static long failures(SimulatedFate fate, int devices, int rollout) {
    return IntStream.range(0, devices)
        .filter(i -> fate.probeFails("gateway-" + i, new Order.Key("rollout-" + rollout, 1)))
        .count();
  }

  @Test
  void ofFewDevicesSomeFailAndNotAll() {
    for (int devices = 3; devices <= 120; devices++) {
      SimulatedFate fate = failing(2.0 / devices);
      for (int rollout = 0; rollout < 50; rollout++) {
        long failures = failures(fate, devices, rollout);
        assertTrue(failures >= 1 && failures <= 4, failures + " of " + devices + " in " + rollout);
      }
    }
  }

  @Test
  void aShareOfManyIsMet() {
    for (int rollout = 0; rollout < 20; rollout++) {
      long failures = failures(failing(0.12), 1_000, rollout);
      assertTrue(Math.abs(failures - 120) <= 5, failures + " in " + rollout);
    }
    assertEquals(0, failures(failing(0), 1_000, 1));
    assertEquals(1_000, failures(failing(1), 1_000, 1));
  }
}
