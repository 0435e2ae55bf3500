package io.firmament.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.base.FirmwareId;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// What should never be sent, over the real HTTP and gRPC: each gets a clear answer of the
/// catalogue, leaves nothing half-written, and the platform goes on working.
final class BadInputTest {
  private static final long GIGABYTE = 1L << 30;

  /// What a refused body may cost: what API Gateway takes, what is drained, and what the two ends
  /// hold in their buffers.
  private static final long MOST_TAKEN = 100L << 20;

  private static TestTenant tenant;

  /// Uploads in parts that other tests' clients have begun and not finished.
  private static List<String> openBefore = List.of();

  @BeforeAll
  static void create() {
    tenant = TestTenant.create("bad-input");
    openBefore = Stored.openParts();
  }

  @AfterAll
  static void thePlatformStillWorks() {
    String id =
        Firmware.upload(tenant, Map.of("firmware", Firmware.rootFileSystem("after all that")));
    assertEquals(
        "COMPLETE", Firmware.analysed(tenant, id).at("data.firmware.latestAnalysis.result"));
    assertEquals(openBefore, Stored.openParts(), "no upload is left half-way");
  }

  @Test
  void refusesUploadsThatAreNoneAndLeavesTheUploadOpen() {
    TestTenant uploader = TestTenant.create("uploader");
    byte[] image = Firmware.rootFileSystem("x");
    Map<String, byte[]> unknownPart = new LinkedHashMap<>();
    unknownPart.put("firmware", image);
    unknownPart.put("virus", image);
    byte[] whole = Multipart.of(Map.of("firmware", image));
    byte[] twice = concat(Arrays.copyOf(whole, whole.length - 22), whole);
    Firmware.Prepared prepared = Firmware.prepare(uploader);
    SortedMap<String, String> before = Stored.about(uploader.id().toString());
    Call upload = Call.upload(prepared.url(), Map.of()).bearer(uploader.bearer());
    refused(400, "empty_upload", upload.body(Multipart.of(Map.of("firmware", new byte[0]))));
    refused(400, "empty_upload", upload);
    refused(400, "invalid_multipart", upload.body(Multipart.of(unknownPart)));
    for (byte[] body :
        List.of(
            twice,
            Arrays.copyOf(whole, whole.length - 30),
            "no multipart".getBytes(StandardCharsets.UTF_8),
            new byte[0])) {
      refused(400, "invalid_multipart", upload.body(body));
    }
    refused(
        400, "invalid_multipart", upload.with("content-type", "multipart/form-data").body(whole));
    refused(
        415,
        "unsupported_media_type",
        upload.with("content-type", "application/octet-stream").body(image));
    assertEquals("", Stored.difference(before, Stored.about(uploader.id().toString())));
    assertEquals(200, upload.body(whole).send().status(), "the upload is still open");
    refused(409, "upload_used", upload.body(whole));
  }

  /// Small bodies fit into the buffers of a connection; these do not, and yet the answer arrives.
  @Test
  void answersBeforeALargeBodyIsRead() throws IOException {
    byte[] large = Multipart.of(Map.of("firmware", new byte[32 << 20]));
    String unknown = "/api/upload-firmware/" + UUID.randomUUID();
    refused(404, "not_found", Call.upload(unknown, Map.of()).bearer(tenant.bearer()).body(large));
    refused(401, "unauthenticated", Call.upload(unknown, Map.of()).body(large));
    String upload = Firmware.prepare(tenant).url();
    refused(
        415,
        "unsupported_media_type",
        Call.upload(upload, Map.of())
            .bearer(tenant.bearer())
            .with("content-type", "text/plain")
            .body(large));
    refused(404, "no_such_route", Call.of("POST", "/nowhere").body(large));
    RawRequest endless =
        new RawRequest(
            "POST "
                + unknown
                + " HTTP/1.1\r\nAuthorization: Bearer "
                + tenant.bearer()
                + "\r\nTransfer-Encoding: chunked\r\n");
    assertEquals("not_found", endless.sendChunks(GIGABYTE).code());
    assertTrue(endless.sent() < MOST_TAKEN, "took " + endless.sent());
  }

