package io.firmament.tuf.client;

import static io.firmament.tuf.client.SimulatedRepository.ROOT;
import static io.firmament.tuf.client.SimulatedRepository.SNAPSHOT;
import static io.firmament.tuf.client.SimulatedRepository.TARGETS;
import static io.firmament.tuf.client.SimulatedRepository.TIMESTAMP;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.tuf.Json;
import io.firmament.tuf.TestKey;
import io.firmament.tuf.TufException;
import io.firmament.tuf.TufException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a repository, or whoever stands between, may try.
final class HostileRepositoryTest {
  private static final ClientLimits LIMITS =
      new ClientLimits(8, 6, 20_000, 4_000, 20_000, 20_000, 1_000_000);

  @TempDir private Path folder;
  private final SimulatedRepository repo = new SimulatedRepository(ClientUnderTest.NOW);
  private FileStore store;

  @BeforeEach
  void initialised() throws Exception {
    store = new FileStore(folder.resolve("metadata"), LIMITS.largestMetadata());
    TufClient.initialize(store, repo.initialRoot());
  }

  private TufClient client(Fetcher fetcher) {
    return new TufClient(
        store,
        fetcher,
        URI.create("http://repo/metadata"),
        URI.create("http://repo/targets/"),
        LIMITS,
        Clock.fixed(ClientUnderTest.NOW, ZoneOffset.UTC));
  }

  private TufClient client() {
    return client(this::serve);
  }

  private boolean serve(URI uri, OutputStream sink) throws IOException {
    Optional<byte[]> file = repo.serve(uri.getRawPath().substring(1));
    if (file.isPresent()) {
      sink.write(file.get());
    }
    return file.isPresent();
  }

  private static Reason refusal(Executable step) {
    return assertThrows(TufException.class, step).reason();
  }

  @ParameterizedTest
  @ValueSource(strings = {"root", "timestamp", "snapshot", "targets"})
  void endlessMetadataIsCutOff(String role) throws Exception {
    long[] sent = new long[1];
    Fetcher endless =
        (uri, sink) -> {
          if (!uri.getPath().endsWith(role + ".json")) {
            return serve(uri, sink);
          }
          byte[] block = new byte[512];
          while (true) {
            sink.write(block);
            sent[0] += block.length;
          }
        };

    assertEquals(Reason.TOO_LARGE, refusal(client(endless)::refresh));

    assertTrue(sent[0] <= LIMITS.largestMetadata(), "took " + sent[0]);
  }

  @Test
  void metadataOfAKnownLengthIsNotReadFurther() throws Exception {
    repo.withHashes = true;
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    byte[] targets = repo.latest(TARGETS);
    repo.replaceLatest(TARGETS, java.util.Arrays.copyOf(targets, targets.length + 1));

    assertEquals(Reason.TOO_LARGE, refusal(client()::refresh));
  }

  @Test
  void aTargetLongerThanItShouldBeIsCutOff() throws Exception {
    repo.addTarget(TARGETS, "target", new byte[100]);
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    repo.contents.put("target", new byte[101]);
    TufClient client = client();
    Target target = client.find("target");
    Path file = folder.resolve("out");

    assertEquals(Reason.TOO_LARGE, refusal(() -> client.download(target, file)));
    repo.contents.put("target", new byte[99]);
    assertEquals(Reason.CONTENT_MISMATCH, refusal(() -> client.download(target, file)));
    repo.contents.remove("target");
    assertEquals(Reason.UNAVAILABLE, refusal(() -> client.download(target, file)));

    assertFalse(Files.exists(file));
    assertFalse(Files.exists(folder.resolve("out.new")));
  }

