package io.firmament.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.fleet.Tags;
import io.firmament.platform.logs.DeviceLogs;
import io.firmament.platform.logs.LogRequest;
import io.firmament.trust.CertificateRequest;
import io.firmament.trust.DeviceAuthority;
import io.firmament.trust.DeviceIdentity;
import io.firmament.trust.Pem;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Artifacts over mutual TLS out of a real S3 bucket.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArtifactServerTest {
  private static final String HASH = "ab".repeat(32);
  private static final String TARGET = "fleets/default/router/1.2.3/" + HASH + ".image.bin";

  private TestFleet fleet;
  private final byte[] image = new byte[3_000_000];
  private Caller device;

  private record Caller(HttpClient http, String name) {}

  @BeforeAll
  void start() throws Exception {
    fleet = TestFleet.withArtifacts(HeartbeatPolicy.standard());
    new Random(1).nextBytes(image);
    put("metadata/timestamp.json", bytes("the timestamp"));
    put("metadata/7.snapshot.json", bytes("the snapshot"));
    put("targets/" + TARGET, image);
    put("targets/fleets/other/router/1.2.3/" + HASH + ".image.bin", bytes("another fleet's"));
    put("incoming/u1", bytes("not published"));
    fleet.bucket().put("t/" + UUID.randomUUID() + "/metadata/timestamp.json", bytes("foreign"));
    device = enroll("default");
  }

  @AfterAll
  void end() {
    fleet.close();
  }

  @Test
  void servesMetadataAndTargetsOfTheDevicesOwnTenantAndFleet() throws Exception {
    HttpResponse<byte[]> timestamp = get(device, "/metadata/timestamp.json");
    assertEquals(200, timestamp.statusCode());
    assertArrayEquals(bytes("the timestamp"), timestamp.body());
    assertEquals("no-cache", header(timestamp, "cache-control"));
    assertEquals("application/json", header(timestamp, "content-type"));

    HttpResponse<byte[]> snapshot = get(device, "/metadata/7.snapshot.json");
    assertEquals("private, max-age=31536000, immutable", header(snapshot, "cache-control"));

    HttpResponse<byte[]> target = get(device, "/targets/" + TARGET);
    assertEquals(200, target.statusCode());
    assertArrayEquals(image, target.body());
    assertEquals("3000000", header(target, "content-length"));
    assertEquals("bytes", header(target, "accept-ranges"));
    assertEquals("private, max-age=31536000, immutable", header(target, "cache-control"));
    assertTrue(header(target, "etag").startsWith("\""), header(target, "etag"));
  }

  @Test
  void answersForWhatIsForeignAsForWhatIsMissing() throws Exception {
    HttpResponse<byte[]> missing = get(device, "/metadata/8.snapshot.json");
    assertEquals(404, missing.statusCode());
    assertEquals("no-store", header(missing, "cache-control"));
    String missingBody = text(missing);
    for (String path :
        List.of(
            "/targets/fleets/other/router/1.2.3/" + HASH + ".image.bin",
            "/targets/fleets/default/router/1.2.3/image.bin",
            "/targets/fleets/default/router/9/" + HASH + ".image.bin",
            "/targets/" + TARGET + "/",
            "/targets/fleets/default/router/" + HASH + ".image.bin",
            "/targets/fleets/default/router/%20/" + HASH + ".image.bin",
            "/targets/",
            "/metadata/",
            "/metadata/timestamp.json/x",
            "/metadata/timestamp",
            "/incoming/u1",
            "/t/" + fleet.tenant + "/metadata/timestamp.json",
            "/",
            "/metadata/" + "a".repeat(1_100) + ".json")) {
      HttpResponse<byte[]> answer = get(device, path);
      assertEquals(404, answer.statusCode(), path);
      assertEquals(missingBody, text(answer), path);
    }
    Caller other = enroll("other");
    assertEquals(404, get(other, "/targets/" + TARGET).statusCode());
    assertEquals(
        "another fleet's",
        text(get(other, "/targets/fleets/other/router/1.2.3/" + HASH + ".image.bin")));
  }

  @Test
  void neverLeavesItsFolderWhateverThePathSays() throws Exception {
    for (String path :
        List.of(
            "/targets/../incoming/u1",
            "/targets/fleets/default/../other/1.2.3/" + HASH + ".image.bin",
            "/targets/fleets/default%2f..%2fother/router/1.2.3/" + HASH + ".image.bin",
            "/targets/fleets/%2e%2e/other/router/1.2.3/" + HASH + ".image.bin",
            "/metadata/..%2fincoming%2fu1",
            "/metadata/..%5cx.json",
            "/metadata/%2e%2e/incoming/u1",
            "/metadata/a%00.json",
            "//metadata/timestamp.json",
            "/targets/%zz/x")) {
      String answer = raw(device, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
      assertTrue(
          answer.startsWith("HTTP/1.1 404") || answer.startsWith("HTTP/1.1 400"),
          () -> path + ": " + answer);
    }
  }

  @Test
  void servesOneRange() throws Exception {
    HttpResponse<byte[]> part = get(device, "/targets/" + TARGET, "range", "bytes=1000-1999");
    assertEquals(206, part.statusCode());
    assertEquals("bytes 1000-1999/3000000", header(part, "content-range"));
    assertArrayEquals(Arrays.copyOfRange(image, 1000, 2000), part.body());

    HttpResponse<byte[]> rest = get(device, "/targets/" + TARGET, "range", "bytes=2999990-");
    assertEquals(206, rest.statusCode());
    assertArrayEquals(Arrays.copyOfRange(image, 2_999_990, image.length), rest.body());

    HttpResponse<byte[]> last = get(device, "/targets/" + TARGET, "range", "bytes=-7");
    assertEquals("bytes 2999993-2999999/3000000", header(last, "content-range"));
    assertArrayEquals(Arrays.copyOfRange(image, 2_999_993, image.length), last.body());

    HttpResponse<byte[]> beyond = get(device, "/targets/" + TARGET, "range", "bytes=3000000-");
    assertEquals(416, beyond.statusCode());
    assertEquals("bytes */3000000", header(beyond, "content-range"));
  }

  @Test
  void servesTheWholeWhereTheRangeIsNone() throws Exception {
    for (String range :
        List.of("bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=x-", "")) {
      HttpResponse<byte[]> whole = get(device, "/targets/" + TARGET, "range", range);
      assertEquals(200, whole.statusCode(), range);
      assertEquals(image.length, whole.body().length, range);
    }
  }

  @Test
  void resumesOnlyWhatIsStillTheSame() throws Exception {
    String tag = header(get(device, "/targets/" + TARGET), "etag");
    HttpResponse<byte[]> same =
        get(device, "/targets/" + TARGET, "range", "bytes=10-", "if-range", tag);
    assertEquals(206, same.statusCode());
    HttpResponse<byte[]> other =
        get(device, "/targets/" + TARGET, "range", "bytes=10-", "if-range", "\"another\"");
    assertEquals(200, other.statusCode());
    assertArrayEquals(image, other.body());
  }

  @Test
  void saysWhatHasNotChanged() throws Exception {
    String tag = header(get(device, "/metadata/timestamp.json"), "etag");
    HttpResponse<byte[]> same =
        get(device, "/metadata/timestamp.json", "if-none-match", "\"x\", W/" + tag);
    assertEquals(304, same.statusCode());
    assertEquals(tag, header(same, "etag"));
    assertEquals(0, same.body().length);
    HttpResponse<byte[]> changed =
        get(device, "/metadata/timestamp.json", "if-none-match", "\"x\"");
    assertEquals(200, changed.statusCode());
  }

  @Test
  void answersHeadWithoutABodyAndRefusesWrites() throws Exception {
    HttpResponse<byte[]> head =
        send(device, request("/targets/" + TARGET).method("HEAD", noBody()).build());
    assertEquals(200, head.statusCode());
    assertEquals("3000000", header(head, "content-length"));
    assertEquals(0, head.body().length);
    for (String method : List.of("PUT", "POST", "DELETE")) {
      HttpResponse<byte[]> answer =
          send(device, request("/targets/" + TARGET).method(method, noBody()).build());
      assertEquals(405, answer.statusCode(), method);
      assertEquals("GET, HEAD", header(answer, "allow"));
    }
  }

  @Test
  void failsTheHandshakeWithoutACertificateOfOurs() throws Exception {
    HttpClient none = client(new KeyManager[0]);
    assertThrows(IOException.class, () -> get(new Caller(none, ""), "/metadata/timestamp.json"));

    TestKey key = TestKey.p256();
    DeviceAuthority stranger = TestFleet.authority(Clock.systemUTC());
    HttpClient foreign = client(key, certificate(stranger, key));
    assertThrows(IOException.class, () -> get(new Caller(foreign, ""), "/metadata/timestamp.json"));

    DeviceAuthority longAgo =
        new DeviceAuthority(
            TestFleet.DOMAIN,
            fleet.signer,
            fleet.authority.root(),
            Clock.fixed(Instant.now().minus(Duration.ofDays(100)), ZoneOffset.UTC),
            new SecureRandom());
    HttpClient expired = client(key, certificate(longAgo, key));
    assertThrows(IOException.class, () -> get(new Caller(expired, ""), "/metadata/timestamp.json"));
  }

  @Test
  void refusesACertificateThatWasNeverRecorded() throws Exception {
    TestKey key = TestKey.p256();
    HttpResponse<byte[]> answer =
        get(
            new Caller(client(key, certificate(fleet.authority, key)), ""),
            "/metadata/timestamp.json");
    assertEquals(403, answer.statusCode());
    assertEquals("certificate_revoked", header(answer, "firmament-error-code"));
  }

  @Test
  void refusesADecommissionedDeviceOnTheConnectionItStillHas() throws Exception {
    Caller leaving = enroll("default");
    assertEquals(200, get(leaving, "/metadata/timestamp.json").statusCode());
    fleet.decommission(leaving.name());
    Instant limit = Instant.now().plusSeconds(8);
    HttpResponse<byte[]> answer = get(leaving, "/metadata/timestamp.json");
    while (answer.statusCode() == 200 && Instant.now().isBefore(limit)) {
      Thread.sleep(100);
      answer = get(leaving, "/metadata/timestamp.json");
    }
    assertEquals(403, answer.statusCode());
    assertEquals("device_decommissioned", header(answer, "firmament-error-code"));
  }

  @Test
  void letsOneDeviceFetchOnlySoMuchAtOnce() throws Exception {
    Caller greedy = enroll("default");
    put("targets/fleets/default/big/1/" + HASH + ".big", new byte[32 << 20]);
    List<InputStream> open = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      HttpResponse<InputStream> answer =
          greedy
              .http()
              .send(
                  request("/targets/fleets/default/big/1/" + HASH + ".big").build(),
                  BodyHandlers.ofInputStream());
      assertEquals(200, answer.statusCode());
      open.add(answer.body());
    }
    HttpResponse<byte[]> fifth = get(greedy, "/metadata/timestamp.json");
    assertEquals(429, fifth.statusCode());
    assertEquals("1", header(fifth, "retry-after"));
    assertEquals(200, get(device, "/metadata/timestamp.json").statusCode());
    for (InputStream body : open) {
      body.close();
    }
    for (int i = 0; i < 100; i++) {
      if (get(greedy, "/metadata/timestamp.json").statusCode() == 200) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("the places are not given back");
  }

  @Test
  void aDeviceWithoutGrpcClaimsItsCertificateWithATokenAndLivesWithIt() throws Exception {
    TestKey key = TestKey.p256();
    EnrollTokens.Created token = fleet.token(1);
    String id = "esp32-" + UUID.randomUUID().toString().replace("-", "");
    String claim = claim(token.secret().reveal(), id, key);
    HttpResponse<byte[]> claimed = claim(claim);
    assertEquals(201, claimed.statusCode(), text(claimed));
    Json.Obj answer = JsonReader.readObject(claimed.body());
    assertEquals(new Json.Text("localhost"), answer.get("device_host"));
    assertEquals(new Json.Text("default"), answer.get("fleet"));
    String name = ((Json.Text) Objects.requireNonNull(answer.get("device_name"))).value();
    String pem = ((Json.Text) Objects.requireNonNull(answer.get("device_cert_pem"))).value();
    Caller small = new Caller(client(key, Pem.certificate(bytes(pem))), name);
    assertEquals(200, post(small, "/device/heartbeat", "").statusCode());
    assertTrue(
        ((Json.Text) Objects.requireNonNull(answer.get("ca_cert_pem"))).value().contains("BEGIN"));
    // The same again is the same device, with its newest certificate; another finds the token
    // spent.
    assertEquals(201, claim(claim).statusCode());
    assertEquals(403, post(small, "/device/heartbeat", "").statusCode());
    HttpResponse<byte[]> spent = claim(claim(token.secret().reveal(), id + "0", TestKey.p256()));
    assertEquals("enroll_token_exhausted", header(spent, "firmament-error-code"));
    for (String bad :
        List.of(
            "{}",
            "{",
            claim(token.secret().reveal() + "x", id, key),
            claim(token.secret().reveal(), "", key),
            claim.replaceFirst("BEGIN", "BEGUN"))) {
      HttpResponse<byte[]> refused = claim(bad);
      assertTrue(
          refused.statusCode() >= 400 && refused.statusCode() < 500, () -> bad + text(refused));
    }
    // Nothing else is to be had without a certificate, and no claim with one.
    for (String path : List.of("/device/heartbeat", "/metadata/timestamp.json", "/")) {
      assertEquals(404, open(path, "{}").statusCode(), path);
    }
    assertEquals(405, post(device, "/api/v1/provision/claim", claim).statusCode());
  }

  private static String claim(String token, String id, TestKey key) throws Exception {
    String csr =
        "-----BEGIN CERTIFICATE REQUEST-----\\n"
            + Base64.getEncoder().encodeToString(key.request())
            + "\\n-----END CERTIFICATE REQUEST-----\\n";
    return "{\"claim_token\":\"%s\",\"device_id\":\"%s\",\"csr_pem\":\"%s\"}"
        .formatted(token, id, csr);
  }

  private HttpResponse<byte[]> claim(String body) throws Exception {
    return open("/api/v1/provision/claim", body);
  }

  private HttpResponse<byte[]> open(String path, String body) throws Exception {
    int port = fleet.server.claimsPort().orElseThrow();
    return client(new KeyManager[0])
        .send(
            HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofByteArray());
  }

  @Test
  void aDeviceWithoutGrpcRegistersAndLives() throws Exception {
    Caller small = enroll("default");
    HttpResponse<byte[]> registered =
        post(
            small,
            "/device/register",
            "{\"hw_profile\":\"esp32-s3\",\"agent_version\":\"2.1\",\"tags\":{\"site\":\"a\"},"
                + "\"unknown\":[1]}");
    assertEquals(200, registered.statusCode(), text(registered));
    Json.Obj answer = JsonReader.readObject(registered.body());
    assertEquals(new Json.Text(small.name()), answer.get("device_name"));
    assertEquals(new Json.Text("default"), answer.get("fleet"));
    assertEquals("esp32-s3", fleet.device(small.name()).profile().model());
    assertEquals("a", fleet.device(small.name()).tags().values().get("site"));
    Json.Obj told =
        JsonReader.readObject(
            post(small, "/device/heartbeat", "{\"agent_version\":\"2.2\"}").body());
    assertEquals(new Json.Bool(false), told.get("renew_certificate"));
    assertEquals(new Json.Arr(List.of()), told.get("log_requests"));
    assertTrue(((Json.Int) Objects.requireNonNull(told.get("next_heartbeat_seconds"))).value() > 0);
    assertEquals("2.2", fleet.device(small.name()).agentVersion());
    fleet.awaitOnline(small.name());
    fleet.decommission(small.name());
    Instant limit = Instant.now().plusSeconds(8);
    String last = "";
    while (!last.equals("{\"decommissioned\":true}") && Instant.now().isBefore(limit)) {
      HttpResponse<byte[]> heartbeat = post(small, "/device/heartbeat", "");
      assertEquals(200, heartbeat.statusCode());
      last = text(heartbeat);
    }
    assertEquals("{\"decommissioned\":true}", last);
    assertEquals(403, post(small, "/device/register", "").statusCode());
  }

  @Test
  void aDeviceWithoutGrpcSendsTheLogsThatItIsAskedForAsText() throws Exception {
    Caller small = enroll("default");
    byte[] log = bytes("boot\n".repeat(50_000));
    String id = asked(small, log.length);
    assertEquals(404, post(device, "/device/logs/" + id, "x").statusCode(), "another's request");
    assertEquals(400, post(small, "/device/logs/" + id + "?status=maybe", "x").statusCode());
    assertEquals(413, post(small, "/device/logs/" + id, "x".repeat(log.length + 1)).statusCode());
    assertEquals(
        204,
        post(small, "/device/logs/" + id + "?status=ok", new String(log, StandardCharsets.UTF_8))
            .statusCode());
    DeviceName name = new DeviceName(small.name());
    try (InputStream in = new GZIPInputStream(fleet.logs.content(fleet.tenant, name, id).open())) {
      assertArrayEquals(log, in.readAllBytes());
    }
    assertEquals(404, post(small, "/device/logs/" + id, "again").statusCode());
    String other = asked(small, 100);
    assertEquals(
        204, post(small, "/device/logs/" + other + "?status=not_allowed", "no").statusCode());
    assertEquals(
        LogRequest.State.NOT_ALLOWED,
        fleet.logs.get(fleet.tenant, name, other).state(Instant.now()));
  }

  private String asked(Caller caller, long maxBytes) throws Exception {
    fleet.logs.request(
        fleet.operator,
        new DeviceName(caller.name()),
        new DeviceLogs.Wish("agent", Optional.empty(), Optional.of(maxBytes)));
    for (int i = 0; i < 100; i++) {
      Json.Obj told = JsonReader.readObject(post(caller, "/device/heartbeat", "").body());
      if (told.get("log_requests") instanceof Json.Arr(List<Json> requests)
          && !requests.isEmpty()
          && requests.getFirst() instanceof Json.Obj request
          && request.get("request_id") instanceof Json.Text(String id)) {
        assertEquals(new Json.Int(maxBytes), request.get("max_bytes"));
        return id;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("the request does not come");
  }

  @Test
  void refusesCallsThatItCannotRead() throws Exception {
    for (String body :
        List.of(
            "{",
            "[]",
            "{\"hw_profile\":1}",
            "{\"tags\":[]}",
            "{\"tags\":{\"a\":1}}",
            "{\"agent_version\":\"\\u0000\"}",
            "{\"hw_profile\":\"" + "x".repeat(300) + "\"}")) {
      HttpResponse<byte[]> answer = post(device, "/device/register", body);
      assertEquals(400, answer.statusCode(), () -> body + " " + text(answer));
    }
    assertEquals(413, post(device, "/device/heartbeat", " ".repeat(17 * 1024) + "{}").statusCode());
    for (String path :
        List.of(
            "/device/", "/device/other", "/device/register/", "/device/logs/", "/device/logs/x")) {
      assertEquals(404, post(device, path, "{}").statusCode(), path);
    }
    assertEquals(404, get(device, "/device/heartbeat").statusCode());
    TestKey key = TestKey.p256();
    HttpResponse<byte[]> stranger =
        post(
            new Caller(client(key, certificate(fleet.authority, key)), ""),
            "/device/heartbeat",
            "{}");
    assertEquals(403, stranger.statusCode());
    assertEquals("certificate_revoked", header(stranger, "firmament-error-code"));
  }

  private HttpResponse<byte[]> post(Caller caller, String path, String body)
      throws IOException, InterruptedException {
    return send(
        caller,
        HttpRequest.newBuilder(URI.create(fleet.artifactUrl() + path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private X509Certificate certificate(DeviceAuthority authority, TestKey key) throws Exception {
    return authority.issueDevice(
        new DeviceIdentity(TestFleet.DOMAIN, fleet.tenant, "default", device.name()),
        CertificateRequest.verified(key.request()));
  }

  private Caller enroll(String toFleet) throws Exception {
    TestKey key = TestKey.p256();
    String name = "dev-" + UUID.randomUUID();
    EnrollTokens.Created token =
        fleet
            .tokens()
            .create(
                fleet.operator,
                new EnrollTokens.Wish(
                    "",
                    new EnrollToken.Binding(
                        new FleetName(toFleet), Tags.of(Map.of()), Optional.empty()),
                    1,
                    Duration.ofHours(1)));
    EnrollResponse answer =
        DeviceServiceGrpc.newBlockingStub(fleet.anonymous())
            .enroll(
                EnrollRequest.newBuilder()
                    .setToken(token.secret().reveal())
                    .setCertificateRequest(ByteString.copyFrom(key.request()))
                    .setHardwareId(name)
                    .setRequestedName(name)
                    .build());
    return new Caller(client(key, Pem.certificate(bytes(answer.getCertificate()))), name);
  }

  private HttpClient client(TestKey key, X509Certificate certificate) throws Exception {
    return client(new KeyManager[] {new InsistingKeyManager(key.pair().getPrivate(), certificate)});
  }

  private HttpClient client(KeyManager[] keys) throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys, trust(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private TrustManager[] trust() throws Exception {
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    anchors.setCertificateEntry("root", fleet.authority.root());
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(anchors);
    return factory.getTrustManagers();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(fleet.artifactUrl() + path))
        .timeout(Duration.ofSeconds(20));
  }

  private HttpResponse<byte[]> get(Caller caller, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return send(caller, request.build());
  }

  private static HttpResponse<byte[]> send(Caller caller, HttpRequest request)
      throws IOException, InterruptedException {
    return caller.http().send(request, BodyHandlers.ofByteArray());
  }

  /// What the server answers to a request that no client would send.
  private String raw(Caller caller, String head) throws Exception {
    URI url = URI.create(fleet.artifactUrl());
    try (SSLSocket socket =
        (SSLSocket)
            caller
                .http()
                .sslContext()
                .getSocketFactory()
                .createSocket("localhost", url.getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(bytes(head + "Connection: close\r\n\r\n"));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private void put(String name, byte[] content) {
    fleet.bucket().put("t/" + fleet.tenant + "/" + name, content);
  }

  private static HttpRequest.BodyPublisher noBody() {
    return HttpRequest.BodyPublishers.noBody();
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
