package io.firmament.device;

import static io.firmament.device.FieldDevice.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.Ids;
import io.firmament.base.ProblemException;
import io.firmament.base.Sha256;
import io.firmament.device.v1.LogHeader;
import io.firmament.device.v1.LogOutcome;
import io.firmament.device.v1.LogRequest;
import io.firmament.device.v1.UploadLogsRequest;
import io.firmament.device.v1.UploadLogsResponse;
import io.firmament.platform.fleet.ChangeWatch;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.fleet.RecordInventory;
import io.firmament.platform.logs.DeviceLogs;
import io.firmament.platform.logs.LogProblem;
import io.firmament.platform.logs.ReceiveLogs;
import io.firmament.platform.mailbox.Deliveries;
import io.firmament.platform.mailbox.Mailboxes;
import io.firmament.platform.rollout.DeviceAssignments;
import io.firmament.platform.rollout.SignedAssignments;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Logs on their way from a device into a real S3 server, over real TLS.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LogsTest {
  private TestFleet fleet;
  private int names;

  @BeforeAll
  void start() throws Exception {
    fleet = new TestFleet(HeartbeatPolicy.standard());
  }

  @AfterAll
  void end() {
    fleet.close();
  }

  private FieldDevice device() throws Exception {
    FieldDevice device = FieldDevice.enroll(fleet, "logging-" + names++);
    device.heartbeat();
    return device;
  }

  private io.firmament.platform.logs.LogRequest ask(FieldDevice device, long maxBytes) {
    return fleet.logs.request(
        fleet.operator,
        new DeviceName(device.name()),
        new DeviceLogs.Wish(
            "agent", Optional.of(Instant.ofEpochSecond(1_000_000_000)), Optional.of(maxBytes)));
  }

  private io.firmament.platform.logs.LogRequest.State state(
      io.firmament.platform.logs.LogRequest request) {
    return fleet
        .logs
        .get(fleet.tenant, request.device(), request.id().toString())
        .state(Instant.now());
  }

  @Test
  void bringsARequestWithTheNextHeartbeatAndTakesTheLogs() throws Exception {
    FieldDevice device = device();
    io.firmament.platform.logs.LogRequest asked = ask(device, 1 << 20);
    LogRequest told = device.logRequest();
    assertEquals(asked.id().toString(), told.getRequestId());
    assertEquals("agent", told.getSource());
    assertEquals(1_000_000_000, told.getSince().getSeconds());
    assertEquals(1 << 20, told.getMaxBytes());
    assertEquals(1, device.heartbeat().getLogRequestsCount(), "told until it is answered");

    byte[] logs = gzip(new Random(1).ints(100_000, 0, 64).toArray());
    device.send(told.getRequestId(), parts(logs, 64 << 10));
    DeviceLogs.Content content =
        fleet.logs.content(fleet.tenant, asked.device(), told.getRequestId());
    try (var in = content.open()) {
      assertArrayEquals(logs, in.readAllBytes());
    }
    assertEquals(logs.length, content.sent().size());
    assertEquals(Sha256.of(logs), content.sent().sha256());
    assertEquals(0, device.heartbeat().getLogRequestsCount());
    assertTrue(content.sent().key().startsWith("logs/" + fleet.tenant + "/" + device.name() + "/"));
  }

  @Test
  void streamsMoreThanAPartOfAnObject() throws Exception {
    FieldDevice device = device();
    ask(device, DeviceLogs.MAX_BYTES);
    byte[] logs = new byte[12 << 20];
    new Random(2).nextBytes(logs);
    logs[0] = 0x1f;
    logs[1] = (byte) 0x8b;
    String id = device.logRequest().getRequestId();
    device.send(id, parts(logs, 64 << 10));
    try (var in = fleet.logs.content(fleet.tenant, new DeviceName(device.name()), id).open()) {
      assertArrayEquals(logs, in.readAllBytes());
    }
  }

  @Test
  void takesARequestOnceOnly() throws Exception {
    FieldDevice device = device();
    ask(device, 1000);
    String id = device.logRequest().getRequestId();
    device.send(id, List.of(gzip(1)));
    refused(Status.Code.NOT_FOUND, "log_request_unknown", () -> device.send(id, List.of(gzip(2))));
    assertEquals(
        gzip(1).length,
        fleet.logs.content(fleet.tenant, new DeviceName(device.name()), id).sent().size());
  }

  @Test
  void letsALaterStreamTakeThePlaceOfAnEarlierOne() throws Exception {
    FieldDevice device = device();
    io.firmament.platform.logs.LogRequest asked = ask(device, 1000);
    String id = device.logRequest().getRequestId();
    FieldDevice.Logs first = device.logs().header(id, LogOutcome.LOG_OUTCOME_SENT).data(gzip(1));
    Thread.sleep(300);
    device.send(id, List.of(gzip(2, 3)));
    StatusRuntimeException lost = assertThrows(StatusRuntimeException.class, first::end);
    assertEquals(Status.Code.ABORTED, lost.getStatus().getCode());
    assertEquals(io.firmament.platform.logs.LogRequest.State.SENT, state(asked));
    assertEquals(
        gzip(2, 3).length, fleet.logs.content(fleet.tenant, asked.device(), id).sent().size());
  }

  @Test
  void refusesMoreThanWasAskedForAndKeepsNothing() throws Exception {
    FieldDevice device = device();
    io.firmament.platform.logs.LogRequest asked = ask(device, 100_000);
    String id = device.logRequest().getRequestId();
    byte[] much = new byte[100_001];
    much[0] = 0x1f;
    much[1] = (byte) 0x8b;
    refused(
        Status.Code.RESOURCE_EXHAUSTED,
        "logs_too_large",
        () -> device.send(id, parts(much, 50_000)));
    assertEquals(io.firmament.platform.logs.LogRequest.State.REQUESTED, state(asked));
    assertTrue(fleet.contents.keys().stream().noneMatch(key -> key.contains(id)));
    StatusRuntimeException message =
        assertThrows(
            StatusRuntimeException.class, () -> device.send(id, List.of(new byte[200_000])));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, message.getStatus().getCode());
    device.send(id, List.of(Arrays.copyOf(much, 64 << 10)));
  }

  @Test
  void takesThatThereAreNone() throws Exception {
    for (LogOutcome outcome :
        List.of(LogOutcome.LOG_OUTCOME_NOT_ALLOWED, LogOutcome.LOG_OUTCOME_UNAVAILABLE)) {
      FieldDevice device = device();
      io.firmament.platform.logs.LogRequest asked = ask(device, 1000);
      device.logs().header(device.logRequest().getRequestId(), outcome).end();
      assertEquals(outcome.name().replace("LOG_OUTCOME_", ""), state(asked).name());
      ProblemException none =
          assertThrows(
              ProblemException.class,
              () -> fleet.logs.content(fleet.tenant, asked.device(), asked.id().toString()));
      assertEquals(LogProblem.LOGS_NOT_SENT, none.problem());
    }
  }

  @Test
  void refusesStreamsThatMakeNoSense() throws Exception {
    FieldDevice device = device();
    io.firmament.platform.logs.LogRequest asked = ask(device, 1000);
    String id = device.logRequest().getRequestId();
    LogOutcome sent = LogOutcome.LOG_OUTCOME_SENT;
    invalid(() -> device.logs().end());
    invalid(() -> device.logs().nothing().end());
    invalid(() -> device.logs().data(gzip(1)).end());
    invalid(() -> device.logs().header(id, sent).header(id, sent).end());
    invalid(() -> device.logs().header(id, LogOutcome.LOG_OUTCOME_UNSPECIFIED).end());
    invalid(() -> device.logs().header(id, LogOutcome.LOG_OUTCOME_UNAVAILABLE).data(gzip(1)).end());
    invalid(
        () ->
            device.send(
                id, List.of("plain text".getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    for (String other : List.of("", "x", UUID.randomUUID().toString())) {
      refused(
          Status.Code.NOT_FOUND, "log_request_unknown", () -> device.send(other, List.of(gzip(1))));
    }
    FieldDevice stranger = device();
    refused(
        Status.Code.NOT_FOUND, "log_request_unknown", () -> stranger.send(id, List.of(gzip(1))));
    FieldDevice nobody = new FieldDevice("", device.enrolled(), fleet.anonymous());
    refused(
        Status.Code.UNAUTHENTICATED,
        "client_certificate_required",
        () -> nobody.send(id, List.of(gzip(1))));
    assertEquals(io.firmament.platform.logs.LogRequest.State.REQUESTED, state(asked));
    device.send(id, List.of(gzip(1)));
  }

  private static void invalid(org.junit.jupiter.api.function.Executable call) {
    refused(Status.Code.INVALID_ARGUMENT, "invalid_field", call);
  }

  @Test
  void letsADeviceTryAgainAfterAStreamThatBroke() throws Exception {
    FieldDevice device = device();
    io.firmament.platform.logs.LogRequest asked = ask(device, 1000);
    String id = device.logRequest().getRequestId();
    FieldDevice.Logs broken = device.logs().header(id, LogOutcome.LOG_OUTCOME_SENT).data(gzip(1));
    Thread.sleep(300);
    broken.breakOff();
    FieldDevice.Logs late =
        device.new Logs(Duration.ofMillis(1500)).header(id, LogOutcome.LOG_OUTCOME_SENT);
    StatusRuntimeException slow = assertThrows(StatusRuntimeException.class, late::answer);
    assertEquals(Status.Code.DEADLINE_EXCEEDED, slow.getStatus().getCode());
    assertEquals(io.firmament.platform.logs.LogRequest.State.REQUESTED, state(asked));
    assertTrue(fleet.contents.keys().stream().noneMatch(key -> key.contains(id)));
    device.send(id, List.of(gzip(1)));
    assertEquals(io.firmament.platform.logs.LogRequest.State.SENT, state(asked));
  }

  @Test
  void endsAStreamThatTakesTooLongAndTakesNoMoreThanItCan() throws Exception {
    FieldDevice device = device();
    FieldDevice other = device();
    io.firmament.platform.logs.LogRequest asked = ask(device, 1000);
    try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
      Clock clock = Clock.systemUTC();
      ReceiveLogs receive =
          new ReceiveLogs(fleet.logStore, fleet.contents.store(), clock, Ids.random());
      Deliveries deliveries =
          new Deliveries(
              new Mailboxes(fleet.store, clock),
              new DeviceAssignments(fleet.rollouts, clock),
              new SignedAssignments(new DirectorSigner(fleet.director, clock), clock),
              fleet.logStore,
              new RecordInventory(
                  fleet.store,
                  new DeviceDirectory(
                      fleet.store, new ChangeWatch(fleet.store, clock), clock, Ids.random()),
                  clock,
                  Ids.random()),
              clock);
      LogUploads uploads =
          new LogUploads(
              receive, deliveries, timer, new LogUploads.Limits(1, Duration.ofMillis(500)));
      CompletableFuture<UploadLogsResponse> answer = new CompletableFuture<>();
      StreamObserver<UploadLogsRequest> stream =
          uploads.begin(fleet.device(device.name()), observer(answer));
      stream.onNext(
          UploadLogsRequest.newBuilder()
              .setHeader(
                  LogHeader.newBuilder()
                      .setRequestId(asked.id().toString())
                      .setOutcome(LogOutcome.LOG_OUTCOME_SENT))
              .build());
      ProblemException busy =
          assertThrows(
              ProblemException.class,
              () -> uploads.begin(fleet.device(other.name()), observer(new CompletableFuture<>())));
      assertEquals(io.firmament.base.BaseProblem.THROTTLED, busy.problem());
      ExecutionException slow =
          assertThrows(ExecutionException.class, () -> answer.get(10, TimeUnit.SECONDS));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, Status.fromThrowable(slow.getCause()).getCode());
      stream.onCompleted();
      assertEquals(io.firmament.platform.logs.LogRequest.State.REQUESTED, state(asked));
      uploads
          .begin(fleet.device(other.name()), observer(new CompletableFuture<>()))
          .onError(new IllegalStateException("gone"));
    }
  }

  private static StreamObserver<UploadLogsResponse> observer(
      CompletableFuture<UploadLogsResponse> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(UploadLogsResponse response) {
        answer.complete(response);
      }

      @Override
      public void onError(Throwable trouble) {
        answer.completeExceptionally(trouble);
      }

      @Override
      public void onCompleted() {}
    };
  }

  @Test
  void asksForNoMoreThanADeviceCanAnswer() throws Exception {
    FieldDevice device = device();
    for (int i = 0; i < DeviceLogs.MAX_OPEN; i++) {
      ask(device, 1000);
    }
    ProblemException many = assertThrows(ProblemException.class, () -> ask(device, 1000));
    assertEquals(LogProblem.LOG_REQUESTS_OPEN, many.problem());
    List<LogRequest> told =
        device
            .heartbeatUntil(answer -> answer.getLogRequestsCount() == DeviceLogs.MAX_OPEN)
            .getLogRequestsList();
    device.send(told.getFirst().getRequestId(), List.of(gzip(1)));
    ask(device, 1000);
  }

  private static byte[] gzip(int... values) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      for (int value : values) {
        out.write(value + 32);
      }
    }
    return bytes.toByteArray();
  }

  private static List<byte[]> parts(byte[] bytes, int size) {
    List<byte[]> parts = new ArrayList<>();
    for (int from = 0; from < bytes.length; from += size) {
      parts.add(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size)));
    }
    return parts;
  }
}
