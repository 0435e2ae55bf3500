package io.firmament.device;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.Tags;
import io.firmament.platform.identity.Caller;
import io.firmament.trust.Pem;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A device that has HTTP and TLS, and nothing else.
record SmallDevice(TestFleet fleet, HttpClient http, String name) {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /// Claims a certificate, registers as a model, and lives.
  static SmallDevice claim(TestFleet fleet, Caller operator, String ofFleet, String model)
      throws Exception {
    TestKey key = TestKey.p256();
    EnrollTokens.Created token =
        fleet
            .tokens()
            .create(
                operator,
                new EnrollTokens.Wish(
                    "",
                    new EnrollToken.Binding(
                        new FleetName(ofFleet), Tags.of(Map.of()), Optional.empty()),
                    1,
                    Duration.ofHours(1)));
    String csr =
        "-----BEGIN CERTIFICATE REQUEST-----\n"
            + Base64.getEncoder().encodeToString(key.request())
            + "\n-----END CERTIFICATE REQUEST-----\n";
    Json.Obj wish =
        Json.Obj.EMPTY
            .with("claim_token", token.secret().reveal())
            .with("device_id", "esp32-" + UUID.randomUUID().toString().replace("-", ""))
            .with("csr_pem", csr);
    int port = fleet.server.claimsPort().orElseThrow();
    HttpResponse<byte[]> claimed =
        client(fleet)
            .send(
                HttpRequest.newBuilder(
                        URI.create("https://localhost:" + port + "/api/v1/provision/claim"))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(wish.toBytes()))
                    .build(),
                BodyHandlers.ofByteArray());
    assertEquals(201, claimed.statusCode(), new String(claimed.body(), UTF_8));
    Json.Obj answer = JsonReader.readObject(claimed.body());
    InsistingKeyManager certificate =
        new InsistingKeyManager(
            key.pair().getPrivate(),
            Pem.certificate(text(answer, "device_cert_pem").getBytes(UTF_8)));
    SmallDevice device =
        new SmallDevice(fleet, client(fleet, certificate), text(answer, "device_name"));
    device.tell("register", Json.Obj.EMPTY.with("hw_profile", model).with("agent_version", "1"));
    device.heartbeat(Json.Obj.EMPTY);
    return device;
  }

  private static HttpClient client(TestFleet fleet, KeyManager... keys) throws Exception {
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    anchors.setCertificateEntry("root", fleet.authority.root());
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(anchors);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys, factory.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  void heartbeat(Json.Obj said) throws Exception {
    tell("heartbeat", said);
  }

  private void tell(String call, Json.Obj said) throws Exception {
    HttpResponse<byte[]> answer = post(call, said);
    assertEquals(200, answer.statusCode(), () -> new String(answer.body(), UTF_8));
  }

  HttpResponse<byte[]> post(String call, Json.Obj said) throws Exception {
    return http.send(
        request("/device/" + call)
            .POST(HttpRequest.BodyPublishers.ofByteArray(said.toBytes()))
            .build(),
        BodyHandlers.ofByteArray());
  }

  /// @param headers names and values
  HttpResponse<byte[]> get(String call, String... headers) throws Exception {
    HttpRequest.Builder request = request("/device/" + call);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(fleet.artifactUrl() + path)).timeout(LIMIT);
  }

  static String text(Json.Obj object, String name) {
    if (object.get(name) instanceof Json.Text(String text)) {
      return text;
    }
    throw new AssertionError("no " + name);
  }
}
