package io.firmament.rest.fleet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.aws.AwsUnderTest;
import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.aws.S3ObjectStore;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoLogStore;
import io.firmament.base.BaseProblem;
import io.firmament.base.EnrollTokenId;
import io.firmament.base.Ids;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.AffectedDevices;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.CertificateSerial;
import io.firmament.platform.fleet.DecommissionDevice;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceCertificate;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.FleetProblem;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.fleet.Presence;
import io.firmament.platform.fleet.Tags;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.logs.DeviceLogs;
import io.firmament.platform.logs.LogProblem;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.logs.ReceiveLogs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/// Logs and inventories of devices, as operators see them, over a real table and a real bucket.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceLogOperationsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final S3Client s3 = aws.s3();
  private final String table = aws.table(dynamo, "fleet");
  private final FleetStore fleet = new DynamoFleetStore(dynamo, table);
  private final LogStore store = new DynamoLogStore(dynamo, table);
  private final ObjectStore contents = new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3));

  @AfterAll
  void end() {
    aws.close();
  }

  @Test
  void asksForLogsAndShowsWhatCame() throws IOException {
    Device device = device();
    HttpResponse asked =
        call(new RequestDeviceLogs(logs(NOW), clock(NOW)), device, "", "{\"max_bytes\":2000}");
    assertEquals(202, asked.status());
    Map<String, Object> request = object(asked);
    assertEquals("agent", request.get("source"));
    assertEquals("requested", request.get("state"));
    assertEquals(2000L, number(request, "max_bytes"));
    assertEquals("2026-03-02T10:00:00Z", request.get("expires_at"));
    String id = text(request, "id");
    assertEquals(List.of("logs.requested"), audits(device.tenant()));
    refused(
        LogProblem.LOGS_NOT_SENT, () -> call(new DownloadDeviceLogs(logs(NOW)), device, id, ""));

    byte[] sent = gzip("first line\nsecond line\n".getBytes(StandardCharsets.UTF_8));
    answer(device, id, sent);
    Map<String, Object> read =
        object(call(new GetDeviceLogs(logs(NOW), clock(NOW)), device, id, ""));
    assertEquals("sent", read.get("state"));
    assertEquals((long) sent.length, number(read, "size"));
    assertEquals(Sha256.of(sent).hex(), read.get("sha256"));
    assertEquals("2026-03-08T10:00:00Z", read.get("expires_at"));
    HttpResponse content = call(new DownloadDeviceLogs(logs(NOW)), device, id, "");
    assertEquals("application/gzip", content.headers().get("content-type"));
    assertTrue(String.valueOf(content.headers().get("content-disposition")).endsWith(".log.gz\""));
    assertArrayEquals(sent, bytes(content));
    HttpResponse text =
        new DownloadDeviceLogs(logs(NOW))
            .handle(request(device, id, "", Map.of("accept", "text/plain")));
    assertEquals("text/plain; charset=utf-8", text.headers().get("content-type"));
    assertEquals("nosniff", text.headers().get("x-content-type-options"));
    assertEquals("first line\nsecond line\n", new String(bytes(text), StandardCharsets.UTF_8));
  }

  @Test
  void cutsATextThatIsTooLongAndSaysWhereItIsDamaged() throws IOException {
    Device device = device();
    String bomb = asked(device);
    answer(device, bomb, gzip(new byte[3 << 20]));
    byte[] cut = bytes(plain(new DownloadDeviceLogs(logs(NOW), 1 << 20), device, bomb));
    assertTrue(cut.length < (1 << 20) + 100);
    assertTrue(new String(cut, StandardCharsets.UTF_8).endsWith("[cut after 1048576 bytes]\n"));

    byte[] whole = gzip("x".repeat(10_000).getBytes(StandardCharsets.UTF_8));
    String half = asked(device);
    answer(device, half, Arrays.copyOf(whole, whole.length - 12));
    String damaged =
        new String(
            bytes(plain(new DownloadDeviceLogs(logs(NOW)), device, half)), StandardCharsets.UTF_8);
    assertTrue(damaged.endsWith("[the logs are damaged from here on]\n"), damaged);

    String rubbish = asked(device);
    answer(device, rubbish, new byte[] {0x1f, (byte) 0x8b, 99, 1, 2, 3});
    assertEquals(
        "\n[the logs are damaged from here on]\n",
        new String(
            bytes(plain(new DownloadDeviceLogs(logs(NOW)), device, rubbish)),
            StandardCharsets.UTF_8));
  }

  private static HttpResponse plain(Operation operation, Device device, String id) {
    return operation.handle(request(device, id, "", Map.of("accept", "text/plain, */*")));
  }

  @Test
  void expiresWhatNobodyAnswersAndForgetsWhatIsOld() throws IOException {
    Device device = device();
    String open = asked(device);
    String sent = asked(device);
    answer(device, sent, gzip(new byte[1]));
    Instant tomorrow = NOW.plus(LogRequest.OPEN);
    assertEquals(
        "expired",
        object(call(new GetDeviceLogs(logs(tomorrow), clock(tomorrow)), device, open, ""))
            .get("state"));
    ReceiveLogs late = new ReceiveLogs(store, contents, clock(tomorrow), Ids.random());
    refused(LogProblem.LOG_REQUEST_UNKNOWN, () -> late.require(device, open));
    Instant nextWeek = NOW.plus(LogRequest.KEPT);
    refused(
        LogProblem.LOG_REQUEST_NOT_FOUND,
        () -> call(new DownloadDeviceLogs(logs(nextWeek)), device, sent, ""));
    assertEquals(
        List.of(open),
        items(call(new ListDeviceLogs(logs(nextWeek), clock(nextWeek)), device, "", "")).stream()
            .map(item -> item.get("id"))
            .toList());
  }

  @Test
  void listsTheNewestFirstInPages() {
    Device device = device();
    List<String> ids = List.of(asked(device, 0), asked(device, 1), asked(device, 2)).reversed();
    Operation list = new ListDeviceLogs(logs(NOW), clock(NOW));
    Map<String, Object> page = object(list.handle(query(device, Map.of("limit", List.of("2")))));
    assertEquals(3L, number(page, "total"));
    assertEquals(ids.subList(0, 2), items(page).stream().map(item -> item.get("id")).toList());
    Map<String, Object> last =
        object(
            list.handle(
                query(
                    device, Map.of("limit", List.of("2"), "cursor", List.of(text(page, "next"))))));
    assertEquals(ids.subList(2, 3), items(last).stream().map(item -> item.get("id")).toList());
  }

  @Test
  void knowsNothingOfDevicesAndRequestsOfOthers() {
    Device device = device();
    Device stranger = device();
    String id = asked(device);
    for (Operation operation :
        List.of(new GetDeviceLogs(logs(NOW), clock(NOW)), new DownloadDeviceLogs(logs(NOW)))) {
      refused(LogProblem.LOG_REQUEST_NOT_FOUND, () -> call(operation, stranger, id, ""));
      refused(LogProblem.LOG_REQUEST_NOT_FOUND, () -> call(operation, device, "x", ""));
      refused(
          LogProblem.LOG_REQUEST_NOT_FOUND,
          () -> call(operation, device, UUID.randomUUID().toString(), ""));
    }
    Device none = named(device, "nobody");
    for (Operation operation :
        List.of(
            new RequestDeviceLogs(logs(NOW), clock(NOW)),
            new ListDeviceLogs(logs(NOW), clock(NOW)),
            new GetDeviceLogs(logs(NOW), clock(NOW)),
            new DownloadDeviceLogs(logs(NOW)),
            new GetDevice(new Devices(fleet, clock(NOW))))) {
      refused(FleetProblem.DEVICE_NOT_FOUND, () -> call(operation, none, id, ""));
    }
  }

  @Test
  void refusesWishesThatMakeNoSense() {
    Device device = device();
    Operation request = new RequestDeviceLogs(logs(NOW), clock(NOW));
    for (String body :
        List.of(
            "{\"source\":\"../etc/shadow\"}",
            "{\"source\":\"\"}",
            "{\"max_bytes\":0}",
            "{\"max_bytes\":16777217}",
            "{\"since\":\"yesterday\"}",
            "{\"since\":\"1901-01-01T00:00:00Z\"}",
            "{\"since\":\"+20000-01-01T00:00:00Z\"}")) {
      refused(BaseProblem.INVALID_FIELD, () -> call(request, device, "", body));
    }
    refused(BaseProblem.MALFORMED_REQUEST, () -> call(request, device, "", "[1]"));
    call(request, device, "", "{\"since\":\"2026-02-01T00:00:00Z\",\"source\":\"kernel\"}");
    for (int i = 1; i < DeviceLogs.MAX_OPEN; i++) {
      call(request, device, "", "");
    }
    refused(LogProblem.LOG_REQUESTS_OPEN, () -> call(request, device, "", ""));
    Device gone = device();
    new DecommissionDevice(fleet, clock(NOW), Ids.random())
        .decommission(caller(gone.tenant()), gone.name());
    refused(FleetProblem.DEVICE_ALREADY_DECOMMISSIONED, () -> call(request, gone, "", ""));
  }

  @Test
  void showsWhatDevicesHaveInstalledAndListsThemByIt() {
    Device device = device();
    Devices devices = new Devices(fleet, clock(NOW));
    Map<String, Object> body = object(call(new GetDevice(devices), device, "", ""));
    assertEquals(device.name().value(), body.get("name"));
    assertEquals("offline", body.get("status"));
    assertEquals(
        List.of(Map.of("artifact", "os", "version", "1.0", "sha256", Sha256.of(new byte[0]).hex())),
        body.get("installed"));
    assertEquals(4L, number((Map<?, ?>) Objects.requireNonNull(body.get("metadata")), "targets"));
    Operation list =
        new ListDevices(
            devices,
            new AffectedDevices(
                new DynamoFirmwareStore(dynamo, "firmware"),
                new DynamoArtifactStore(dynamo, table),
                devices));
    for (Map<String, List<String>> query :
        List.of(
            Map.of("artifact", List.of("os")),
            Map.of("artifact", List.of("os"), "version", List.of("1.0")))) {
      Map<String, Object> page = object(list.handle(query(device, query)));
      assertEquals(1L, number(page, "total"));
      assertEquals(device.name().value(), items(page).getFirst().get("name"));
    }
    for (Map<String, List<String>> query :
        List.of(
            Map.of("artifact", List.of("os"), "version", List.of("1")),
            Map.of("artifact", List.of("o")))) {
      assertEquals(List.of(), items(object(list.handle(query(device, query)))));
    }
    for (Map<String, List<String>> query :
        List.of(
            Map.of("version", List.of("1")),
            Map.of("artifact", List.of("")),
            Map.of("artifact", List.of("x".repeat(201))))) {
      refused(BaseProblem.INVALID_FIELD, () -> list.handle(query(device, query)));
    }
  }

  private DeviceLogs logs(Instant now) {
    return new DeviceLogs(store, fleet, contents, clock(now), Ids.random());
  }

  private static Clock clock(Instant now) {
    return Clock.fixed(now, ZoneOffset.UTC);
  }

  private String asked(Device device) {
    return asked(device, 0);
  }

  private String asked(Device device, int second) {
    Instant now = NOW.plusSeconds(second);
    return text(object(call(new RequestDeviceLogs(logs(now), clock(now)), device, "", "")), "id");
  }

  private void answer(Device device, String id, byte[] bytes) {
    ReceiveLogs receive = new ReceiveLogs(store, contents, clock(NOW), Ids.random());
    try (ReceiveLogs.Receiving receiving = receive.begin(receive.require(device, id))) {
      receiving.write(bytes);
      receiving.complete();
    }
  }

  private List<String> audits(TenantId tenant) {
    return fleet.auditEvents(tenant, io.firmament.base.PageRequest.first()).items().stream()
        .map(AuditEvent::action)
        .filter(action -> action.startsWith("logs."))
        .toList();
  }

  /// A device of a tenant of its own, with an artifact.
  private Device device() {
    TenantId tenant = new TenantId(UUID.randomUUID());
    EnrollToken token =
        new EnrollToken(
            tenant,
            new EnrollTokenId(UUID.randomUUID()),
            "",
            Sha256.of(new byte[0]),
            EnrollToken.Binding.toFleet(FleetName.DEFAULT),
            1,
            0,
            new UserId(UUID.randomUUID()),
            NOW,
            NOW.plus(Duration.ofDays(1)));
    AuditEvent audit =
        new AuditEvent(UUID.randomUUID(), tenant, NOW, "user:1", "x", "x", new TreeMap<>());
    fleet.addToken(token, audit);
    Device device = device(token, "d1", Inventory.none(), 1);
    DeviceEvent event =
        new DeviceEvent(
            UUID.randomUUID(),
            tenant,
            device.name(),
            NOW,
            DeviceEvent.Kind.ENROLLED,
            new TreeMap<>());
    fleet.enroll(
        new FleetStore.Enrolment(
            device, FleetStore.TokenUse.SPEND, FleetStore.Base.NO_DEVICE, event, audit),
        NOW);
    Inventory inventory =
        new Inventory(
            new TreeMap<>(Map.of("os", new Inventory.Installed("1.0", Sha256.of(new byte[0])))),
            Optional.of(new Inventory.Metadata(1, 2, 3, 4)));
    assertTrue(
        fleet.update(
            new FleetStore.DeviceChange(
                device(token, "d1", inventory, 1),
                event,
                Optional.empty(),
                Optional.of(Inventory.none()))));
    return device(token, "d1", inventory, 2);
  }

  private static Device device(EnrollToken token, String name, Inventory inventory, long version) {
    return new Device(
        token.tenant(),
        new DeviceName(name),
        FleetName.DEFAULT,
        new HardwareId(name),
        HardwareProfile.unknown(),
        Tags.none(),
        Tags.none(),
        "1.0",
        inventory,
        Device.State.ENROLLED,
        new DeviceCertificate(
            new CertificateSerial("a".repeat(32)),
            Sha256.of(new byte[0]),
            NOW.plus(Duration.ofDays(90))),
        Optional.empty(),
        token.id(),
        NOW,
        Optional.empty(),
        new Presence.Unseen(),
        version);
  }

  private static Device named(Device device, String name) {
    return new Device(
        device.tenant(),
        new DeviceName(name),
        device.fleet(),
        device.hardwareId(),
        device.profile(),
        device.tags(),
        device.assignedTags(),
        device.agentVersion(),
        device.inventory(),
        device.state(),
        device.current(),
        device.renewed(),
        device.enrolledBy(),
        device.enrolledAt(),
        device.decommissionedAt(),
        device.presence(),
        device.version());
  }

  private static Caller caller(TenantId tenant) {
    return new Caller(
        tenant,
        new UserId(UUID.randomUUID()),
        "operator@example.com",
        Caller.Credential.SESSION,
        Set.of(),
        new ProductGroupAccess(Set.of(), Map.of()));
  }

  private static HttpResponse call(Operation operation, Device device, String id, String body) {
    return operation.handle(request(device, id, body, Map.of()));
  }

  private static Request request(
      Device device, String id, String body, Map<String, String> headers) {
    return new Request(
        "GET",
        "/",
        Map.of("name", device.name().value(), "id", id),
        Map.of(),
        headers,
        body.getBytes(StandardCharsets.UTF_8),
        Optional.of(caller(device.tenant())),
        "http://localhost",
        "r-1");
  }

  private static Request query(Device device, Map<String, List<String>> query) {
    return new Request(
        "GET",
        "/",
        Map.of("name", device.name().value()),
        query,
        Map.of(),
        new byte[0],
        Optional.of(caller(device.tenant())),
        "http://localhost",
        "r-1");
  }

  private static void refused(Problem problem, org.junit.jupiter.api.function.Executable call) {
    assertEquals(problem, assertThrows(ProblemException.class, call).problem());
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] bytes(HttpResponse response) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    switch (response.body()) {
      case HttpResponse.Body.Bytes bytes -> out.write(bytes.content());
      case HttpResponse.Body.Stream stream -> stream.writer().writeTo(out);
    }
    return out.toByteArray();
  }

  private static Map<String, Object> object(HttpResponse response) {
    return switch (response.body()) {
      case HttpResponse.Body.Bytes bytes ->
          new LinkedHashMap<>(
              Jsonb.builder()
                  .build()
                  .type(Object.class)
                  .map()
                  .fromJson(new String(bytes.content(), StandardCharsets.UTF_8)));
      case HttpResponse.Body.Stream _ -> throw new AssertionError("a stream");
    };
  }

  private static List<Map<String, Object>> items(HttpResponse response) {
    return items(object(response));
  }

  @SuppressWarnings("unchecked") // the bodies are objects with items that are objects
  private static List<Map<String, Object>> items(Map<String, Object> page) {
    return (List<Map<String, Object>>) Objects.requireNonNull(page.get("items"));
  }

  private static String text(Map<String, Object> object, String name) {
    return String.valueOf(object.get(name));
  }

  private static long number(Map<?, ?> object, String name) {
    return ((Number) Objects.requireNonNull(object.get(name))).longValue();
  }
}
