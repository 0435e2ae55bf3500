package io.firmament.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.agent.Agent;
import io.firmament.agent.AgentSettings;
import io.firmament.analysis.sbom.SbomFormat;
import io.firmament.aws.AwsEngine;
import io.firmament.device.v1.EnrollResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The two loops of the platform as its users go through them: an image from sign-in to SBOM, a
/// device from its token to its end.
final class EndToEndTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ZLIB = "deflate 1.2.11 Copyright 1995-2017 Jean-loup Gailly";

  private static TestTenant tenant;

  @TempDir private Path folder;

  @BeforeAll
  static void create() {
    tenant = TestTenant.create("loop");
  }

  @Test
  void aPersonSignsInWithAPassword() {
    Answer mode = Call.json("POST", "/api/login", "{\"email\":\"" + tenant.email() + "\"}").send();
    assertEquals("local", mode.at("mode"));
    Answer authorized = authorize(tenant.password());
    assertEquals(200, authorized.status(), authorized::toString);
    Answer token =
        Call.json(
                "POST",
                "/api/token",
                """
                {"id_token":"%s","tenant_id":"%s","client_id":"web","nonce":"n"}
                """
                    .formatted(authorized.at("id_token"), tenant.id()))
            .send();
    assertEquals(tenant.email(), token.at("user_email"), token::toString);
    assertEquals(
        tenant.id().toString(),
        Call.graphql("{ tenant { id } }", Map.of())
            .bearer(token.at("tenant_token"))
            .send()
            .at("data.tenant.id"));
    assertEquals("bad_credentials", authorize("wrong").code());
  }

  @Test
  void anOperatorSignsInForASessionAndOut() {
    Answer login =
        Call.json(
                "POST",
                "/api/v1/auth/login",
                "{\"email\":\"%s\",\"password\":\"%s\"}"
                    .formatted(tenant.email(), tenant.password()))
            .send();
    assertEquals(204, login.status(), login::toString);
    String cookie = login.header("set-cookie").replaceAll(".*firmament_session=([^;]*).*", "$1");
    Call me = Call.get("/api/v1/auth/me").cookie(cookie);
    assertEquals(tenant.email(), me.send().at("email"));
    assertEquals(204, Call.of("POST", "/api/v1/auth/logout").cookie(cookie).send().status());
    assertEquals(401, me.send().status());
  }

  @Test
  void anImageWithItsSbomComesThroughTheForm() {
    String id =
        Firmware.upload(
            tenant,
            Map.of(
                "firmware", Firmware.rootFileSystem("gateway"),
                "sbom", Firmware.sbom("zlib", "zlib", "1.2.11")));
    complete(id);
    Answer findings = findings(id);
    assertTrue(
        findings.list("data.firmware.componentsPage.nodes").stream()
            .anyMatch(component -> "zlib".equals(component.get("name"))),
        findings::toString);
    assertTrue(findings.text().contains("CVE-2022-37434"), findings::toString);
    assertTrue(findings.text().contains("HARDCODED_PASSWORD_HASH"), findings::toString);
    assertEquals("root::0:0:root:/root:/bin/sh\n", file(id, "etc/passwd").text());
    assertEquals("file_not_found", file(id, "etc/nothing").code());
    assertEquals("not_a_file", file(id, "etc").code());
    sboms(id);
  }

  /// What a tenant records is found in what was analysed before, tells what changed, closes by a
  /// VEX document, and goes with the record.
  @Test
  void aVulnerabilityOfTheTenantsOwnIsFoundAndGoesAgain() throws Exception {
    TestTenant own = TestTenant.create("records");
    TestTenant other = TestTenant.create("others");
    String id = analysed(own);
    String others = analysed(other);
    TestCeremony.begin(own);
    Answer artifact =
        Call.json(
                "POST",
                "/api/v1/artifacts",
                """
                {"name":"gateway","version":"1","kind":"firmware","firmware_id":"%s"}
                """
                    .formatted(id))
            .bearer(own.bearer())
            .send();
    assertEquals(201, artifact.status(), artifact::toString);
    Answer created =
        Call.json("POST", "/api/user-vulnerabilities", record("1.3")).bearer(own.bearer()).send();
    assertEquals(201, created.status(), created::toString);
    assertEquals("\"1\"", created.header("etag"));
    assertEquals("critical", created.at("severity"));
    await(() -> found(own, id).contains("ACME-2026-1"), true);
    assertFalse(found(other, others).contains("ACME-2026-1"), "nobody else's");
    Answer changes = Call.get("/api/changes").bearer(own.bearer()).send();
    assertEquals(id, changes.list("items").getFirst().get("firmware_id"), changes::toString);
    assertTrue(changes.text().contains("\"added\":1,"), changes::toString);
    assertEquals(List.of(), Call.get("/api/changes").bearer(other.bearer()).send().list("items"));
    Answer sbom =
        Call.get("/api/firmwares/" + id + "/sbom")
            .with("accept", "*/*")
            .bearer(own.bearer())
            .send();
    assertTrue(sbom.text().contains("ACME-2026-1"));
    await(() -> critical(own, "open_vulnerabilities"), "2");
    Answer vex =
        Call.json("POST", "/api/firmwares/" + id + "/vex-documents", notAffected())
            .bearer(own.bearer())
            .send();
    assertEquals("1", vex.at("applied"), vex::toString);
    assertEquals("1", critical(own, "open_vulnerabilities"));
    assertEquals("1", critical(own, "closed_by_vex"));
    String path = "/api/user-vulnerabilities/" + created.at("id");
    Answer replaced =
        Call.json("PUT", path, record("1.0"))
            .with("if-match", created.header("etag"))
            .bearer(own.bearer())
            .send();
    assertEquals("\"2\"", replaced.header("etag"), replaced::toString);
    await(() -> found(own, id).contains("ACME-2026-1"), false);
    Answer stale =
        Call.json("PUT", path, record("1.1"))
            .with("if-match", created.header("etag"))
            .bearer(own.bearer())
            .send();
    assertEquals("user_vulnerability_changed", stale.code(), stale::toString);
    assertEquals(404, Call.get(path).bearer(other.bearer()).send().status());
    assertEquals(204, Call.of("DELETE", path).bearer(own.bearer()).send().status());
    assertEquals(404, Call.get(path).bearer(own.bearer()).send().status());
  }

  private static String analysed(TestTenant of) throws IOException {
    String id =
        Firmware.upload(
            of,
            Map.of(
                "firmware", Firmware.rootFileSystem("gateway"),
                "sbom", Firmware.sbom("zlib", "zlib", "1.2.11")));
    Answer answer = Firmware.analysed(of, id);
    assertEquals("COMPLETE", answer.at("data.firmware.latestAnalysis.result"), answer::toString);
    return id;
  }

  private static String record(String before) {
    return """
    {"ids":["ACME-2026-1"],"published":"2026-01-01","modified":"2026-02-01",
    "cvss31":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "configurations":[{"vendor":"zlib","product":"zlib","from":"1.0","before":"%s"}]}
    """
        .formatted(before);
  }

  private static String notAffected() {
    return """
    {"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:acme:1","author":"Acme","version":1,
    "timestamp":"2026-03-01T00:00:00Z","statements":[{"vulnerability":{"name":"ACME-2026-1"},
    "products":[{"identifiers":{"cpe23":"cpe:2.3:a:zlib:zlib:*:*:*:*:*:*:*:*"}}],
    "status":"not_affected","justification":"vulnerable_code_not_in_execute_path"}]}
    """;
  }

  private static String found(TestTenant of, String id) {
    return Call.graphql(
            "query ($id: ID!) { firmware(id: $id) { cveMatchesPage { nodes { cve { id } } } } }",
            Map.of("id", id))
        .bearer(of.bearer())
        .send()
        .text();
  }

  /// How many critical vulnerabilities the one artifact says that it has.
  private static String critical(TestTenant of, String counts) {
    Answer answer = Call.get("/api/v1/artifacts").bearer(of.bearer()).send();
    return answer.text().replaceFirst(".*\"" + counts + "\":\\{[^}]*\"critical\":(\\d+).*", "$1");
  }

  @Test
  void anImageComesThroughAPresignedRequest() throws Exception {
    byte[] image = Firmware.rootFileSystem(ZLIB);
    assertEquals(200, presignedPut("presigned", image).body(image).send().status());
    complete(named("presigned"));
  }

  @Test
  void aPresignedRequestTakesTheAnnouncedBytesAlone() throws Exception {
    AwsEngine.chosen().assume(AwsEngine.Capability.PRESIGN_VERIFIED);
    byte[] image = Firmware.rootFileSystem(ZLIB);
    byte[] other = image.clone();
    other[20] ^= 1;
    Call put = presignedPut("announced", image);
    assertTrue(put.body(other).send().status() >= 400);
    assertEquals(200, put.body(image).send().status());
    complete(named("announced"));
  }

  private static Call presignedPut(String name, byte[] image) throws Exception {
    Answer prepared =
        Firmware.prepare(
                tenant, Map.of("name", name, "size", image.length, "sha256", sha256(image)))
            .answer();
    String at = "data.createFirmwareUpload.presignedUpload";
    assertEquals("PUT", prepared.at(at + ".method"), prepared::toString);
    return presigned(prepared, at);
  }

  @Test
  void anImageComesInParts() throws Exception {
    byte[] noise = new byte[6 << 20];
    new Random(1).nextBytes(noise);
    byte[] image =
        Firmware.image(Map.of("etc/hostname", "parts\n", "noise", HexFormat.of().formatHex(noise)));
    Firmware.Prepared prepared = Firmware.prepare(tenant, Map.of("name", "in parts"));
    Answer parts =
        Call.graphql(
                """
                mutation ($id: ID!, $size: Long!) {
                  createMultipartUpload(input: {uploadId: $id, size: $size, partSize: 5242880}) {
                    ... on MultipartUpload {
                      partSize
                      parts { url method headers { name value } }
                      complete { url method headers { name value } }
                    }
                  }
                }
                """,
                Map.of("id", prepared.id(), "size", image.length))
            .bearer(tenant.bearer())
            .send();
    StringBuilder done = new StringBuilder("<CompleteMultipartUpload>");
    List<Map<String, Object>> requests = parts.list("data.createMultipartUpload.parts");
    assertTrue(requests.size() >= 2, parts::toString);
    int size = Integer.parseInt(parts.at("data.createMultipartUpload.partSize"));
    for (int i = 0; i < requests.size(); i++) {
      byte[] part = Arrays.copyOfRange(image, i * size, Math.min(image.length, (i + 1) * size));
      Answer stored = presigned(requests.get(i)).body(part).send();
      assertEquals(200, stored.status(), stored::toString);
      done.append("<Part><PartNumber>%d</PartNumber>".formatted(i + 1))
          .append("<ETag>%s</ETag></Part>".formatted(stored.header("etag")));
    }
    Answer completed =
        presigned(parts, "data.createMultipartUpload.complete")
            .body(
                done.append("</CompleteMultipartUpload>")
                    .toString()
                    .getBytes(StandardCharsets.UTF_8))
            .send();
    assertEquals(200, completed.status(), completed::toString);
    complete(named("in parts"));
  }

  @Test
  void aDeviceLivesFromItsTokenToItsEnd() throws Exception {
    Path token = Files.writeString(folder.resolve("token"), TestDevice.token(tenant, 1).text());
    Agent agent =
        new Agent(
            new AgentSettings(
                Running.platform().devices().address(),
                Running.platform().devices().authorityFile(),
                Optional.of(token),
                folder.resolve("data"),
                "hw-1",
                "gateway-1",
                Map.of("site", "plant-7")),
            Clock.systemUTC(),
            new Random(1));
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Agent.Ending> running = thread.submit(agent::run);
      try {
        await(() -> device("gateway-1").get("status"), "online");
        Map<String, Object> seen = device("gateway-1");
        assertEquals(Map.of("site", "plant-7"), seen.get("tags"), seen::toString);
        assertEquals(Agent.VERSION, seen.get("agent_version"));
        String history = get("/api/v1/devices/gateway-1/history").text();
        assertTrue(history.contains("enrolled") && history.contains("online"), history);
      } finally {
        agent.stop();
      }
      assertEquals(Agent.Ending.STOPPED, ending(running));
      Answer deleted =
          Call.of("DELETE", "/api/v1/devices/gateway-1").cookie(tenant.session()).send();
      assertEquals(204, deleted.status(), deleted::toString);
      Agent again =
          new Agent(
              new AgentSettings(
                  Running.platform().devices().address(),
                  Running.platform().devices().authorityFile(),
                  Optional.of(token),
                  folder.resolve("data"),
                  "hw-1",
                  "gateway-1",
                  Map.of()),
              Clock.systemUTC(),
              new Random(1));
      assertEquals(Agent.Ending.DECOMMISSIONED, ending(thread.submit(again::run)));
    }
    assertFalse(Files.exists(folder.resolve("data").resolve("identity.pem")), "its keys are gone");
    assertEquals("decommissioned", device("gateway-1").get("status"));
  }

  @Test
  void aDeletedDeviceHearsItBeforeItsNextHeartbeatIsDue() throws IOException {
    TestDevice device = new TestDevice();
    EnrollResponse enrolled = device.enroll(TestDevice.token(tenant, 1).text(), "sensor-1");
    device.heartbeat(enrolled);
    assertEquals(
        204, Call.of("DELETE", "/api/v1/devices/sensor-1").bearer(tenant.bearer()).send().status());
    await(() -> refusal(device, enrolled), "device_decommissioned");
  }

  /// The code of the refusal of a heartbeat. The device service trusts what it read for
  /// `DeviceDirectory.FRESH`, far less than a device waits between two heartbeats.
  private static String refusal(TestDevice device, EnrollResponse enrolled) {
    try {
      device.heartbeat(enrolled);
      return "";
    } catch (StatusRuntimeException e) {
      return TestDevice.code(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answer authorize(String password) {
    return Call.json(
            "POST",
            "/api/authorize",
            "{\"email\":\"%s\",\"password\":\"%s\",\"client_id\":\"web\",\"nonce\":\"n\"}"
                .formatted(tenant.email(), password))
        .send();
  }

  private static void complete(String id) {
    Answer analysis = Firmware.analysed(tenant, id);
    assertEquals(
        "COMPLETE", analysis.at("data.firmware.latestAnalysis.result"), analysis::toString);
  }

  /// Waits for the firmware of this name, which no other has, and gives its id.
  private static String named(String name) {
    Supplier<List<Map<String, Object>>> found =
        () ->
            Call.graphql(
                    """
                    query ($name: String!) { firmwares(filter: {name: $name}) { nodes { id } } }
                    """,
                    Map.of("name", name))
                .bearer(tenant.bearer())
                .send()
                .list("data.firmwares.nodes");
    await(() -> found.get().size(), 1);
    return String.valueOf(found.get().getFirst().get("id"));
  }

  private static Answer findings(String id) {
    return Call.graphql(
            """
            query ($id: ID!) {
              firmware(id: $id) {
                componentsPage { totalCount nodes { name version evidence { path matched } } }
                cveMatchesPage { totalCount nodes { cve { id severity } component { name } } }
                latestIssues { type severity file { path } }
              }
            }
            """,
            Map.of("id", id))
        .bearer(tenant.bearer())
        .send();
  }

  private static Answer get(String path) {
    return Call.get(path).bearer(tenant.bearer()).send();
  }

  private static Answer file(String id, String path) {
    return get("/api/firmwares/" + id + "/download-file/" + path);
  }

  /// Every form that the platform offers, and the ones that it does not.
  private static void sboms(String id) {
    Call sbom = Call.get("/api/firmwares/" + id + "/sbom").bearer(tenant.bearer());
    for (SbomFormat format : SbomFormat.values()) {
      Answer answer = sbom.with("accept", format.contentType()).send();
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(format.contentType(), answer.header("content-type"));
      assertTrue(answer.text().contains("zlib"), answer::toString);
      assertTrue(answer.text().contains(format.version()), answer::toString);
    }
    Answer preferred =
        sbom.with("accept", "text/html, application/spdx+json;q=0.9, */*;q=0.1").send();
    assertTrue(preferred.header("content-type").startsWith("application/spdx+json"));
    for (Call call : List.of(sbom, sbom.with("accept", "text/html"))) {
      Answer refused = call.send();
      assertEquals(406, refused.status(), refused::toString);
      assertEquals("sbom_format_not_acceptable", refused.code());
      for (SbomFormat format : SbomFormat.values()) {
        assertTrue(refused.at("error").contains(format.contentType()), refused::toString);
      }
    }
  }

  private static Map<String, Object> device(String name) {
    return get("/api/v1/devices").list("items").stream()
        .filter(device -> name.equals(device.get("name")))
        .findFirst()
        .orElse(Map.of());
  }

  private static Call presigned(Answer answer, String at) {
    Map<String, Object> request =
        Map.of(
            "url", answer.at(at + ".url"),
            "method", answer.at(at + ".method"),
            "headers", answer.list(at + ".headers"));
    return presigned(request);
  }

  private static Call presigned(Map<String, Object> request) {
    Call call = Call.of(String.valueOf(request.get("method")), String.valueOf(request.get("url")));
    for (Object each : (List<?>) request.getOrDefault("headers", List.of())) {
      Map<?, ?> header = (Map<?, ?>) each;
      String name = String.valueOf(header.get("name"));
      // The client sets these two itself, to the same.
      if (!name.equalsIgnoreCase("host") && !name.equalsIgnoreCase("content-length")) {
        call = call.with(name, String.valueOf(header.get("value")));
      }
    }
    return call;
  }

  private static String sha256(byte[] content) throws java.security.NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private static Agent.Ending ending(Future<Agent.Ending> running)
      throws InterruptedException, ExecutionException, TimeoutException {
    return running.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static void await(Supplier<Object> value, Object wanted) {
    Instant giveUp = Instant.now().plus(PATIENCE);
    Object seen = value.get();
    while (!wanted.equals(seen) && Instant.now().isBefore(giveUp)) {
      Firmware.pause();
      seen = value.get();
    }
    assertEquals(wanted, seen);
  }
}
