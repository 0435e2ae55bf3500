package io.firmament.device;

import static io.firmament.device.FieldDevice.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.firmament.base.PageRequest;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.device.v1.ArtifactStatus;
import io.firmament.device.v1.Assignment;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.InstalledArtifact;
import io.firmament.device.v1.RegisterRequest;
import io.firmament.device.v1.RegisterResponse;
import io.firmament.device.v1.ReportArtifactStatusRequest;
import io.firmament.device.v1.TrustedMetadata;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.rollout.Assignment.State;
import io.firmament.platform.rollout.Command;
import io.firmament.platform.rollout.Rollout;
import io.firmament.trust.CertificateRequest;
import io.firmament.trust.DeviceIdentity;
import io.firmament.tuf.DeviceAssignment;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Assignments, reports and what devices have installed, over real TLS, a real table and a real
/// director's signatures.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpdatesTest {
  private TestFleet fleet;
  private int names;

  @BeforeAll
  void start() throws Exception {
    fleet = new TestFleet(HeartbeatPolicy.standard().withInterval(Duration.ofSeconds(10)));
  }

  @AfterAll
  void end() {
    fleet.close();
  }

  private FieldDevice online() throws Exception {
    FieldDevice device = FieldDevice.enroll(fleet, "field-" + names++);
    assertEquals(0, device.heartbeat().getAssignmentsCount());
    fleet.awaitOnline(device.name());
    return device;
  }

  @Test
  void tellsADeviceWhatIsOfferedWithinSecondsAndTakesItsReports() throws Exception {
    FieldDevice device = online();
    RolloutId rollout = fleet.rollOut("router-os", "1.0", device.name());
    Instant offered = Instant.now();
    Assignment told = device.assignment();
    assertTrue(Duration.between(offered, Instant.now()).compareTo(Duration.ofSeconds(8)) < 0);
    assertEquals(State.DELIVERED, fleet.assignment(rollout, device.name()).state());

    DeviceAssignment document = fleet.director.verified(told.getSigned().toByteArray());
    assertEquals(
        new DeviceAssignment.Device(fleet.tenant.toString(), "default", device.name()),
        document.device());
    assertEquals(rollout.toString(), document.rollout());
    assertEquals(1, document.attempt());
    assertEquals(1, told.getAttempt());
    assertEquals(DeviceAssignment.Action.APPLY, document.action());
    assertEquals(
        new DeviceAssignment.Artifact("router-os", "1.0", "firmware"), document.artifact());
    assertEquals("fleets/default/router-os/1.0/image.bin", document.path());
    assertEquals(7, document.target().length());
    assertTrue(
        new String(document.probe().toBytes(), java.nio.charset.StandardCharsets.UTF_8)
            .startsWith("{\"type\":\"file\",\"path\":\"/run/ok\",\"timeout_seconds\":"));
    assertTrue(document.expires().isAfter(Instant.now().plus(Duration.ofHours(1))));

    device.report(told, ArtifactStatus.ARTIFACT_STATUS_DOWNLOADING);
    device.report(told, ArtifactStatus.ARTIFACT_STATUS_APPLYING);
    assertEquals(State.APPLYING, fleet.assignment(rollout, device.name()).state());
    assertEquals(1, device.heartbeat().getAssignmentsCount(), "told until it is done");
    device.report(told, ArtifactStatus.ARTIFACT_STATUS_HEALTHY);
    assertEquals(0, device.heartbeat().getAssignmentsCount());
    assertEquals("as told", fleet.assignment(rollout, device.name()).detail());
    fleet.evaluate(rollout);
    assertEquals(
        Rollout.Status.COMPLETED,
        fleet
            .rollouts
            .findRollout(fleet.tenant, rollout)
            .orElseThrow()
            .rollout()
            .progress()
            .status());
  }

  @Test
  void tellsADeviceToReturnFromWhatWasWithdrawnAndNoneToInstallIt() throws Exception {
    FieldDevice device = online();
    FieldDevice late = online();
    RolloutId rollout = fleet.rollOut("router-os", "1.0", device.name());
    device.report(device.assignment(), ArtifactStatus.ARTIFACT_STATUS_HEALTHY);
    fleet.director.withdraw();
    fleet.abort(rollout, Command.Policy.REVERT);
    Assignment told = device.assignment();
    DeviceAssignment document = fleet.director.verified(told.getSigned().toByteArray());
    assertEquals(DeviceAssignment.Action.REVERT, document.action());
    assertEquals("fleets/default/router-os/1.0/image.bin", document.path());
    assertEquals(7, document.target().length());
    device.report(told, ArtifactStatus.ARTIFACT_STATUS_ROLLED_BACK);
    assertEquals(State.ROLLED_BACK, fleet.assignment(rollout, device.name()).state());
    RolloutId other = fleet.rollOut("router-os", "1.0", late.name());
    fleet.director.withdraw();
    Thread.sleep(Duration.ofSeconds(11));
    assertEquals(0, late.heartbeat().getAssignmentsCount());
    assertEquals(State.OFFERED, fleet.assignment(other, late.name()).state());
  }

  @Test
  void tellsTheSameDocumentAgainWithoutSigningOrReading() throws Exception {
    FieldDevice device = online();
    fleet.rollOut("camera", "1", device.name());
    ByteString first = device.assignment().getSigned();
    // What was written seconds ago is told to everybody who watches more than once.
    Thread.sleep(Duration.ofSeconds(13));
    device.heartbeat();
    int signed = fleet.director.signed();
    long requests = fleet.faults.requests();
    for (int i = 0; i < 40; i++) {
      assertEquals(first, device.heartbeat().getAssignments(0).getSigned());
    }
    assertEquals(signed, fleet.director.signed());
    assertTrue(fleet.faults.requests() - requests < 10, "the timer's own, and no others");
  }

  /// What was signed by the old key would be refused by devices for hours.
  @Test
  void tellsWhatTheNewKeyOfTheDirectorSignsOnceItIsTrusted() throws Exception {
    FieldDevice device = online();
    fleet.rollOut("turbine", "1", device.name());
    Assignment before = device.assignment();
    DeviceAssignment old = fleet.director.verified(before.getSigned().toByteArray());
    fleet.director.rotate();
    Instant end = Instant.now().plus(Duration.ofSeconds(60));
    ByteString told = before.getSigned();
    while (told.equals(before.getSigned()) && Instant.now().isBefore(end)) {
      Thread.sleep(Duration.ofSeconds(2));
      told = device.heartbeat().getAssignments(0).getSigned();
    }
    DeviceAssignment renewed = fleet.director.verified(told.toByteArray());
    assertEquals(old.artifact(), renewed.artifact());
    assertEquals(old.attempt(), renewed.attempt());
    assertTrue(renewed.version() > old.version(), "a device takes nothing that was said before");
  }

  @Test
  void takesRepeatedLateAndReplayedReportsWithoutAChange() throws Exception {
    FieldDevice device = online();
    RolloutId rollout = fleet.rollOut("modem", "1", device.name());
    Assignment told = device.assignment();
    device.report(told, ArtifactStatus.ARTIFACT_STATUS_APPLYING);
    device.report(told, ArtifactStatus.ARTIFACT_STATUS_APPLYING);
    device.report(told, ArtifactStatus.ARTIFACT_STATUS_DOWNLOADING);
    assertEquals(State.APPLYING, fleet.assignment(rollout, device.name()).state());
    device.report(told, ArtifactStatus.ARTIFACT_STATUS_ROLLED_BACK);
    device.report(told, ArtifactStatus.ARTIFACT_STATUS_HEALTHY);
    assertEquals(State.ROLLED_BACK, fleet.assignment(rollout, device.name()).state());
  }

  @Test
  void refusesReportsOnWhatTheDeviceWasNeverGiven() throws Exception {
    FieldDevice device = online();
    FieldDevice other = online();
    fleet.rollOut("sensor", "1", device.name());
    Assignment told = device.assignment();
    refused(
        Status.Code.NOT_FOUND,
        "assignment_unknown",
        () -> other.report(told, ArtifactStatus.ARTIFACT_STATUS_HEALTHY));
    for (String id : List.of("", "x", UUID.randomUUID().toString(), "../../" + "0".repeat(30))) {
      refused(
          Status.Code.NOT_FOUND,
          "assignment_unknown",
          () -> device.report(id, 1, ArtifactStatus.ARTIFACT_STATUS_HEALTHY));
    }
    for (int attempt : new int[] {0, 2, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      refused(
          Status.Code.NOT_FOUND,
          "assignment_unknown",
          () ->
              device.report(told.getRolloutId(), attempt, ArtifactStatus.ARTIFACT_STATUS_HEALTHY));
    }
    refused(
        Status.Code.INVALID_ARGUMENT,
        "invalid_field",
        () -> device.report(told, ArtifactStatus.ARTIFACT_STATUS_UNSPECIFIED));
    refused(
        Status.Code.INVALID_ARGUMENT,
        "invalid_field",
        () ->
            device
                .stub()
                .reportArtifactStatus(
                    ReportArtifactStatusRequest.newBuilder()
                        .setRolloutId(told.getRolloutId())
                        .setAttempt(1)
                        .setStatusValue(99)
                        .build()));
    assertEquals(
        State.DELIVERED,
        fleet.assignment(RolloutId.of(told.getRolloutId()), device.name()).state());
  }

  @Test
  void refusesReportsAndHeartbeatsOfOthersWithTheSameName() throws Exception {
    FieldDevice device = online();
    fleet.rollOut("gate", "1", device.name());
    Assignment told = device.assignment();
    TestKey key = TestKey.p256();
    for (DeviceIdentity identity :
        List.of(
            new DeviceIdentity(
                TestFleet.DOMAIN, new TenantId(UUID.randomUUID()), "default", device.name()),
            new DeviceIdentity(TestFleet.DOMAIN, fleet.tenant, "plant", device.name()),
            new DeviceIdentity(TestFleet.DOMAIN, fleet.tenant, "default", device.name()))) {
      X509Certificate certificate =
          fleet.authority.issueDevice(identity, CertificateRequest.verified(key.request()));
      FieldDevice stranger =
          new FieldDevice(
              device.name(), device.enrolled(), fleet.as(key.pair().getPrivate(), certificate));
      refused(Status.Code.PERMISSION_DENIED, "certificate_revoked", stranger::heartbeat);
      refused(
          Status.Code.PERMISSION_DENIED,
          "certificate_revoked",
          () -> stranger.report(told, ArtifactStatus.ARTIFACT_STATUS_HEALTHY));
    }
    FieldDevice nobody = new FieldDevice("", device.enrolled(), fleet.anonymous());
    refused(
        Status.Code.UNAUTHENTICATED,
        "client_certificate_required",
        () -> nobody.report(told, ArtifactStatus.ARTIFACT_STATUS_HEALTHY));
    fleet.decommission(device.name());
    Thread.sleep(Duration.ofSeconds(5));
    refused(
        Status.Code.PERMISSION_DENIED,
        "device_decommissioned",
        () -> device.report(told, ArtifactStatus.ARTIFACT_STATUS_HEALTHY));
  }

  @Test
  void goesOnWithoutARepositoryAndTellsWhenThereIsOne() throws Exception {
    FieldDevice device = online();
    fleet.director.repository(false);
    try {
      RolloutId rollout = fleet.rollOut("hub", "1", device.name());
      for (int i = 0; i < 10; i++) {
        assertEquals(0, device.heartbeat().getAssignmentsCount());
        Thread.sleep(400);
      }
      assertEquals(
          State.OFFERED,
          fleet.assignment(rollout, device.name()).state(),
          "what was not told was not delivered");
    } finally {
      fleet.director.repository(true);
    }
    assertEquals(1, device.assignment().getAttempt());
  }

  @Test
  void tellsNothingWhileTheKeyDoesNotAnswer() throws Exception {
    FieldDevice device = online();
    fleet.director.answers(false);
    RolloutId rollout = fleet.rollOut("meter", "1", device.name());
    for (int i = 0; i < 10; i++) {
      assertEquals(0, device.heartbeat().getAssignmentsCount());
      Thread.sleep(400);
    }
    assertEquals(State.OFFERED, fleet.assignment(rollout, device.name()).state());
    fleet.director.answers(true);
    device.assignment();
  }

  @Test
  void keepsWhatADeviceHasInstalledAndWritesItOnlyWhenItChanges() throws Exception {
    FieldDevice device = online();
    HeartbeatRequest first =
        HeartbeatRequest.newBuilder()
            .addInstalled(installed("os", "1"))
            .addInstalled(installed("model", "7"))
            .setMetadata(metadata(1, 5, 5, 2))
            .build();
    device.stub().heartbeat(first);
    Inventory inventory = fleet.device(device.name()).inventory();
    assertEquals("1", fleet.installed(device.name(), "os"));
    assertEquals(Optional.of(new Inventory.Metadata(1, 5, 5, 2)), inventory.metadata());
    long version = fleet.device(device.name()).version();
    for (int i = 0; i < 3; i++) {
      device.stub().heartbeat(first);
      device.stub().heartbeat(first.toBuilder().setMetadata(metadata(1, 9, 8, 2)).build());
    }
    assertEquals(version, fleet.device(device.name()).version(), "nothing new of the device");
    device
        .stub()
        .heartbeat(
            HeartbeatRequest.newBuilder()
                .addInstalled(installed("os", "2"))
                .setMetadata(metadata(1, 10, 10, 2))
                .build());
    DeviceEvent event =
        fleet
            .store
            .history(fleet.tenant, new DeviceName(device.name()), PageRequest.first())
            .items()
            .stream()
            .filter(each -> each.kind() == DeviceEvent.Kind.INVENTORY_CHANGED)
            .findFirst()
            .orElseThrow();
    assertEquals("1 -> 2", event.facts().get("installed.os"));
    assertEquals("7 -> none", event.facts().get("installed.model"));
    assertEquals(List.of(), having("os", "1"));
    assertEquals(List.of(device.name()), having("os", "2"));
    assertEquals(List.of(), having("model", "7"));
  }

  @Test
  void replacesEverythingThatIsInstalledAtOnce() throws Exception {
    FieldDevice device = online();
    for (String version : List.of("a", "b")) {
      HeartbeatRequest.Builder request = HeartbeatRequest.newBuilder();
      IntStream.range(0, 64)
          .forEach(i -> request.addInstalled(installed("full-" + version + i, version)));
      device.stub().heartbeat(request.build());
      Inventory inventory = fleet.device(device.name()).inventory();
      assertEquals(64, inventory.installed().size());
      assertTrue(
          inventory.installed().values().stream().allMatch(is -> is.version().equals(version)));
    }
    assertEquals(List.of(), having("full-a0", "a"));
    assertEquals(List.of(device.name()), having("full-b63", "b"));
  }

  @Test
  void refusesAnInventoryThatCanBeNone() throws Exception {
    FieldDevice device = online();
    HeartbeatRequest.Builder many = HeartbeatRequest.newBuilder();
    IntStream.range(0, 65).forEach(i -> many.addInstalled(installed("a" + i, "1")));
    for (HeartbeatRequest request :
        List.of(
            many.build(),
            one(installed("os", "")),
            one(installed("", "1")),
            one(installed("x".repeat(201), "1")),
            one(installed("os", "1\n")),
            one(InstalledArtifact.newBuilder().setArtifact("os").setVersion("1").build()),
            HeartbeatRequest.newBuilder()
                .addInstalled(installed("os", "1"))
                .addInstalled(installed("os", "2"))
                .build(),
            HeartbeatRequest.newBuilder().setMetadata(metadata(-1, 0, 0, 0)).build())) {
      refused(
          Status.Code.INVALID_ARGUMENT, "invalid_field", () -> device.stub().heartbeat(request));
    }
    assertEquals(Inventory.none(), fleet.device(device.name()).inventory());
  }

  @Test
  void saysWhereArtifactsAreAndWhatToTrust() throws Exception {
    FieldDevice device = online();
    assertEquals(TestFleet.ARTIFACT_URL, device.enrolled().getArtifactUrl());
    assertArrayEquals(TestFleet.ARTIFACT_ROOT, device.enrolled().getArtifactRoot().toByteArray());
    RegisterResponse registered = device.stub().register(RegisterRequest.getDefaultInstance());
    assertEquals(TestFleet.ARTIFACT_URL, registered.getArtifactUrl());
    assertArrayEquals(TestFleet.ARTIFACT_ROOT, registered.getArtifactRoot().toByteArray());
  }

  @Test
  void keepsTheInventoryOfADeviceThatGetsANewKey() throws Exception {
    FieldDevice device = online();
    device.stub().heartbeat(one(installed("os", "5")));
    fleet.decommission(device.name());
    FieldDevice again = FieldDevice.enroll(fleet, device.name());
    assertEquals("5", fleet.installed(again.name(), "os"));
    DeviceServiceGrpc.newBlockingStub(again.channel())
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .heartbeat(one(installed("os", "6")));
    assertFalse(having("os", "5").contains(device.name()));
    assertTrue(having("os", "6").contains(device.name()));
  }

  private List<String> having(String artifact, String version) {
    return fleet
        .store
        .listDevices(
            fleet.tenant,
            new FleetStore.Having(artifact, Optional.of(version)),
            PageRequest.first())
        .items()
        .stream()
        .map(device -> device.name().value())
        .toList();
  }

  private static HeartbeatRequest one(InstalledArtifact artifact) {
    return HeartbeatRequest.newBuilder().addInstalled(artifact).build();
  }

  private static InstalledArtifact installed(String artifact, String version) {
    return InstalledArtifact.newBuilder()
        .setArtifact(artifact)
        .setVersion(version)
        .setSha256(ByteString.copyFrom(new byte[32]))
        .build();
  }

  private static TrustedMetadata metadata(long root, long timestamp, long snapshot, long targets) {
    return TrustedMetadata.newBuilder()
        .setRoot(root)
        .setTimestamp(timestamp)
        .setSnapshot(snapshot)
        .setTargets(targets)
        .build();
  }
}
