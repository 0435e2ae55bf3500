package io.firmament.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.agent.Agent;
import io.firmament.agent.AgentSettings;
import io.firmament.aws.AwsClients;
import io.firmament.aws.KmsUnderTest;
import io.firmament.aws.fleet.DynamoAuthorityRoot;
import io.firmament.aws.fleet.KmsSigner;
import io.firmament.schema.Setting;
import io.firmament.trust.Pem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kms.model.KeySpec;

/// The two services as processes of their own, started as their images start them, on the servers
/// of a local platform.
final class ContainersTest {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration END = Duration.ofSeconds(20);

  @TempDir private static Path folder;

  private static LocalPlatform platform;
  private static KmsUnderTest keys;
  private static Seed seed;

  @BeforeAll
  static void start() {
    platform = LocalPlatform.start(Optional.empty(), 0);
    keys = KmsUnderTest.start();
    seed = platform.seed();
  }

  @AfterAll
  static void stop() {
    keys.close();
    platform.close();
  }

  @Test
  void theTransferServiceKeepsItsLimitsAndFinishesARunningUploadBeforeItEnds() throws Exception {
    int port = freePort();
    Map<String, String> environment =
        environment(
            Map.of("FIRMAMENT_TRANSFER_PORT", port, "FIRMAMENT_TRANSFER_IMAGE_BYTES", 1000));
    try (ContainerProcess service =
        ContainerProcess.start("transfer", Files.createTempDirectory(folder, "t"), environment)) {
      service.awaitHealthy(START);
      String path = URI.create(uploadUrl()).getPath();
      assertEquals(401, post(port, path, "wrong", multipart("x")).statusCode());
      HttpResponse<String> refused = post(port, path, seed.apiToken(), multipart("x".repeat(1001)));
      assertEquals(413, refused.statusCode(), refused.body());
      assertTrue(refused.body().contains("\"code\":\"body_too_large\""), refused.body());

      finishWhileEnding(service, port, path, multipart("an image of a few bytes, in two halves"));
      service.terminate(END);
      assertTrue(service.log().contains("transfer_server_stopped"), service::log);
      assertFalse(service.healthy(), "it is gone");
    }
  }

  /// Sends the first part of an upload, tells the service to end, and sends the rest.
  private static void finishWhileEnding(
      ContainerProcess service, int port, String path, String body) throws Exception {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = client.getOutputStream();
      out.write(head(path, body.length()).getBytes(StandardCharsets.US_ASCII));
      out.write(body.substring(0, 100).getBytes(StandardCharsets.US_ASCII));
      out.flush();
      Thread.sleep(Duration.ofMillis(500));
      service.signal();
      awaitRefused(port);
      out.write(body.substring(100).getBytes(StandardCharsets.US_ASCII));
      out.flush();
      String status =
          new BufferedReader(
                  new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))
              .readLine();
      assertEquals("HTTP/1.1 200 OK", status, service::log);
    }
  }

  @Test
  void theDeviceServiceEnrolsAnAgentAndEnds() throws Exception {
    int port = freePort();
    try (AwsClients clients = AwsClients.of(environment(Map.of()))) {
      String key = keys.key(KeySpec.ECC_NIST_P256);
      Map<String, String> environment =
          environment(
              Map.of(
                  "FIRMAMENT_DEVICE_PORT",
                  port,
                  "FIRMAMENT_ARTIFACT_PORT",
                  freePort(),
                  "FIRMAMENT_DEVICE_HOSTS",
                  "localhost",
                  "FIRMAMENT_TRUST_DOMAIN",
                  "fleet.test",
                  "FIRMAMENT_KEY_DEVICE_CA",
                  key));
      try (ContainerProcess service =
          ContainerProcess.start("device", Files.createTempDirectory(folder, "d"), environment)) {
        service.awaitHealthy(START);
        Path root = folder.resolve("root.pem");
        Files.writeString(root, rootCertificate(clients, environment, key));
        Path token = Files.writeString(folder.resolve("token"), enrollToken());
        enroll(
            new AgentSettings(
                "localhost:" + port,
                root,
                Optional.of(token),
                folder.resolve("agent"),
                "board-7",
                "board-7",
                Map.of()));
        service.terminate(END);
      }
    }
  }

  /// Runs an agent until the platform knows what it is.
  private static void enroll(AgentSettings settings) throws Exception {
    Agent agent = new Agent(settings, Clock.systemUTC(), new SecureRandom());
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Agent.Ending> ending = thread.submit(agent::run);
      long giveUp = System.nanoTime() + START.toNanos();
      while (!devices().contains("firmament-agent")) {
        assertTrue(!ending.isDone() && System.nanoTime() < giveUp, "the agent is registered");
        Thread.sleep(Duration.ofMillis(100));
      }
      agent.stop();
      assertEquals(Agent.Ending.STOPPED, ending.get(END.toSeconds(), TimeUnit.SECONDS));
    }
  }

  private static String rootCertificate(
      AwsClients clients, Map<String, String> environment, String key) {
    String id = KmsSigner.of(clients.kms(), key).keyId().hex();
    String table = Setting.TABLE_FLEET.in(environment);
    return Pem.encode(
        new DynamoAuthorityRoot(clients.dynamo(), table)
            .findOrKeep(
                id,
                () -> {
                  throw new IllegalStateException("the service has founded no authority");
                }));
  }

  private static Map<String, String> environment(Map<String, Object> more) {
    Map<String, String> environment = new HashMap<>(platform.environment());
    environment.put("AWS_ENDPOINT_URL_KMS", keys.endpoint().toString());
    more.forEach((name, value) -> environment.put(name, value.toString()));
    return environment;
  }

  private static String uploadUrl() {
    ApiClient api = new ApiClient(platform.url());
    api.useToken(seed.apiToken());
    return LocalPlatformTest.uploadUrl(api);
  }

  private static String devices() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(platform.url() + "/api/v1/devices"))
            .header("Authorization", "Bearer " + seed.apiToken())
            .build();
    return send(request).body();
  }

  private static String enrollToken() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(platform.url() + "/api/v1/enroll-tokens"))
            .header("Authorization", "Bearer " + seed.apiToken())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"line\",\"max_uses\":1}"))
            .build();
    String answer = send(request).body();
    return answer.replaceFirst("(?s).*\"token\"\\s*:\\s*\"([^\"]+)\".*", "$1");
  }

  private static HttpResponse<String> post(int port, String path, String token, String body) {
    return send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "multipart/form-data; boundary=XX")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private static HttpResponse<String> send(HttpRequest request) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(request.uri() + " does not answer", e);
    }
  }

  private static String head(String path, int length) {
    return "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
            .formatted(path, seed.apiToken())
        + "Content-Type: multipart/form-data; boundary=XX\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  private static String multipart(String content) {
    return "--XX\r\nContent-Disposition: form-data; name=\"firmware\"; filename=\"f\"\r\n\r\n"
        + content
        + "\r\n--XX--\r\n";
  }

  /// Waits until nobody new is let in.
  private static void awaitRefused(int port) throws InterruptedException {
    long giveUp = System.nanoTime() + END.toNanos();
    while (System.nanoTime() < giveUp) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertTrue(socket.isConnected());
      } catch (IOException closed) {
        return;
      }
      Thread.sleep(Duration.ofMillis(50));
    }
    throw new AssertionError("the service still takes connections");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
