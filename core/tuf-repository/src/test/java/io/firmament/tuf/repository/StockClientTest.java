package io.firmament.tuf.repository;

import static io.firmament.tuf.repository.TestRepository.PLANT;
import static io.firmament.tuf.repository.TestRepository.assign;
import static io.firmament.tuf.repository.TestRepository.bytes;
import static io.firmament.tuf.repository.TestRepository.flipped;
import static io.firmament.tuf.repository.TestRepository.published;
import static io.firmament.tuf.repository.TestRepository.sign;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.client.ClientLimits;
import io.firmament.tuf.client.FileStore;
import io.firmament.tuf.client.HttpFetcher;
import io.firmament.tuf.client.TufClient;
import io.firmament.tuf.repository.TufRepository.Continuity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Our repository behind a real HTTP server, to our client and to one that others made: both accept
/// what is right and refuse what is not.
final class StockClientTest {
  private static final Path TUF_JS = Path.of("src/test/tuf-js").toAbsolutePath();

  @TempDir private Path folder;
  private final Instant today = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final HttpServer server;
  private TestRepository repo = new TestRepository(today);

  StockClientTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  /// What a client made of it.
  private enum Answer {
    DOWNLOADED,
    REFUSED,
    NO_SUCH_TARGET
  }

  /// The clients.
  enum Client {
    FIRMAMENT,
    TUF_JS
  }