  @Test
  void refusesAHugeBodyOfAJsonRouteByWhatItAnnounces() throws IOException {
    for (Route route : Contract.routes()) {
      if (route.method().equals("POST") && route.placement() == Route.Placement.LAMBDA) {
        Answer answer =
            new RawRequest(
                    "POST %s HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                        .formatted(path(route), GIGABYTE))
                .sendHead();
        assertEquals(413, answer.status(), answer::toString);
        assertEquals("body_too_large", answer.code(), route.operationId());
      }
    }
  }

  @Test
  void refusesAHugeBodyOfAJsonRouteThatAnnouncesNothing() throws IOException {
    RawRequest request =
        new RawRequest(
            String.join(
                "\r\n",
                "POST /api/graphql HTTP/1.1",
                "Transfer-Encoding: chunked",
                "Content-Type: application/json",
                ""));
    Answer answer = request.sendChunks(GIGABYTE);
    assertEquals(413, answer.status(), answer::toString);
    assertEquals("body_too_large", answer.code());
    assertTrue(request.sent() < MOST_TAKEN, "took " + request.sent());
  }

  @Test
  void refusesABodyThatIsTooLargeForAFunction() {
    byte[] body =
        "{\"email\":\"%s\"}".formatted("a".repeat(2 << 20)).getBytes(StandardCharsets.UTF_8);
    refused(413, "body_too_large", Call.json("POST", "/api/login", "").body(body));
  }

  @Test
  void refusesWhatIsNoJson() {
    for (Route route : Contract.routes()) {
      if (route.method().equals("POST") && route.placement() == Route.Placement.LAMBDA) {
        Call call =
            route.auth() == Route.Auth.SESSION
                ? Call.of("POST", path(route)).cookie(tenant.session())
                : Call.of("POST", path(route)).bearer(tenant.bearer());
        Answer wrongType = call.with("content-type", "text/xml").body(new byte[] {'<'}).send();
        assertEquals("unsupported_media_type", wrongType.code(), route + ": " + wrongType);
        if (!takesABody(route)) {
          continue;
        }
        Call json = call.with("content-type", "application/json");
        for (String body :
            List.of("{", "[]", "nul", "\"x\"", "[".repeat(60_000), "{\"a\":1}{", "\0")) {
          Answer answer = json.body(body.getBytes(StandardCharsets.UTF_8)).send();
          String what =
              route.operationId() + " with " + body.substring(0, Math.min(9, body.length()));
          assertEquals(400, answer.status(), () -> what + ": " + answer);
          assertFalse(answer.code().isEmpty(), answer::toString);
        }
        Answer binary = json.body(new byte[] {(byte) 0xff, (byte) 0xfe, 0, '{'}).send();
        assertEquals(400, binary.status(), binary::toString);
      }
    }
  }

  private static boolean takesABody(Route route) {
    Map<?, ?> document =
        (Map<?, ?>) Jsonb.instance().type(Object.class).fromJson(Contract.openapi());
    Map<?, ?> paths = (Map<?, ?>) Objects.requireNonNull(document.get("paths"));
    Map<?, ?> path = (Map<?, ?>) Objects.requireNonNull(paths.get(route.pathTemplate()));
    Map<?, ?> operation = (Map<?, ?>) Objects.requireNonNull(path.get("post"));
    return operation.containsKey("requestBody");
  }

  private static String path(Route route) {
    return route.pathTemplate().replaceAll("\\{[^}]*}", "x");
  }

  @Test
  void answersWrongPathsAndQueriesWithoutABug() {
    for (String path :
        List.of(
            "/api/v1/devices/%00/history",
            "/api/v1/devices/" + "n".repeat(5000) + "/history",
            "/api/v1/devices/a%2f..%2fb/history",
            "/api/v1/devices/%ff%fe/history",
            "/api/firmwares/%2e%2e/sbom",
            "/api/firmwares/" + UUID.randomUUID() + "/download-file/%00",
            "/api/firmwares/" + UUID.randomUUID() + "/download-file/..%2f..%2fetc%2fpasswd",
            "/api/v1/devices?limit=9999999999999999999",
            "/api/v1/devices?limit=-1",
            "/api/v1/devices?limit=%00",
            "/api/v1/devices?offset=-1",
            "/api/v1/devices?offset=10001",
            "/api/v1/devices?offset=x",
            "/api/v1/devices?cursor=%ff",
            "/api/v1/devices?cursor=" + "A".repeat(3000),
            "/api/v1/devices?cursor=AAAA&offset=1",
            "/api/v1/enroll-tokens?cursor=" + "A".repeat(500),
            "/api/api-tokens?limit=x",
            "/api/api-tokens?cursor=%22")) {
      Answer answer = Call.get(path).with("accept", "*/*").bearer(tenant.bearer()).send();
      assertTrue(answer.status() == 400 || answer.status() == 404, path + ": " + answer);
      assertFalse(answer.code().isEmpty(), path + ": " + answer);
    }
  }

  @Test
  void answersHostileQueriesWithoutABug() {
    for (String query :
        List.of(
            "",
            "{",
            "{ nothing }",
            "{ ".repeat(5000),
            "{ firmware(id: 1) { id } ".repeat(2) + "}",
            "query { ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
            "{ firmware(id: \"\\u0000\") { id } firmwares(first: 100000) { nodes { id } } }",
            "{ firmwares(after: \"x\") { nodes { id } } }",
            "{ firmwares(first: -1) { nodes { id } } }",
            "subscription { x }",
            "{ " + "a: tenant { id } ".repeat(3000) + "}")) {
      Answer answer = Call.graphql(query, Map.of()).bearer(tenant.bearer()).send();
      assertTrue(answer.status() == 200 || answer.status() == 400, query + ": " + answer);
      boolean nothing = query.contains("u0000") && answer.at("data.firmware").isEmpty();
      assertTrue(answer.text().contains("\"code\"") || nothing, query + ": " + answer);
      assertFalse(answer.text().contains("internal"), query + ": " + answer);
    }
  }

  @Test
  void analysesATruncatedImageAndSaysSo() throws IOException {
    byte[] noise = new byte[200_000];
    new java.util.Random(7).nextBytes(noise);
    byte[] whole =
        Firmware.image(
            Map.of("etc/hostname", "half\n", "noise", java.util.HexFormat.of().formatHex(noise)));
    String report = report(Arrays.copyOf(whole, whole.length / 2));
    assertTrue(report.contains("\"TRUNCATED\""), report);
  }

  @Test
  void stopsAtABomb() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] zeros = new byte[1 << 20];
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setLevel(1);
      zip.putNextEntry(new ZipEntry("bomb"));
      for (int i = 0; i < 400; i++) {
        zip.write(zeros);
      }
      zip.closeEntry();
    }
    assertTrue(bytes.size() < 2 << 20, "small when packed: " + bytes.size());
    String report = report(bytes.toByteArray());
    assertTrue(report.contains("\"LIMIT_HIT\"") && report.contains("RATIO"), report);
  }

  @Test
  void keepsPathsInsideTheTree() throws IOException {
    String name = "firmament-" + UUID.randomUUID();
    Path outside = Path.of(System.getProperty("java.io.tmpdir")).resolve(name);
    byte[] image =
        tar(
            file("../../../../../../../.." + outside, "out"),
            file(outside.toString(), "out"),
            file("etc/../../" + name, "out"),
            file("etc/hostname", "in\n"));
    String id = analysed(image);
    assertTrue(reportOf(id).contains("\"UNSAFE_PATH\""), reportOf(id));
    assertFalse(Files.exists(outside), "nothing is written outside");
    for (String path :
        List.of("../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "etc/../..")) {
      Answer answer = download(id, path);
      assertTrue(answer.status() == 404 || answer.status() == 409, path + ": " + answer);
      assertFalse(answer.code().isEmpty(), path + ": " + answer);
    }
    assertEquals("in\n", download(id, "etc/hostname").text());
  }

  @Test
  void goesRoundNoLoopOfLinks() throws IOException {
    byte[] image =
        tar(
            link("a", "b"),
            link("b", "a"),
            link("self", "self"),
            link("dir", "."),
            link("up", "../.."),
            link("shadow", "/etc/shadow"),
            file("etc/hostname", "in\n"));
    String id = analysed(image);
    for (String path :
        List.of("a", "b", "self", "up", "dir/dir/dir/a", "shadow", "up/etc/passwd")) {
      Answer answer = download(id, path);
      assertTrue(answer.status() == 404 || answer.status() == 409, path + ": " + answer);
      assertFalse(answer.code().isEmpty(), path + ": " + answer);
    }
    assertEquals("in\n", download(id, "etc/hostname").text());
  }

  @Test
  void refusesWrongEnrolmentsAndStoresNothing() throws Exception {
    TestTenant fleet = TestTenant.create("fleet");
    TestDevice device = new TestDevice();
    TestDevice.Token good = TestDevice.token(fleet, 1);
    TestDevice.Token deleted = TestDevice.token(fleet, 1);
    assertEquals(
        204,
        Call.of("DELETE", "/api/v1/enroll-tokens/" + deleted.id())
            .bearer(fleet.bearer())
            .send()
            .status());
    TestTenant other = TestTenant.create("other-fleet");
    String foreign = TestDevice.token(other, 1).text();
    Answer shortLived =
        Call.json("POST", "/api/v1/enroll-tokens", "{\"expires_in_seconds\":1}")
            .bearer(fleet.bearer())
            .send();
    SortedMap<String, String> before = Stored.about(fleet.id().toString());
    byte[] request = device.request(TestDevice.newKeys());
    refused(
        Status.Code.INVALID_ARGUMENT,
        "csr_invalid",
        () -> device.enroll(good.text(), "d", request));
    refused(
        Status.Code.INVALID_ARGUMENT,
        "csr_invalid",
        () -> device.enroll(good.text(), "d", new byte[] {0x30, 0x00}));
    refused(
        Status.Code.INVALID_ARGUMENT, "invalid_field", () -> device.enroll(good.text(), "../d"));
    for (String token :
        List.of(
            "",
            "garbage",
            deleted.text(),
            good.text().substring(0, good.text().length() - 1),
            good.text() + "x",
            foreign.substring(0, foreign.length() - 3) + "xyz")) {
      refused(Status.Code.UNAUTHENTICATED, "enroll_token_refused", () -> device.enroll(token, "d"));
    }
    Thread.sleep(1100);
    refused(
        Status.Code.FAILED_PRECONDITION,
        "enroll_token_expired",
        () -> device.enroll(shortLived.at("token"), "d"));
    assertEquals("", Stored.difference(before, Stored.about(fleet.id().toString())));
    device.enroll(good.text(), "d");
    refused(
        Status.Code.FAILED_PRECONDITION,
        "enroll_token_exhausted",
        () -> new TestDevice().enroll(good.text(), "e"));
  }

  @Test
  void refusesARevokedDevice() throws IOException {
    TestDevice device = new TestDevice();
    TestDevice.Token token = TestDevice.token(tenant, 3);
    EnrollResponse first = device.enroll(token.text(), "r");
    EnrollResponse second = device.enroll(token.text(), "r");
    device.heartbeat(second);
    refused(Status.Code.PERMISSION_DENIED, "certificate_revoked", () -> device.heartbeat(first));
    Call delete = Call.of("DELETE", "/api/v1/devices/r").bearer(tenant.bearer());
    assertEquals(204, delete.send().status());
    refused(409, "device_already_decommissioned", delete);
    refused(
        Status.Code.PERMISSION_DENIED,
        "device_decommissioned",
        () -> device.enroll(token.text(), "r"));
  }

  private static void refused(int status, String code, Call call) {
    Answer answer = call.send();
    assertEquals(status, answer.status(), answer::toString);
    assertEquals(code, answer.code(), answer::toString);
    assertFalse(answer.at("error").isEmpty(), answer::toString);
    assertFalse(answer.at("request_id").isEmpty(), answer::toString);
    assertTrue(Contract.problems().stream().anyMatch(problem -> problem.code().equals(code)), code);
  }

  private static void refused(Status.Code status, String code, Executable call) {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call, code);
    assertEquals(code, TestDevice.code(refusal), refusal::toString);
    assertEquals(status, refusal.getStatus().getCode(), refusal::toString);
    assertFalse(String.valueOf(refusal.getStatus().getDescription()).isEmpty());
  }

  private static String analysed(byte[] image) {
    String id = Firmware.upload(tenant, Map.of("firmware", image));
    Answer analysis = Firmware.analysed(tenant, id);
    assertEquals(
        "COMPLETE", analysis.at("data.firmware.latestAnalysis.result"), analysis::toString);
    return id;
  }

  private static String report(byte[] image) throws IOException {
    return reportOf(analysed(image));
  }

  private static String reportOf(String firmware) throws IOException {
    AnalysisKey key =
        AnalysisKey.of(
            Running.platform()
                .ports()
                .firmware()
                .find(tenant.id(), FirmwareId.of(firmware))
                .orElseThrow());
    try (InputStream in =
        Running.platform()
            .ports()
            .documents()
            .read(ObjectKeys.document(key, AnalysisDocument.UNPACK_REPORT))
            .orElseThrow()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Answer download(String id, String path) {
    return Call.get("/api/firmwares/" + id + "/download-file/" + path)
        .bearer(tenant.bearer())
        .send();
  }

  /// An entry of a tar archive as it stands, however wrong.
  private record Entry(TarArchiveEntry header, byte[] content) {}

  private static Entry file(String name, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry header = new TarArchiveEntry(name, true);
    header.setSize(content.length);
    return new Entry(header, content);
  }

  private static Entry link(String name, String target) {
    TarArchiveEntry header = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
    header.setLinkName(target);
    return new Entry(header, new byte[0]);
  }

  private static byte[] tar(Entry... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      for (Entry entry : entries) {
        tar.putArchiveEntry(entry.header());
        tar.write(entry.content());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] concat(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }
}
