package io.firmament.aws.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.AwsUnderTest;
import io.firmament.base.Ids;
import io.firmament.base.ProblemException;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.fleet.ChangeWatch;
import io.firmament.platform.fleet.DecommissionDevice;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.FleetProblem;
import io.firmament.platform.fleet.PresentedCertificate;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.ProductGroupAccess;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// What a process remembers of devices, over a real table, with time that the test moves.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceDirectoryTest {
  private static final Duration TICK = Duration.ofSeconds(1);

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final CallCounter store =
      new CallCounter(new DynamoFleetStore(dynamo, aws.table(dynamo, "fleet")));
  private final TenantId tenant = FleetStoreContract.tenant();
  private final SettableClock clock = new SettableClock();
  private final ChangeWatch watch = new ChangeWatch(store, clock);
  private final DeviceDirectory directory = new DeviceDirectory(store, watch, clock, Ids.random());

  @BeforeAll
  void watch() {
    watch.listen(directory);
  }

  @AfterAll
  void end() {
    aws.close();
  }

  @Test
  void asksForChangesAndNotForEveryDevice() {
    List<Device> devices = FleetStoreContract.enroll(store, tenant, 200);
    tick();
    long before = store.reads();
    int heartbeats = 0;
    for (int second = 0; second < 300; second++) {
      for (Device device : devices) {
        directory.authenticate(certificate(device));
        heartbeats++;
      }
      tick();
    }
    double perThousand = (store.reads() - before) * 1000.0 / heartbeats;
    assertTrue(perThousand < 10, perThousand + " reads for 1,000 calls");
    assertTrue(store.reads() - before >= 200 + 140, "it looked at the changes");
  }

  @Test
  void refusesADeviceThatWasLetGoElsewhereAfterTheNextLook() {
    Device device = known();
    tick();
    tick();
    decommission(device, clock.instant());
    directory.authenticate(certificate(device));
    tick();
    tick();
    assertRefused(device);
  }

  @Test
  void noticesAChangeByAProcessWhoseClockIsBehind() {
    Device device = known();
    tick();
    tick();
    decommission(device, clock.instant().minusSeconds(8));
    tick();
    tick();
    assertRefused(device);
  }

  @Test
  void readsADeviceAgainWhereNobodyLooksForChanges() {
    Device device = known();
    decommission(device, clock.instant());
    clock.advance(DeviceDirectory.FRESH.plus(TICK.multipliedBy(3)));
    assertRefused(device);
  }

  @Test
  void forgetsEverythingAfterALongStandstill() {
    Device device = known();
    tick();
    clock.advance(Duration.ofSeconds(30));
    decommission(device, clock.instant());
    clock.advance(Duration.ofHours(3));
    watch.refresh();
    assertRefused(device);
  }

  /// A device that the directory remembers.
  private Device known() {
    Device device = FleetStoreContract.enroll(store, FleetStoreContract.tenant(), 1).getFirst();
    watch.refresh();
    assertEquals(device.name(), directory.authenticate(certificate(device)).name());
    return device;
  }

  private void tick() {
    clock.advance(TICK);
    watch.refresh();
  }

  private void assertRefused(Device device) {
    ProblemException refusal =
        assertThrows(ProblemException.class, () -> directory.authenticate(certificate(device)));
    assertEquals(FleetProblem.DEVICE_DECOMMISSIONED, refusal.problem());
  }

  private void decommission(Device device, Instant at) {
    Caller operator =
        new Caller(
            device.tenant(),
            new UserId(UUID.randomUUID()),
            "operator@example.com",
            Caller.Credential.API_TOKEN,
            Set.of(),
            new ProductGroupAccess(Set.of(), Map.of()));
    new DecommissionDevice(store, Clock.fixed(at, ZoneOffset.UTC), Ids.random())
        .decommission(operator, device.name());
  }

  private static PresentedCertificate certificate(Device device) {
    return new PresentedCertificate(
        device.tenant(), device.fleet(), device.name(), device.current().serial());
  }
}
