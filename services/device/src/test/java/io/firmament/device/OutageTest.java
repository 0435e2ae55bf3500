package io.firmament.device;

import static io.firmament.device.FieldDevice.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.RetryInfo;
import io.firmament.base.PageRequest;
import io.firmament.base.RolloutId;
import io.firmament.device.v1.ArtifactStatus;
import io.firmament.device.v1.Assignment;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.InstalledArtifact;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.logs.DeviceLogs;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.rollout.Assignment.State;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A service whose table throttles or does not answer, or that is started anew: heartbeats go on,
/// and nothing that a device has said is lost.
class OutageTest {
  private static final String[] READS = {"GetItem", "Query", "BatchGetItem"};
  private static final String[] WRITES = {"TransactWriteItems", "UpdateItem", "PutItem"};

  private TestFleet fleet;
  private int names;

  @BeforeEach
  void start() throws Exception {
    fleet = new TestFleet(HeartbeatPolicy.standard().withInterval(Duration.ofSeconds(10)));
  }

  @AfterEach
  void end() {
    fleet.faults.heal();
    fleet.close();
  }

  private FieldDevice online() throws Exception {
    FieldDevice device = FieldDevice.enroll(fleet, "tough-" + names++);
    device.heartbeat();
    fleet.awaitOnline(device.name());
    return device;
  }

  @Test
  void goesOnTellingWhatIsKnownWhileReadsAreThrottled() throws Exception {
    FieldDevice device = online();
    FieldDevice unknown = FieldDevice.enroll(fleet, "late");
    RolloutId rollout = fleet.rollOut("os", "1", device.name());
    Assignment told = device.assignment();
    fleet.faults.throttle(READS);
    // Longer than a look at the changes is believed.
    Thread.sleep(Duration.ofSeconds(5));
    assertEquals(told, device.heartbeat().getAssignments(0));
    assertTrue(unknown.heartbeat().hasNextHeartbeatIn(), "it is known from its enrolment");
    unavailable(() -> device.report(told, ArtifactStatus.ARTIFACT_STATUS_HEALTHY));
    fleet.faults.heal();
    device.report(told, ArtifactStatus.ARTIFACT_STATUS_HEALTHY);
    assertEquals(State.HEALTHY, fleet.assignment(rollout, device.name()).state());
  }

  @Test
  void saysToADeviceItDoesNotKnowThatItShallComeAgain() throws Exception {
    FieldDevice device = online();
    fleet.faults.timeOut(READS);
    fleet.restart();
    unavailable(device::heartbeat);
    fleet.faults.heal();
    assertTrue(device.heartbeat().hasNextHeartbeatIn());
  }

  @Test
  void takesHeartbeatsWhoseNewsCannotBeWrittenAndWritesThemLater() throws Exception {
    FieldDevice device = online();
    HeartbeatRequest news =
        HeartbeatRequest.newBuilder()
            .setAgentVersion("agent-9")
            .addInstalled(
                InstalledArtifact.newBuilder()
                    .setArtifact("os")
                    .setVersion("3")
                    .setSha256(ByteString.copyFrom(new byte[32])))
            .build();
    fleet.faults.timeOut(WRITES);
    assertTrue(device.stub().heartbeat(news).hasNextHeartbeatIn());
    assertEquals(0, fleet.device(device.name()).inventory().installed().size());
    fleet.faults.heal();
    device.stub().heartbeat(news);
    assertEquals("agent-9", fleet.device(device.name()).agentVersion());
    assertEquals("3", fleet.installed(device.name(), "os"));
  }

  @Test
  void tellsNothingThatIsNotWrittenDownAsDelivered() throws Exception {
    FieldDevice device = online();
    fleet.faults.throttle(WRITES);
    RolloutId rollout = fleet.rollOut("os", "2", device.name());
    for (int i = 0; i < 8; i++) {
      assertEquals(0, device.heartbeat().getAssignmentsCount());
      Thread.sleep(400);
    }
    assertEquals(State.OFFERED, fleet.assignment(rollout, device.name()).state());
    fleet.faults.heal();
    device.assignment();
    assertEquals(State.DELIVERED, fleet.assignment(rollout, device.name()).state());
  }

