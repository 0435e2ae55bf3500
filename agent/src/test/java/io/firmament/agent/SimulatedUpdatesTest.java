package io.firmament.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.RolloutId;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.rollout.Assignment;
import io.firmament.trust.Pem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A simulated fleet takes a rollout, with scripted faults.
class SimulatedUpdatesTest {
  private static final int DEVICES = 60;

  @TempDir Path folder;

  @Test
  void everyDeviceEndsAsItsFateSays() throws Exception {
    HeartbeatPolicy policy = HeartbeatPolicy.standard().withInterval(Duration.ofMillis(500));
    SimulatedFate fate =
        new SimulatedFate(7, 0.3, 0.3, 0.1, 0.2, Duration.ofSeconds(2), 0.5, Duration.ofMillis(5));
    try (TestRollouts platform = new TestRollouts(policy)) {
      platform.publish("net", "1", "model", "weights".getBytes(StandardCharsets.UTF_8), "");
      EnrollTokens.Created token = platform.fleet.token(DEVICES);
      FleetSimulator.Endpoint endpoint =
          new FleetSimulator.Endpoint(
              "localhost:" + platform.fleet.server.port(),
              Files.writeString(
                  folder.resolve("ca.pem"), Pem.encode(platform.fleet.authority.root())),
              Files.writeString(folder.resolve("token"), token.secret().reveal()));
      String[] names = IntStream.range(0, DEVICES).mapToObj(i -> "sim-" + i).toArray(String[]::new);
      try (FleetSimulator simulator = new FleetSimulator(endpoint, Optional.empty(), "sim", fate)) {
        simulator.start(DEVICES);
        for (String name : names) {
          platform.awaitOnline(name);
        }
        RolloutId id =
            platform.rollOut("net", "1", Map.of("type", "file", "path", "/run/ok"), names);
        Map<Assignment.State, Long> ends = awaitEnds(platform, id, names, simulator);
        FleetSimulator.Updates updates = simulator.tally().updates();
        assertEquals(ends.getOrDefault(Assignment.State.HEALTHY, 0L), updates.healthy());
        assertEquals(ends.getOrDefault(Assignment.State.ROLLED_BACK, 0L), updates.rolledBack());
        assertEquals(ends.getOrDefault(Assignment.State.FAILED, 0L), updates.failed());
        assertEquals(ends.getOrDefault(Assignment.State.INCOMPATIBLE, 0L), updates.incompatible());
        assertEquals(DEVICES, updates.taken(), updates::toString);
        for (long count :
            new long[] {
              updates.healthy(),
              updates.rolledBack(),
              updates.failed(),
              updates.incompatible(),
              updates.pauses()
            }) {
          assertTrue(count > 0, updates::toString);
        }
        assertEquals(0, updates.refused(), updates::toString);
      }
    }
  }

  private static Map<Assignment.State, Long> awaitEnds(
      TestRollouts platform, RolloutId id, String[] names, FleetSimulator simulator)
      throws InterruptedException {
    long giveUp = System.nanoTime() + 90_000_000_000L;
    while (true) {
      platform.evaluate(id);
      Map<Assignment.State, Long> ends = new EnumMap<>(Assignment.State.class);
      for (String name : names) {
        platform
            .fleet
            .rollouts
            .findAssignment(platform.fleet.tenant, id, new DeviceName(name))
            .filter(assignment -> assignment.state().isFinal())
            .ifPresent(assignment -> ends.merge(assignment.state(), 1L, Long::sum));
      }
      if (ends.values().stream().mapToLong(count -> count).sum() == names.length) {
        return ends;
      }
      if (System.nanoTime() > giveUp) {
        throw new AssertionError(ends + " " + simulator.tally());
      }
      Thread.sleep(500);
    }
  }
}
