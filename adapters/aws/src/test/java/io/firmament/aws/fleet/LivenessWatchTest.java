package io.firmament.aws.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.AwsUnderTest;
import io.firmament.base.Ids;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.fleet.LivenessWatch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// Heartbeats over a real table, with time that the test moves.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LivenessWatchTest {
  private static final Duration INTERVAL = Duration.ofSeconds(60);

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final FleetStore store = new DynamoFleetStore(dynamo, aws.table(dynamo, "fleet"));

  @AfterAll
  void end() {
    aws.close();
  }

  @Test
  void writesLessThanTwentyTimesPerThousandHeartbeats() {
    TenantId tenant = FleetStoreContract.tenant();
    List<Device> devices = FleetStoreContract.enroll(store, tenant, 100);
    SettableClock clock = new SettableClock();
    CallCounter counted = new CallCounter(store);
    LivenessWatch watch =
        new LivenessWatch(counted, HeartbeatPolicy.standard(), clock, clock::nanos, Ids.random());
    long heartbeats = 0;
    for (int minute = 0; minute < 24 * 60; minute++) {
      for (Device device : devices) {
        watch.seen(device, INTERVAL);
        heartbeats++;
      }
      watch.flush();
      clock.advance(INTERVAL);
    }
    double perThousand = counted.writes() * 1000.0 / heartbeats;
    System.out.printf(
        "liveness: %d writes for %d heartbeats, %.1f per 1000%n",
        counted.writes(), heartbeats, perThousand);
    assertTrue(counted.writes() > 200, "every device came online in the table");
    assertTrue(perThousand <= 20, perThousand + " writes per 1000 heartbeats");
    assertEquals(100, online(tenant, clock));
  }

  @Test
  void showsADeviceOfflineAfterThreeSilentIntervalsAndOnlineAgain() {
    TenantId tenant = FleetStoreContract.tenant();
    Device device = FleetStoreContract.enroll(store, tenant, 1).getFirst();
    SettableClock clock = new SettableClock();
    LivenessWatch watch = watch(clock);
    assertEquals(0, online(tenant, clock));
    watch.seen(device, INTERVAL);
    watch.flush();
    assertEquals(1, online(tenant, clock));
    Instant last = clock.instant();
    clock.advance(INTERVAL.multipliedBy(3));
    watch.flush();
    assertEquals(1, online(tenant, clock), "exactly three intervals are not too many");
    clock.advance(Duration.ofSeconds(1));
    watch.flush();
    assertEquals(0, online(tenant, clock));
    assertEquals(0, watch.size());
    assertEquals(
        last,
        new Devices(store, clock)
            .list(tenant, PageRequest.first())
            .items()
            .getFirst()
            .lastSeen()
            .orElseThrow());
    clock.advance(Duration.ofSeconds(1));
    watch.seen(device, INTERVAL);
    watch.flush();
    assertEquals(1, online(tenant, clock));
    assertEquals(
        List.of(DeviceEvent.Kind.ONLINE, DeviceEvent.Kind.OFFLINE, DeviceEvent.Kind.ONLINE),
        store.history(tenant, device.name(), PageRequest.first()).items().stream()
            .map(DeviceEvent::kind)
            .limit(3)
            .toList());
  }

  @Test
  void showsDevicesOfflineWhenTheirWatcherDied() {
    TenantId tenant = FleetStoreContract.tenant();
    Device device = FleetStoreContract.enroll(store, tenant, 1).getFirst();
    SettableClock clock = new SettableClock();
    LivenessWatch watch = watch(clock);
    watch.seen(device, INTERVAL);
    watch.flush();
    clock.advance(HeartbeatPolicy.standard().lease().plusSeconds(1));
    assertEquals(0, online(tenant, clock), "nobody flushed since, the lease has lapsed");
    LivenessWatch successor = watch(clock);
    successor.seen(device, INTERVAL);
    successor.flush();
    watch.flush();
    assertEquals(1, online(tenant, clock), "the late report of the first is not heard");
  }

  /// A clock that was wrong is set, forwards or back, while devices go on talking.
  @ParameterizedTest
  @ValueSource(strings = {"PT1H", "PT-1H", "P400D", "P-400D"})
  void keepsDevicesOnlineWhenTheClockIsSet(Duration jump) {
    TenantId tenant = FleetStoreContract.tenant();
    List<Device> devices = FleetStoreContract.enroll(store, tenant, 10);
    SettableClock clock = new SettableClock();
    LivenessWatch watch = watch(clock);
    for (int beat = 0; beat < 10; beat++) {
      if (beat == 5) {
        clock.jump(jump);
        watch.flush();
        assertEquals(10, online(tenant, clock), "right after the jump");
      }
      devices.forEach(device -> watch.seen(device, INTERVAL));
      watch.flush();
      assertEquals(10, online(tenant, clock));
      clock.advance(INTERVAL);
    }
    clock.advance(INTERVAL.multipliedBy(3));
    watch.flush();
    assertEquals(0, online(tenant, clock), "silence is noticed as always");
    assertEquals(
        List.of(DeviceEvent.Kind.OFFLINE, DeviceEvent.Kind.ONLINE),
        store.history(tenant, devices.getFirst().name(), PageRequest.first()).items().stream()
            .map(DeviceEvent::kind)
            .filter(kind -> kind != DeviceEvent.Kind.ENROLLED)
            .sorted(java.util.Comparator.comparing(Enum::name))
            .toList());
  }

  @Test
  void writesTheLastHeartbeatWhenItEnds() {
    TenantId tenant = FleetStoreContract.tenant();
    Device device = FleetStoreContract.enroll(store, tenant, 1).getFirst();
    SettableClock clock = new SettableClock();
    LivenessWatch watch = watch(clock);
    watch.seen(device, INTERVAL);
    watch.flush();
    clock.advance(INTERVAL);
    watch.seen(device, INTERVAL);
    Instant last = clock.instant();
    clock.advance(Duration.ofSeconds(5));
    watch.close();
    assertEquals(
        last,
        new Devices(store, clock)
            .list(tenant, PageRequest.first())
            .items()
            .getFirst()
            .lastSeen()
            .orElseThrow());
  }

  private LivenessWatch watch(SettableClock clock) {
    return new LivenessWatch(store, HeartbeatPolicy.standard(), clock, clock::nanos, Ids.random());
  }

  private long online(TenantId tenant, Clock clock) {
    return new Devices(store, clock)
        .list(tenant, new PageRequest(200, java.util.Optional.empty())).items().stream()
            .filter(seen -> seen.liveness() == Devices.Liveness.ONLINE)
            .count();
  }
}