  @Test
  void losesNoReportsAndLogsWhileItIsRestartedUnderLoad() throws Exception {
    List<FieldDevice> devices = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      devices.add(online());
    }
    String[] all = devices.stream().map(FieldDevice::name).toArray(String[]::new);
    RolloutId rollout = fleet.rollOut("os", "4", all);
    List<LogRequest> asked = new ArrayList<>();
    for (String name : all) {
      asked.add(
          fleet.logs.request(
              fleet.operator,
              new DeviceName(name),
              new DeviceLogs.Wish("agent", Optional.empty(), Optional.empty())));
    }
    List<Callable<Integer>> lives = new ArrayList<>();
    devices.forEach(device -> lives.add(() -> live(device)));
    try (ExecutorService executor = Executors.newCachedThreadPool()) {
      List<Future<Integer>> running = new ArrayList<>();
      lives.forEach(life -> running.add(executor.submit(life)));
      for (int i = 0; i < 3; i++) {
        Thread.sleep(1200);
        fleet.restart();
      }
      int heartbeats = 0;
      for (Future<Integer> one : running) {
        heartbeats += one.get();
      }
      System.out.println("heartbeats over three restarts: " + heartbeats);
    }
    for (String name : all) {
      assertEquals(State.HEALTHY, fleet.assignment(rollout, name).state(), name);
    }
    for (LogRequest request : asked) {
      assertEquals(
          LogRequest.State.SENT,
          fleet
              .logs
              .get(fleet.tenant, request.device(), request.id().toString())
              .state(Instant.now()));
    }
    assertEquals(
        12,
        fleet.store.listDevices(fleet.tenant, PageRequest.first()).items().stream()
            .filter(device -> device.agentVersion().equals("busy"))
            .count());
  }

  /// What a device does until its work is done: it repeats whatever was not answered.
  private static int live(FieldDevice device) throws Exception {
    boolean updated = false;
    boolean sent = false;
    int heartbeats = 0;
    Instant limit = Instant.now().plusSeconds(60);
    while (!(updated && sent && heartbeats > 40)) {
      if (Instant.now().isAfter(limit)) {
        throw new AssertionError(device.name() + ": updated " + updated + ", sent " + sent);
      }
      try {
        var answer =
            device.stub().heartbeat(HeartbeatRequest.newBuilder().setAgentVersion("busy").build());
        heartbeats++;
        for (Assignment told : answer.getAssignmentsList()) {
          for (ArtifactStatus status :
              List.of(
                  ArtifactStatus.ARTIFACT_STATUS_DOWNLOADING,
                  ArtifactStatus.ARTIFACT_STATUS_APPLYING,
                  ArtifactStatus.ARTIFACT_STATUS_HEALTHY)) {
            device.report(told, status);
          }
          updated = true;
        }
        for (var wanted : answer.getLogRequestsList()) {
          try {
            device.send(wanted.getRequestId(), List.of(gzip()));
          } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
              throw e;
            }
            // The answer was lost, not the logs.
          }
          sent = true;
        }
      } catch (StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        if (code != Status.Code.UNAVAILABLE
            && code != Status.Code.CANCELLED
            && code != Status.Code.RESOURCE_EXHAUSTED) {
          throw e;
        }
        Thread.sleep(100);
      }
      Thread.sleep(20);
    }
    return heartbeats;
  }

  private static byte[] gzip() throws java.io.IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(new byte[500]);
    }
    return bytes.toByteArray();
  }

  private static void unavailable(org.junit.jupiter.api.function.Executable call) throws Exception {
    refused(Status.Code.UNAVAILABLE, "platform_unavailable", call);
    try {
      call.execute();
    } catch (StatusRuntimeException e) {
      Any detail = Objects.requireNonNull(StatusProto.fromThrowable(e)).getDetails(1);
      assertEquals(5, detail.unpack(RetryInfo.class).getRetryDelay().getSeconds());
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
