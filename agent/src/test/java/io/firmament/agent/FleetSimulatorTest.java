package io.firmament.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.device.TestFleet;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.trust.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A simulated fleet against a real device service.
class FleetSimulatorTest {
  private static final int DEVICES = 40;

  @TempDir Path folder;

  @Test
  void bringsAFleetToLifeAndGoesOnWithItLater() throws Exception {
    HeartbeatPolicy policy = HeartbeatPolicy.standard().withInterval(Duration.ofSeconds(1));
    try (TestFleet fleet = new TestFleet(policy)) {
      EnrollTokens.Created token = fleet.token(DEVICES);
      FleetSimulator.Endpoint endpoint =
          new FleetSimulator.Endpoint(
              "localhost:" + fleet.server.port(),
              Files.writeString(folder.resolve("ca.pem"), Pem.encode(fleet.authority.root())),
              Files.writeString(folder.resolve("token"), token.secret().reveal()));

      FleetSimulator.Tally first = run(endpoint, DEVICES);
      assertEquals(DEVICES, first.enrolled(), first::toString);
      assertEquals(DEVICES, first.registered(), first::toString);
      assertEquals(0, first.ended(), first::toString);
      assertEquals(DEVICES, fleet.uses(token));

      FleetSimulator.Tally second = run(endpoint, DEVICES);
      assertEquals(0, second.enrolled(), second::toString);
      assertEquals(DEVICES, second.registered(), second::toString);
      fleet.decommission("sim-7");
      FleetSimulator.Tally third = run(endpoint, DEVICES - 1);
      assertEquals(1, third.ended(), third::toString);
    }
  }

  /// Until there are three heartbeats a device.
  private FleetSimulator.Tally run(FleetSimulator.Endpoint endpoint, int living)
      throws InterruptedException {
    try (FleetSimulator simulator =
        new FleetSimulator(endpoint, folder.resolve("devices"), "sim")) {
      simulator.start(DEVICES);
      for (int i = 0; i < 300 && simulator.tally().heartbeats() < 3L * living; i++) {
        Thread.sleep(100);
      }
      assertTrue(simulator.tally().heartbeats() >= 3L * living, simulator.tally()::toString);
      return simulator.tally();
    }
  }
}