  @Test
  void aTargetBeyondTheLimitIsNotEvenAskedFor() throws Exception {
    repo.addTarget(TARGETS, "target", new byte[1_000_001]);
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    TufClient client = client();
    Target target = client.find("target");

    assertEquals(Reason.TOO_LARGE, refusal(() -> client.download(target, folder.resolve("out"))));
    assertEquals(List.of(), repo.targetRequests);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret", "a/../../b", "./a", "a/./b", ".."})
  void aPathThatServersWouldTakeForAnotherIsNotAskedFor(String path) throws Exception {
    repo.addTarget(TARGETS, path, new byte[1]);
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    TufClient client = client();
    Target target = client.find(path);

    assertEquals(Reason.UNAVAILABLE, refusal(() -> client.download(target, folder.resolve("out"))));
    assertEquals(List.of(), repo.targetRequests);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "null",
        "{\"signed\":{},\"signatures\":[]}",
        "{\"signed\":{\"_type\":\"timestamp\"},\"signatures\":{}}",
        "{\"signed\":1,\"signatures\":[]}",
        "{\"signatures\":[{\"keyid\":\"a\"}],\"signed\":{}}"
      })
  void metadataThatIsNoneIsRefused(String text) {
    repo.replaceLatest(TIMESTAMP, text.getBytes(StandardCharsets.UTF_8));

    assertEquals(Reason.MALFORMED, refusal(client()::refresh));
  }

  @Test
  void deepAndDoubledJsonIsRefused() {
    byte[] deep = "{\"signed\":".concat("[".repeat(3_000)).getBytes(StandardCharsets.UTF_8);
    repo.replaceLatest(TIMESTAMP, deep);
    assertEquals(Reason.MALFORMED, refusal(client()::refresh));

    String good = new String(repo.sign(TIMESTAMP), StandardCharsets.UTF_8);
    String doubled = good.replace("\"version\":1,", "\"version\":9,\"version\":1,");
    repo.replaceLatest(TIMESTAMP, doubled.getBytes(StandardCharsets.UTF_8));
    assertEquals(Reason.MALFORMED, refusal(client()::refresh));
  }

  @Test
  void everyChangedByteOfSignedMetadataIsNoticed() throws Exception {
    byte[] good = repo.latest(TIMESTAMP);
    for (int i = 0; i < good.length; i += 3) {
      byte[] changed = good.clone();
      changed[i] ^= 0x04;
      repo.replaceLatest(TIMESTAMP, changed);

      assertThrows(TufException.class, client()::refresh, "byte " + i);

      assertEquals(Optional.empty(), store.read(TIMESTAMP));
    }
  }

  @Test
  void filesOfTwoSnapshotsDoNotMix() throws Exception {
    repo.withHashes = true;
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    byte[] oldSnapshot = repo.latest(SNAPSHOT);
    byte[] oldTargets = repo.latest(TARGETS);
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    byte[] newSnapshot = repo.latest(SNAPSHOT);

    repo.replaceLatest(SNAPSHOT, oldSnapshot);
    assertEquals(Reason.CONTENT_MISMATCH, refusal(client()::refresh));
    repo.replaceLatest(SNAPSHOT, newSnapshot);
    repo.replaceLatest(TARGETS, oldTargets);
    assertEquals(Reason.CONTENT_MISMATCH, refusal(client()::refresh));
  }

  @Test
  void aRoleSpeaksOnlyForItsPaths() throws Exception {
    repo.delegate(TARGETS, "fleet-a", true, "fleets/a/*");
    repo.delegate(TARGETS, "fleet-b", true, "fleets/b/*");
    repo.addTarget("fleet-b", "fleets/a/image", new byte[3]);
    repo.publish("fleet-a", "fleet-b", TARGETS, SNAPSHOT, TIMESTAMP);

    assertEquals(Reason.NO_SUCH_TARGET, refusal(() -> client().find("fleets/a/image")));
  }

  @Test
  void aRoleSpeaksOnlyThroughItsOwnKeys() throws Exception {
    repo.delegate(TARGETS, "fleet-a", true, "fleets/a/*");
    repo.signers("fleet-a").clear();
    // The key of the top-level targets is not the delegated role's.
    repo.signers("fleet-a").addAll(repo.signers(TARGETS));
    repo.addTarget("fleet-a", "fleets/a/image", new byte[3]);
    repo.publish("fleet-a", TARGETS, SNAPSHOT, TIMESTAMP);

    assertEquals(Reason.NOT_SIGNED, refusal(() -> client().find("fleets/a/image")));
  }

  @Test
  void aRoleOutsideTheSnapshotIsNotLookedFor() throws Exception {
    repo.delegate(TARGETS, "a", false, "*");
    repo.publish("a");
    repo.edit(SNAPSHOT, "meta", all -> all.without("a.json"));
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);

