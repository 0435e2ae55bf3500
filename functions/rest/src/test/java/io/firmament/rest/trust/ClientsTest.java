package io.firmament.rest.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.firmament.aws.KmsUnderTest;
import io.firmament.aws.tuf.KmsOnlineKeys;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.SoftwareKeys;
import io.firmament.rest.trust.TrustUnderTest.OfflineKeys;
import io.firmament.tuf.Hashes;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.client.ClientLimits;
import io.firmament.tuf.client.FileStore;
import io.firmament.tuf.client.HttpFetcher;
import io.firmament.tuf.client.TufClient;
import io.firmament.tuf.repository.Director;
import io.firmament.tuf.repository.Fleet;
import io.firmament.tuf.repository.Outcome;
import io.firmament.tuf.repository.RepositoryState;
import io.firmament.tuf.repository.Signers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A repository that was begun through the API, with its online keys in files or in KMS, is one
/// that devices accept: our client, and one that others made.
class ClientsTest {
  private static final Path TUF_JS =
      Path.of("../../core/tuf-repository/src/test/tuf-js").toAbsolutePath().normalize();
  private static final byte[] CONTENT = "the firmware".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;
  private final TrustUnderTest trust = new TrustUnderTest();
  private final OfflineKeys root = OfflineKeys.of(2, 3);
  private final OfflineKeys targets = OfflineKeys.of(1, 1);
  private final Caller caller = TrustUnderTest.caller();
  private HttpServer server;
  private String served = "";

  @BeforeEach
  void serve() throws Exception {
    trust.at(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          String name = path.substring(path.lastIndexOf('/') + 1);
          Optional<byte[]> file =
              path.startsWith("/metadata/")
                  ? trust.platform.repositories().file(caller.tenant(), name)
                  : Optional.of(CONTENT).filter(content -> path.equals("/targets/" + served));
          exchange.sendResponseHeaders(
              file.isPresent() ? 200 : 404, file.map(bytes -> (long) bytes.length).orElse(-1L));
          if (file.isPresent()) {
            exchange.getResponseBody().write(file.get());
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void end() {
    server.stop(0);
    trust.close();
  }

  private URI url(String part) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + part + "/");
  }

  @Test
  void withKeysInFiles() throws Exception {
    Path keys = folder.resolve("keys");
    begin(SoftwareKeys.in(keys));
    String path = publish();
    accept(path);
    Path file = keys.resolve(caller.tenant() + "/publisher.pem");
    assertEquals(
        "rw-------",
        java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    // Another process finds the same keys and goes on.
    trust.keys.set(SoftwareKeys.in(keys));
    nextRoot();
    accept(path);
  }

  @Test
  void withKeysInKms() throws Exception {
    try (KmsUnderTest kms = KmsUnderTest.start()) {
      kms.assumeDigests();
      begin(new KmsOnlineKeys(kms.client(), "test-" + caller.tenant()));
      kms.forget(
          java.util.stream.Stream.of("freshness", "publisher", "director", "fleet-default")
              .map(role -> "alias/test-" + caller.tenant() + "/" + caller.tenant() + "/" + role)
              .toList());
      accept(publish());
    }
  }

  /// Its keys sign what single devices are to do; devices learn them from targets. It lists no
  /// targets: who looks for one fails.
  @Test
  void targetsNameTheKeyOfTheDirector() throws Exception {
    begin(SoftwareKeys.inMemory());
    RepositoryState state = trust.platform.repositories().of(caller.tenant()).head().orElseThrow();
    Targets published = state.role("targets").orElseThrow();
    var delegation = published.delegations().orElseThrow().role(Director.ROLE).orElseThrow();
    assertTrue(delegation.matches("director/device-1"));
    assertTrue(!delegation.matches("fleets/default/a/1/b") && delegation.terminating());
    assertEquals(
        Set.of(
            Signers.keyOf(
                    trust.onlineKeys().find(caller.tenant(), OnlineRole.DIRECTOR).orElseThrow())
                .id()),
        delegation.roleKeys().keyIds());
    TufClient client = client();
    client.refresh();
    try {
      client.find("director/device-1");
      throw new AssertionError("there is no such target");
    } catch (TufException e) {
      assertEquals(TufException.Reason.UNAVAILABLE, e.reason());
    }
  }

  private void begin(OnlineKeys keys) {
    trust.keys.set(keys);
    trust.begin(caller, root, targets);
  }

  private String publish() {
    Instant now = trust.clock.instant();
    Fleet fleet =
        trust.platform.repositories().ensureFleet(caller.tenant(), FleetName.DEFAULT, now);
    String path = fleet.path("router", "1.0.0", "firmware.bin");
    String hash = Hashes.sha256(CONTENT);
    served = "fleets/default/router/1.0.0/" + hash + ".firmware.bin";
    assertInstanceOf(
        Outcome.Published.class,
        trust
            .platform
            .repositories()
            .of(caller.tenant())
            .publish(
                fleet,
                Map.of(path, TargetFile.of(CONTENT.length, hash, Optional.empty())),
                Set.of(),
                now));
    return path;
  }

  private void nextRoot() throws TufException {
    OfflineKeys newRoot = OfflineKeys.of(1, 1);
    Json.Obj prepared =
        trust.call(
            caller,
            "prepareCeremony",
            Json.Obj.EMPTY
                .with("root", newRoot.json())
                .with("documents", Json.Arr.ofTexts(java.util.List.of("root"))));
    trust.sign(caller, prepared, "root", root.signers().subList(0, 2));
    trust.sign(caller, prepared, "root", newRoot.signers());
    byte[] newest = trust.call(caller, "getTrustRoot", Json.Obj.EMPTY).toBytes();
    assertEquals(2, Metadata.root(newest).signed().version());
  }

  /// Both clients begin with the root that the API gives, or with what they trusted before.
  private void accept(String path) throws Exception {
    for (String name : java.util.List.of("ours", "tuf-js")) {
      Path trusted = folder.resolve(name + "/metadata");
      if (!Files.exists(trusted)) {
        Files.createDirectories(trusted);
        Files.write(
            trusted.resolve("root.json"),
            trust.call(caller, "getTrustRoot", Json.Obj.EMPTY).toBytes());
      }
    }
    Path downloaded = folder.resolve("ours/firmware");
    TufClient client = client();
    client.refresh();
    client.download(client.find(path), downloaded);
    assertArrayEquals(CONTENT, Files.readAllBytes(downloaded));
    acceptWithTufJs(path);
  }

  private TufClient client() throws Exception {
    Path trusted = folder.resolve("ours/metadata");
    if (!Files.exists(trusted)) {
      Files.createDirectories(trusted);
      Files.write(
          trusted.resolve("root.json"),
          trust.call(caller, "getTrustRoot", Json.Obj.EMPTY).toBytes());
    }
    ClientLimits limits = ClientLimits.DEFAULT;
    return new TufClient(
        new FileStore(trusted, limits.largestMetadata()),
        HttpFetcher.create(),
        url("metadata"),
        url("targets"),
        limits,
        Clock.systemUTC());
  }

  private void acceptWithTufJs(String path) throws Exception {
    assertTrue(
        Files.exists(TUF_JS.resolve("node_modules/tuf-js/package.json")),
        "run `npm ci` in core/tuf-repository/src/test/tuf-js");
    Path files = Files.createDirectories(folder.resolve("tuf-js/targets"));
    Process process =
        new ProcessBuilder(
                "node",
                TUF_JS.resolve("download.js").toString(),
                folder.resolve("tuf-js/metadata").toString(),
                url("metadata").toString(),
                files.toString(),
                url("targets").toString(),
                path)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said);
  }
}
