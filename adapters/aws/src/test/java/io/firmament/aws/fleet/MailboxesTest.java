package io.firmament.aws.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.AwsUnderTest;
import io.firmament.base.Ids;
import io.firmament.base.LogRequestId;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.ChangeWatch;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.fleet.LivenessWatch;
import io.firmament.platform.fleet.PresentedCertificate;
import io.firmament.platform.fleet.RecordHeartbeat;
import io.firmament.platform.fleet.RecordInventory;
import io.firmament.platform.fleet.RegisterDevice;
import io.firmament.platform.fleet.Work;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.mailbox.Deliveries;
import io.firmament.platform.mailbox.Mailboxes;
import io.firmament.platform.rollout.AssignmentSigner;
import io.firmament.platform.rollout.DeviceAssignments;
import io.firmament.platform.rollout.SignedAssignments;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// What a process knows of what waits for devices, over a real table, with time that the test
/// moves.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MailboxesTest {
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration INTERVAL = Duration.ofSeconds(60);

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final String table = aws.table(dynamo, "fleet");
  private final SettableClock clock = new SettableClock();
  private final CallCounter store = new CallCounter(new DynamoFleetStore(dynamo, table));
  private final LogStore logs = new DynamoLogStore(dynamo, table, clock);
  private final ChangeWatch watch = new ChangeWatch(store, clock);
  private final DeviceDirectory directory = new DeviceDirectory(store, watch, clock, Ids.random());
  private final Mailboxes mailboxes = new Mailboxes(store, clock);
  private final Deliveries deliveries =
      new Deliveries(
          mailboxes,
          new DeviceAssignments(new DynamoRolloutStore(dynamo, table, clock), clock),
          new SignedAssignments(
              (_, _) -> new AssignmentSigner.Outcome.Unsigned("nothing is signed here"), clock),
          logs,
          new RecordInventory(store, directory, clock, Ids.random()),
          clock);

  @BeforeAll
  void listen() {
    watch.listen(directory);
    watch.listen(mailboxes);
  }

  @AfterAll
  void end() {
    aws.close();
  }

  /// As the service does it: who calls, that it lives, what it is told.
  @Test
  void costsLessThanTwentyRequestsForAThousandHeartbeatsOfADay() {
    List<Device> devices = FleetStoreContract.enroll(store, FleetStoreContract.tenant(), 200);
    LivenessWatch liveness =
        new LivenessWatch(store, HeartbeatPolicy.standard(), clock, clock::nanos, Ids.random());
    RecordHeartbeat heartbeat =
        new RecordHeartbeat(
            liveness,
            new RegisterDevice(store, directory, clock, Ids.random()),
            new RecordInventory(store, directory, clock, Ids.random()),
            HeartbeatPolicy.standard(),
            clock,
            new Random(1));
    tick();
    long reads = store.reads();
    long writes = store.writes();
    long heartbeats = 0;
    long looks = 0;
    for (int minute = 0; minute < 24 * 60; minute++) {
      for (Device device : devices) {
        Device caller = directory.authenticate(certificate(device));
        heartbeat.heartbeat(caller, "agent-1", Inventory.none());
        assertTrue(deliveries.tell(caller).logs().isEmpty());
        heartbeats++;
      }
      liveness.flush();
      clock.advance(INTERVAL);
      watch.refresh();
      looks++;
    }
    // A look is for all the devices of a process: 30,000 at this interval, not 300.
    double perThousand =
        (store.reads() - reads - looks + store.writes() - writes) * 1000.0 / heartbeats;
    System.out.printf(
        "heartbeats: %.1f requests per 1000, and a look at the changes every two seconds%n",
        perThousand);
    assertTrue(store.reads() - reads > looks + 2L * devices.size(), "every device was read");
    assertTrue(perThousand <= 20, perThousand + " requests for 1,000 heartbeats");
  }

  @Test
  void tellsOfARequestAfterTheNextLookAndNoMoreWhenItIsAnswered() {
    Device device = known();
    LogRequest request = request(device);
    logs.add(request, FleetStoreContract.audit(device.tenant(), "one"));
    tick();
    tick();
    assertEquals(List.of(request), deliveries.tell(device).logs());
    long before = store.reads();
    assertEquals(List.of(request), deliveries.tell(device).logs());
    assertEquals(before, store.reads());
    assertEquals(
        Set.of(new Work.Logs(request.id())), store.waiting(device.tenant(), device.name()));
    assertTrue(logs.answer(answered(request), event(device)));
    tick();
    tick();
    assertEquals(List.of(), deliveries.tell(device).logs());
    assertEquals(Set.of(), store.waiting(device.tenant(), device.name()));
  }

  @Test
  void findsWhatWasAskedBeforeTheDeviceFirstCalled() {
    Device device = enrolled();
    LogRequest request = request(device);
    logs.add(request, FleetStoreContract.audit(device.tenant(), "one"));
    assertEquals(List.of(request), deliveries.tell(device).logs());
  }

  /// The index lags: what it does not have yet is among the changes.
  @Test
  void findsWhatTheIndexDoesNotHaveYet() {
    known();
    Device device = enrolled();
    LogRequest request = request(device);
    logs.add(request, FleetStoreContract.audit(device.tenant(), "one"));
    tick();
    tick();
    store.hideWaiting(true);
    try {
      assertEquals(List.of(request), deliveries.tell(device).logs());
    } finally {
      store.hideWaiting(false);
    }
    Device later = enrolled();
    LogRequest another = request(later);
    logs.add(another, FleetStoreContract.audit(later.tenant(), "one"));
    store.hideWaiting(true);
    try {
      assertEquals(List.of(), deliveries.tell(later).logs(), "not looked at yet");
    } finally {
      store.hideWaiting(false);
    }
    tick();
    tick();
    assertEquals(List.of(another), deliveries.tell(later).logs());
  }

  @Test
  void forgetsWhatHasExpired() {
    Device device = known();
    LogRequest request = request(device);
    logs.add(request, FleetStoreContract.audit(device.tenant(), "one"));
    tick();
    tick();
    assertEquals(List.of(request), deliveries.tell(device).logs());
    clock.advance(LogRequest.OPEN);
    watch.refresh();
    assertEquals(List.of(), deliveries.tell(device).logs());
  }

  @Test
  void looksAgainForWorkThatNobodyKnowsOf() {
    Device device = known();
    mailboxes.changed(
        new io.firmament.platform.fleet.FleetStore.ChangedWork(
            device.tenant(), device.name(), new Work.Update(new RolloutId(UUID.randomUUID()))));
    mailboxes.changed(
        new io.firmament.platform.fleet.FleetStore.ChangedWork(
            device.tenant(),
            device.name(),
            new Work.Logs(LogRequestId.at(clock.instant(), UUID.randomUUID()))));
    assertEquals(
        new Deliveries.Parcel(List.of(), List.of()), deliveries.tell(device), "they are gone");
  }

  private Device enrolled() {
    return FleetStoreContract.enroll(store, FleetStoreContract.tenant(), 1).getFirst();
  }

  /// A device that has called.
  private Device known() {
    Device device = enrolled();
    watch.refresh();
    assertEquals(List.of(), deliveries.tell(device).logs());
    return device;
  }

  private void tick() {
    clock.advance(TICK);
    watch.refresh();
  }

  private LogRequest request(Device device) {
    Instant now = clock.instant();
    return new LogRequest(
        device.tenant(),
        device.name(),
        LogRequestId.at(now, UUID.randomUUID()),
        "agent",
        Optional.of(now.minusSeconds(60)),
        1000,
        "user:1",
        now,
        now.plus(LogRequest.OPEN),
        new LogRequest.Answer.None());
  }

  private LogRequest answered(LogRequest request) {
    return new LogRequest(
        request.tenant(),
        request.device(),
        request.id(),
        request.source(),
        request.since(),
        request.maxBytes(),
        request.requestedBy(),
        request.requestedAt(),
        request.validUntil(),
        new LogRequest.Answer.Refused(
            clock.instant(), LogRequest.Reason.NOT_ALLOWED, "not of mine"));
  }

  private DeviceEvent event(Device device) {
    return FleetStoreContract.event(device, clock.instant(), DeviceEvent.Kind.LOGS_RECEIVED);
  }

  private static PresentedCertificate certificate(Device device) {
    TenantId tenant = device.tenant();
    return new PresentedCertificate(
        tenant, device.fleet(), device.name(), device.current().serial());
  }
}
