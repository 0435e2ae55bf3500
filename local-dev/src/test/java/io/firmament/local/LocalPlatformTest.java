package io.firmament.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.TenantId;
import io.firmament.platform.trust.OnlineRole;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole platform as its user meets it: one process, real local servers, plain HTTP.
final class LocalPlatformTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private static Path folder;

  private static LocalPlatform platform;
  private static Seed seed;

  @BeforeAll
  static void start() {
    platform = LocalPlatform.start(Optional.empty(), 0);
    seed = platform.seed();
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void analysesAnUploadedImageFromSignInToSbom() throws IOException {
    ApiClient api = new ApiClient(platform.url());
    api.signIn(seed.email(), seed.password(), seed.tenantId());
    Path image = image("etc/passwd", "root::0:0:root:/root:/bin/sh\n");

    String id = api.upload(uploadUrl(api), image);
    Map<String, Object> analysis = awaitEnd(api, id);

    assertEquals("COMPLETE", ApiClient.text(analysis, "result"), analysis::toString);
    Map<String, Object> firmware =
        ApiClient.object(
            api.graphql(
                "query ($id: ID!) { firmware(id: $id) { latestIssues { type file { path } } } }",
                Map.of("id", id)),
            "firmware");
    assertTrue(
        ApiClient.objects(firmware, "latestIssues").stream()
            .anyMatch(issue -> "HARDCODED_PASSWORD_HASH".equals(issue.get("type"))),
        firmware::toString);
    Path sbom = folder.resolve("sbom.json");
    api.download("/api/firmwares/" + id + "/sbom", "application/vnd.cyclonedx+json", sbom);
    assertTrue(Files.readString(sbom).replace(" ", "").contains("\"specVersion\":\"1.7\""));
    Path file = folder.resolve("passwd");
    api.download("/api/firmwares/" + id + "/download-file/etc/passwd", "*/*", file);
    assertEquals("root::0:0:root:/root:/bin/sh\n", Files.readString(file));
  }

  @Test
  void failsAnEmptyUploadAndLeavesItOpenForAnotherTry() throws IOException {
    ApiClient api = new ApiClient(platform.url());
    api.useToken(seed.apiToken());
    String url = uploadUrl(api);
    Path empty = Files.createFile(folder.resolve("empty.bin"));

    HttpResponse<String> refused = post(url, seed.apiToken(), multipart(empty));

    assertEquals(400, refused.statusCode(), refused.body());
    assertTrue(refused.body().contains("\"code\":\"empty_upload\""), refused.body());
    assertFalse(api.upload(url, image("a", "b")).isEmpty());
  }

  @Test
  void refusesAnUploadIdThatWasUsed() throws IOException {
    ApiClient api = new ApiClient(platform.url());
    api.useToken(seed.apiToken());
    String url = uploadUrl(api);
    Path image = image("etc/hostname", "gateway\n");
    api.upload(url, image);

    assertEquals(409, post(url, seed.apiToken(), multipart(image)).statusCode());
  }

  @Test
  void answersTheSameForAnUnknownUploadAndForOneThatIsNoId() throws IOException {
    Path image = image("x", "y");
    String base = platform.url() + "/api/upload-firmware/";

    assertEquals(
        404, post(base + UUID.randomUUID(), seed.apiToken(), multipart(image)).statusCode());
    assertEquals(404, post(base + "no-id", seed.apiToken(), multipart(image)).statusCode());
  }

  @Test
  void refusesWrongTokensEverywhere() throws IOException {
    String wrong = seed.tenantId() + "/wrong";
    Path image = image("p", "q");

    assertEquals(
        401,
        post(platform.url() + "/api/upload-firmware/" + UUID.randomUUID(), wrong, multipart(image))
            .statusCode());
    assertEquals(
        401,
        post(platform.url() + "/api/graphql", wrong, new Body("application/json", "{}"))
            .statusCode());
  }

  @Test
  void saysWhatIsWrongWithABodyThatIsNoMultipart() {
    ApiClient api = new ApiClient(platform.url());
    api.useToken(seed.apiToken());

    HttpResponse<String> refused =
        post(uploadUrl(api), seed.apiToken(), new Body("application/octet-stream", "bytes"));

    assertEquals(415, refused.statusCode(), refused.body());
  }

  @Test
  void servesTheFleetRoutesAndTheDeviceService() throws Exception {
    HttpResponse<String> created =
        post(
            platform.url() + "/api/v1/enroll-tokens",
            seed.apiToken(),
            new Body("application/json", "{\"name\":\"line 1\",\"max_uses\":2}"));

    assertEquals(201, created.statusCode(), created.body());
    HttpResponse<String> devices =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(platform.url() + "/api/v1/devices"))
                .header("Authorization", "Bearer " + seed.apiToken())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(200, devices.statusCode(), devices.body());
    assertTrue(Files.readString(platform.devices().authorityFile()).contains("BEGIN CERTIFICATE"));
  }

  /// The demo tenant can publish: its repository was begun by a ceremony on this machine.
  @Test
  void beginsTheRepositoryOfTheDemoTenantOnceAndKeepsIt() throws Exception {
    Path data = folder.resolve(UUID.randomUUID().toString());
    String root;
    try (LocalPlatform first = LocalPlatform.start(Optional.of(data), 0)) {
      Seed owner = first.seed();
      root = get(first, owner, "/api/v1/trust/root.json");
      String center = get(first, owner, "/api/v1/trust");
      assertTrue(center.contains("\"begun\":true"), center);
      assertTrue(center.contains("\"custody\":\"offline\""), center);
      assertTrue(first.seedRepository().line().contains(data + "/keys/offline"));
    }
    for (String key : List.of("offline/root", "offline/targets")) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(data.resolve("keys/" + key + ".pem"))));
    }
    try (LocalPlatform second = LocalPlatform.start(Optional.of(data), 0)) {
      Seed owner = second.seed();
      assertEquals(root, get(second, owner, "/api/v1/trust/root.json"));
      // Its online keys are the same ones still.
      assertTrue(
          second
              .ports()
              .onlineKeys()
              .find(TenantId.of(owner.tenantId()), OnlineRole.PUBLISHER)
              .isPresent());
    }
  }

  private static String get(LocalPlatform platform, Seed owner, String path) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(platform.url() + path))
                .header("Authorization", "Bearer " + owner.apiToken())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(200, answer.statusCode(), answer.body());
    return answer.body();
  }

  /// The stop comes while the image is unpacked, or between two stages, as it happens.
  @Test
  void finishesOnceWhatItWasAnalysingWhenItStopped() throws IOException {
    analyseOnceOverRestarts(first -> {});
  }

  @Test
  void analysesOnceWhatNoStageHadBegunWhenItStopped() throws IOException {
    Restarted image = analyseOnceOverRestarts(LocalPlatform::stopAnalysing);

    assertTrue(image.analysed().isAfter(image.stopped()));
  }

  /// When the platform that took an image was told to stop, and when the image was analysed.
  private record Restarted(Instant stopped, Instant analysed) {}

  /// Uploads an image, stops at once, and looks for its analysis after two more starts.
  private Restarted analyseOnceOverRestarts(Consumer<LocalPlatform> beforeUpload)
      throws IOException {
    Optional<Path> data = Optional.of(folder.resolve(UUID.randomUUID().toString()));
    Seed owner;
    String id;
    Instant stopped;
    try (LocalPlatform first = LocalPlatform.start(data, 0)) {
      owner = first.seed();
      ApiClient api = client(first, owner);
      String url = uploadUrl(api);
      beforeUpload.accept(first);
      id = api.upload(url, image("firmware.bin", "\0".repeat(16 << 20)));
      stopped = Instant.now();
    }

    Map<String, Object> finished;
    try (LocalPlatform second = LocalPlatform.start(data, 0)) {
      ApiClient api = client(second, owner);
      finished = awaitEnd(api, id);
      assertEquals("COMPLETE", ApiClient.text(finished, "result"), finished::toString);
      assertEquals(
          1,
          ApiClient.objects(api.graphql("{ allFirmwares { id } }", Map.of()), "allFirmwares")
              .size());
    }

    // Another start finds nothing to do, and no longer remembers the image.
    try (LocalPlatform third = LocalPlatform.start(data, 0)) {
      assertEquals(finished, awaitEnd(client(third, owner), id));
      assertEquals(
          List.of(), Files.readAllLines(data.orElseThrow().resolve("unfinished-uploads.txt")));
    }
    return new Restarted(stopped, Instant.parse(ApiClient.text(finished, "finishedAt")));
  }

  private static ApiClient client(LocalPlatform platform, Seed owner) {
    ApiClient api = new ApiClient(platform.url());
    api.useToken(owner.apiToken());
    return api;
  }

  static String uploadUrl(ApiClient api) {
    String group =
        ApiClient.text(
            ApiClient.objects(
                    api.graphql("{ allProductGroups { id } }", Map.of()), "allProductGroups")
                .getFirst(),
            "id");
    return ApiClient.text(
        ApiClient.object(
            api.graphql(
                """
                mutation ($group: ID!) {
                  createFirmwareUpload(input: {
                    firmware: {name: "test"} product: {name: "p", vendor: "v"} productGroup: {id: $group}
                  }) { ... on FirmwareUploadMetadata { uploadUrl } }
                }
                """,
                Map.of("group", group)),
            "createFirmwareUpload"),
        "uploadUrl");
  }

  private static Map<String, Object> awaitEnd(ApiClient api, String id) {
    Instant giveUp = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(giveUp)) {
      Map<String, Object> analysis =
          ApiClient.object(
              ApiClient.object(
                  api.graphql(
                      "query ($id: ID!) { firmware(id: $id) { latestAnalysis"
                          + " { state result failure finishedAt } } }",
                      Map.of("id", id)),
                  "firmware"),
              "latestAnalysis");
      if ("DONE".equals(ApiClient.text(analysis, "state"))) {
        return analysis;
      }
      pause();
    }
    throw new AssertionError("the analysis does not end");
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// A gzip-compressed tar archive of one file.
  private static Path image(String name, String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip)) {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(content.length());
      tar.putArchiveEntry(entry);
      tar.write(content.getBytes(StandardCharsets.UTF_8));
      tar.closeArchiveEntry();
    }
    return Files.write(Files.createTempFile(folder, "image", ".tar.gz"), bytes.toByteArray());
  }

  private record Body(String contentType, String text) {}

  private static Body multipart(Path image) throws IOException {
    String content = Files.readString(image, StandardCharsets.ISO_8859_1);
    return new Body(
        "multipart/form-data; boundary=XX",
        "--XX\r\nContent-Disposition: form-data; name=\"firmware\"; filename=\"f\"\r\n\r\n"
            + content
            + "\r\n--XX--\r\n");
  }

  private static HttpResponse<String> post(String url, String token, Body body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", body.contentType())
            .POST(
                HttpRequest.BodyPublishers.ofByteArrays(
                    List.of(body.text().getBytes(StandardCharsets.ISO_8859_1))))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(url + " does not answer", e);
    }
  }
}