  private void serve(Instant signed) throws IOException {
    repo = new TestRepository(signed).begun();
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          Optional<byte[]> file = repo.serve(exchange.getRequestURI().getRawPath());
          exchange.sendResponseHeaders(
              file.isPresent() ? 200 : 404, file.map(bytes -> (long) bytes.length).orElse(-1L));
          if (file.isPresent()) {
            exchange.getResponseBody().write(file.get());
          }
          exchange.close();
        });
    server.start();
    Files.createDirectories(folder.resolve("metadata"));
    Files.createDirectories(folder.resolve("targets"));
    byte[] root = repo.store.read("1.root.json").orElseThrow().file();
    Files.write(folder.resolve("metadata/root.json"), root);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String url(String part) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + part + "/";
  }

  private static String path(String version) {
    return PLANT.path("router", version, "firmware.bin");
  }

  private Answer download(Client client, String path) throws Exception {
    return client == Client.FIRMAMENT ? downloadHere(path) : downloadWithTufJs(path);
  }

  private Answer downloadHere(String path) throws IOException {
    ClientLimits limits = ClientLimits.DEFAULT;
    TufClient client =
        new TufClient(
            new FileStore(folder.resolve("metadata"), limits.largestMetadata()),
            HttpFetcher.create(),
            URI.create(url("metadata")),
            URI.create(url("targets")),
            limits,
            Clock.systemUTC());
    try {
      client.refresh();
      client.download(client.find(path), folder.resolve("targets/firmware"));
      return Answer.DOWNLOADED;
    } catch (TufException e) {
      return e.reason() == TufException.Reason.NO_SUCH_TARGET
          ? Answer.NO_SUCH_TARGET
          : Answer.REFUSED;
    }
  }

  private Answer downloadWithTufJs(String path) throws Exception {
    assertTrue(
        Files.exists(TUF_JS.resolve("node_modules/tuf-js/package.json")),
        "run `npm ci` in core/tuf-repository/src/test/tuf-js");
    Process process =
        new ProcessBuilder(
                "node",
                TUF_JS.resolve("download.js").toString(),
                folder.resolve("metadata").toString(),
                url("metadata"),
                folder.resolve("targets").toString(),
                url("targets"),
                path)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return switch (process.exitValue()) {
      case 0 -> Answer.DOWNLOADED;
      case 1 -> {
        // It must be a refusal, and not a program that fails.
        assertTrue(said.matches("(?s)\\w*Error: .*"), said);
        assertTrue(!said.contains("TypeError") && !said.contains("ReferenceError"), said);
        yield Answer.REFUSED;
      }
      case 3 -> Answer.NO_SUCH_TARGET;
      default -> throw new IllegalStateException(said);
    };
  }

  private byte[] downloaded() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("targets"))) {
      return Files.readAllBytes(files.findFirst().orElseThrow());
    }
  }

  private boolean nothingDownloaded() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("targets"))) {
      return files.findAny().isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void whatIsPublishedIsAcceptedThroughUpdatesAndChangesOfKeys(Client client) throws Exception {
    serve(today);
    repo.publish("1.0.0");
    assertEquals(Answer.DOWNLOADED, download(client, path("1.0.0")));
    assertArrayEquals(bytes("1.0.0"), downloaded());
    SoftwareSigner timestamp = SoftwareSigner.generate();
    SoftwareSigner snapshot = SoftwareSigner.generate();
    List<SoftwareSigner> fleet = TestRepository.keys(2);
    repo.online.addAll(List.of(timestamp, snapshot, fleet.get(0), fleet.get(1)));
    Root next =
        repo.state()
            .root()
            .signed()
            .next(
                Schedule.DEFAULT.root().expiry(today),
                Map.of(RoleName.TIMESTAMP, assign(timestamp), RoleName.SNAPSHOT, assign(snapshot)));

    published(repo.repository().publishRoot(sign(next, repo.rootKeys), Continuity.KEEP, today));
    published(repo.repository().changeFleetKeys(PLANT, assign(2, fleet), today));
    repo.publish("2.0.0");

    assertEquals(Answer.DOWNLOADED, download(client, path("2.0.0")));
    assertEquals(Answer.NO_SUCH_TARGET, download(client, path("3.0.0")));
    assertEquals(Answer.NO_SUCH_TARGET, download(client, "fleets/other/router/1.0.0/firmware.bin"));
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void keysOfSnapshotAndTimestampThatAreLostAreReplaced(Client client) throws Exception {
    serve(today);
    repo.publish("1.0.0");
    assertEquals(Answer.DOWNLOADED, download(client, path("1.0.0")));
    SoftwareSigner fresh = SoftwareSigner.generate();
    repo.online.removeAll(List.of(repo.snapshotKey, repo.timestampKey));
    repo.online.add(fresh);
    Metadata<Root> next = sign(repo.withFreshness(fresh), repo.rootKeys);
    TufRepository stopping = repo.repository(SteppedStore.stopping(repo.store, 0, true));
    assertThrows(
        SteppedStore.Stopped.class, () -> stopping.publishRoot(next, Continuity.BREAK, today));

    // The moment between the new root and the new timestamp.
    assertEquals(Answer.REFUSED, download(client, path("1.0.0")));
    published(repo.repository().renew(today));
    assertEquals(Answer.DOWNLOADED, download(client, path("1.0.0")));
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void whoeverStoleTheKeysOfSnapshotAndTimestampIsCutOff(Client client) throws Exception {
    serve(today);
    repo.publish("1.0.0");
    Runnable honest = repo.runAhead();
    assertEquals(Answer.DOWNLOADED, download(client, path("1.0.0")));
    honest.run();
    assertEquals(Answer.REFUSED, download(client, path("1.0.0")));
    SoftwareSigner fresh = SoftwareSigner.generate();
    repo.online.add(fresh);
    Metadata<Root> next = sign(repo.withFreshness(fresh), repo.rootKeys);

    published(repo.repository().publishRoot(next, Continuity.KEEP, today));
    repo.publish("2.0.0");

    assertEquals(Answer.DOWNLOADED, download(client, path("2.0.0")));
    repo.runAhead();
    assertEquals(Answer.REFUSED, download(client, path("2.0.0")));
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void aPublisherWhoseKeyIsLostGetsAnotherFromTargets(Client client) throws Exception {
    serve(today);
    repo.publish("1.0.0");
    assertEquals(Answer.DOWNLOADED, download(client, path("1.0.0")));
    SoftwareSigner fresh = SoftwareSigner.generate();
    repo.online.remove(repo.publisherKey);
    repo.online.add(fresh);
    Targets next =
        Publisher.delegateTo(repo.state().topLevelTargets(), assign(fresh))
            .next(Schedule.DEFAULT.targets().expiry(today), repo.repository().nextTargetsVersion());

    published(repo.repository().publishTargets(sign(next, repo.targetsKeys), today));
    repo.publish("2.0.0");

    assertEquals(Answer.DOWNLOADED, download(client, path("2.0.0")));
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void contentThatWasTamperedWithIsRefused(Client client) throws Exception {
    serve(today);
    repo.publish("1.0.0");
    repo.contents.replaceAll((name, content) -> flipped(content, 3));

    assertEquals(Answer.REFUSED, download(client, path("1.0.0")));
    assertTrue(nothingDownloaded());
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void metadataThatWasTamperedWithIsRefused(Client client) throws Exception {
    serve(today);
    repo.publish("1.0.0");
    RepositoryState state = repo.state();
    List<String> names =
        List.of(
            "timestamp.json",
            RoleName.fileName(state.snapshot().signed().version(), RoleName.SNAPSHOT),
            "1.targets.json",
            RoleName.fileName(2, Publisher.ROLE),
            RoleName.fileName(2, PLANT.role()));
    for (String name : names) {
      byte[] good = repo.store.read(name).orElseThrow().file();
      String text = new String(good, StandardCharsets.UTF_8);
      int expires = text.indexOf("\"expires\":\"20") + "\"expires\":\"20".length();
      repo.store.put(name, flipped(good, expires));

      assertEquals(Answer.REFUSED, download(client, path("1.0.0")), name);
      repo.store.put(name, good);
    }
    assertTrue(nothingDownloaded());
    assertEquals(Answer.DOWNLOADED, download(client, path("1.0.0")));
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void aRepositoryThatIsRolledBackIsRefused(Client client) throws Exception {
    serve(today);
    repo.publish("1.0.0");
    byte[] old = repo.store.read("timestamp.json").orElseThrow().file();
    repo.publish("2.0.0");
    assertEquals(Answer.DOWNLOADED, download(client, path("2.0.0")));

    repo.store.put("timestamp.json", old);

    assertEquals(Answer.REFUSED, download(client, path("1.0.0")));
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void aFrozenRepositoryIsRefusedWhenItsTimestampExpires(Client client) throws Exception {
    serve(today.minus(Duration.ofHours(25)));
    repo.publish("1.0.0");

    assertEquals(Answer.REFUSED, download(client, path("1.0.0")));
    published(repo.repository().renew(today));
    assertEquals(Answer.DOWNLOADED, download(client, path("1.0.0")));
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void expiredMetadataOfAnyOtherRoleIsRefused(Client client) throws Exception {
    serve(today);
    repo.publish("1.0.0");
    Targets fleet = repo.state().role(PLANT.role()).orElseThrow();
    Instant past = today.minus(Duration.ofMinutes(1));

    repo.forge(PLANT.role(), fleet.next(past, 0), repo.fleetKey);

    assertEquals(Answer.REFUSED, download(client, path("1.0.0")));
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void aFleetThatSpeaksForAnotherIsNotHeard(Client client) throws Exception {
    serve(today);
    Fleet other = new Fleet("other");
    published(repo.repository().addFleet(other, assign(repo.fleetKey), today));
    Map<String, TargetFile> foreign = repo.target(other, "1.0.0", bytes("1.0.0"));
    Targets fleet = repo.state().role(PLANT.role()).orElseThrow();
    Targets hostile =
        fleet.next(Schedule.DEFAULT.delegated().expiry(today), 0).with(foreign, Set.of());

    repo.forge(PLANT.role(), hostile, repo.fleetKey);

    assertEquals(
        Answer.NO_SUCH_TARGET, download(client, other.path("router", "1.0.0", "firmware.bin")));
    assertTrue(nothingDownloaded());
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void aRoleSignedByAStrangerOrTooFewIsRefused(Client client) throws Exception {
    serve(today);
    repo.publish("1.0.0");
    Targets fleet = repo.state().role(PLANT.role()).orElseThrow();
    Instant expires = Schedule.DEFAULT.delegated().expiry(today);
    repo.forge(PLANT.role(), fleet.next(expires, 0), SoftwareSigner.generate());
    assertEquals(Answer.REFUSED, download(client, path("1.0.0")));

    // Top-level targets needs two keys.
    Targets targets = repo.state().topLevelTargets();
    repo.forge(RoleName.TARGETS, targets.next(expires, 0), repo.targetsKeys.getFirst());
    assertEquals(Answer.REFUSED, download(client, path("1.0.0")));
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void aSnapshotThatMixesVersionsIsRefused(Client client) throws Exception {
    serve(today);
    repo.publish("1.0.0");
    byte[] old = repo.store.read("2.fleet-plant-7.json").orElseThrow().file();
    repo.publish("2.0.0");
    repo.store.put("3.fleet-plant-7.json", old);

    assertEquals(Answer.REFUSED, download(client, path("1.0.0")));
  }
}