    assertEquals(Reason.UNAVAILABLE, refusal(() -> client().find("x")));
    assertFalse(repo.requests.contains("1.a"));
  }

  @Test
  void endlessDelegationsAreCutOff() throws Exception {
    String above = TARGETS;
    for (int i = 0; i < 20; i++) {
      repo.delegate(above, "r" + i, false, "*");
      above = "r" + i;
    }
    for (int i = 0; i < 20; i++) {
      repo.publish("r" + i);
    }
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);

    assertEquals(Reason.NO_SUCH_TARGET, refusal(() -> client().find("x")));

    long asked = repo.requests.stream().filter(name -> name.startsWith("1.r")).count();
    assertEquals(LIMITS.rolesVisited() - 1, asked);
  }

  @Test
  void aRootThatIsNotPreciselyTheNextIsRefused() throws Exception {
    repo.publish(ROOT);
    client().refresh();
    for (byte[] older : List.of(repo.latest(ROOT), repo.initialRoot())) {
      repo.versions(ROOT).add(older);

      assertEquals(Reason.ROLLBACK, refusal(client()::refresh));

      repo.versions(ROOT).removeLast();
    }
    client().refresh();
  }

  @Test
  void endlessRootsAreCutOffAndTheNextUpdateGoesOn() throws Exception {
    for (int i = 0; i < 20; i++) {
      repo.publish(ROOT);
    }

    client().refresh();
    assertEquals("9.root", repo.requests.get(7));
    assertFalse(repo.requests.contains("10.root"));
    client().refresh();
    assertTrue(repo.requests.contains("17.root"));
  }

  @Test
  void whatTheStoreHoldsIsCheckedLikeAnythingElse() throws Exception {
    TufClient client = client();
    client.refresh();
    byte[] trusted = store.read(TIMESTAMP).orElseThrow();
    for (String role : List.of(TIMESTAMP, SNAPSHOT, TARGETS)) {
      store.write(role, "{\"rubbish\":".getBytes(StandardCharsets.UTF_8));
    }

    client.refresh();

    assertArrayEquals(trusted, store.read(TIMESTAMP).orElseThrow());
    store.write(ROOT, new byte[] {1, 2, 3});
    assertEquals(Reason.MALFORMED, refusal(client::refresh));
  }

  @Test
  void aStrangersMetadataInTheStoreIsNotTrusted() throws Exception {
    Json.Obj runUp = repo.role(TIMESTAMP).with("version", 1_000_000);
    store.write(TIMESTAMP, SimulatedRepository.sign(runUp, List.of(TestKey.ed25519())));

    client().refresh();

    assertArrayEquals(repo.latest(TIMESTAMP), store.read(TIMESTAMP).orElseThrow());
  }

  @Test
  void aDelegatedRoleCannotTakeATopLevelFile() throws Exception {
    Map<String, byte[]> written = new HashMap<>();
    for (String name : List.of("Root", "TIMESTAMP", "x".repeat(256), "../root", "root.json")) {
      store.write(name, name.getBytes(StandardCharsets.UTF_8));
      written.put(name, name.getBytes(StandardCharsets.UTF_8));
    }
    assertArrayEquals(repo.initialRoot(), store.read(ROOT).orElseThrow());
    assertEquals(Optional.empty(), store.read(TIMESTAMP));
    for (Map.Entry<String, byte[]> entry : written.entrySet()) {
      assertArrayEquals(entry.getValue(), store.read(entry.getKey()).orElseThrow());
    }
    try (var files = Files.list(folder.resolve("metadata"))) {
      assertTrue(
          files.allMatch(
              file ->
                  !file.getFileName().toString().equalsIgnoreCase("timestamp.json")
                      && file.getFileName().toString().length() < 255));
    }
  }

  @Test
  void aRepositoryThatDoesNotAnswerChangesNothing() throws Exception {
    client().refresh();
    TufClient cutOff =
        client(
            (uri, sink) -> {
              throw new IOException("connection reset");
            });

    assertEquals(Reason.UNAVAILABLE, refusal(cutOff::refresh));

    assertArrayEquals(repo.latest(TARGETS), store.read(TARGETS).orElseThrow());
  }
}
