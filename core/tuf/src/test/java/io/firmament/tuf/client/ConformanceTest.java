package io.firmament.tuf.client;

import static io.firmament.tuf.client.SimulatedRepository.ROOT;
import static io.firmament.tuf.client.SimulatedRepository.SNAPSHOT;
import static io.firmament.tuf.client.SimulatedRepository.TARGETS;
import static io.firmament.tuf.client.SimulatedRepository.TIMESTAMP;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.tuf.CanonicalJson;
import io.firmament.tuf.Hashes;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.TestKey;
import io.firmament.tuf.TufKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the public TUF conformance suite asks of a client, case by case, over its command line.
final class ConformanceTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path folder;
  private ClientUnderTest client;
  private SimulatedRepository repo;

  @BeforeEach
  void initialised() throws IOException {
    client = new ClientUnderTest(folder);
    repo = client.repository;
    assertEquals(0, client.init());
  }

  @AfterEach
  void stop() {
    client.close();
  }

  private void refreshes() {
    assertEquals(0, client.refresh(), client::said);
  }

  private void refuses(String reason) {
    assertEquals(1, client.refresh());
    assertTrue(client.said().contains(reason), client::said);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void refreshAsksForEachTopLevelRoleOnce() throws IOException {
    refreshes();

    assertEquals(List.of("2.root", "timestamp", "1.snapshot", "1.targets"), repo.requests);
    for (String role : SimulatedRepository.TOP_LEVEL) {
      assertArrayEquals(repo.latest(role), client.trusted(role));
    }
  }

  @Test
  void downloadRefreshesFirst() throws IOException {
    assertEquals(1, client.download("nonexistent artifact"));

    assertTrue(client.said().contains("NO_SUCH_TARGET"), client::said);
    assertEquals(List.of("2.root", "timestamp", "1.snapshot", "1.targets"), repo.requests);
    assertEquals(Map.of(ROOT, 1L, TIMESTAMP, 1L, SNAPSHOT, 1L, TARGETS, 1L), client.trusted());
  }

  @Test
  void nothingIsAskedForWithoutAValidInitialRoot(@TempDir Path other) throws Exception {
    byte[] root = repo.initialRoot();
    Json.Obj document = JsonReader.readObject(root);
    Json.Obj signed = SimulatedRepository.object(document, "signed");
    byte[] withoutVersion = document.with("signed", signed.without("version")).toBytes();
    byte[] signedByAnother = SimulatedRepository.sign(signed, List.of(TestKey.ed25519()));
    for (byte[] bad : List.of(withoutVersion, signedByAnother)) {
      try (ClientUnderTest fresh = new ClientUnderTest(other.resolve(newFolder(other)))) {
        assertEquals(1, fresh.init(bad));
        assertEquals(1, fresh.refresh());
        assertEquals(List.of(), fresh.repository.requests);
      }
    }
  }

  private static String newFolder(Path parent) throws IOException {
    return Files.createTempDirectory(parent, "client").getFileName().toString();
  }

  @Test
  void initialisingAgainKeepsWhatIsTrusted() throws IOException {
    repo.publish(ROOT);
    refreshes();

    assertEquals(0, client.init());

    assertEquals(Map.of(ROOT, 2L, TIMESTAMP, 1L, SNAPSHOT, 1L, TARGETS, 1L), client.trusted());
  }

  @ParameterizedTest
  @CsvSource({"root,root:1", "timestamp,root:2", "snapshot,root:2 timestamp:2"})
  void metadataThatIsNotSignedIsRefusedAndWhatCameBeforeIsKept(String role, String kept)
      throws IOException {
    repo.signers(role).clear();
    repo.publish(ROOT, TARGETS, SNAPSHOT, TIMESTAMP);

    refuses("NOT_SIGNED");

    assertEquals(versions(kept), client.trusted());
  }

  @Test
  void targetsThatAreNotSignedAreRefused() throws IOException {
    repo.signers(TARGETS).clear();
    repo.publish(ROOT, TARGETS, SNAPSHOT, TIMESTAMP);

    refuses("NOT_SIGNED");

    assertEquals(versions("root:2 snapshot:2 timestamp:2"), client.trusted());
  }

  private static Map<String, Long> versions(String text) {
    Map<String, Long> versions = new TreeMap<>();
    for (String entry : text.split(" ")) {
      versions.put(entry.substring(0, entry.indexOf(':')), Long.valueOf(entry.split(":")[1]));
    }
    return versions;
  }

  @ParameterizedTest
  @CsvSource({
    "root,root:1",
    "snapshot,root:2 timestamp:2",
    "targets,root:2 snapshot:2 timestamp:2"
  })
  void aVersionThatIsNotTheUrlsIsRefused(String role, String kept) throws IOException {
    repo.setVersion(role, 2);
    repo.publish(ROOT, TARGETS, SNAPSHOT, TIMESTAMP);
    // Under the URL of version 2 there is version 3; what names it says 2.
    if (role.equals(SNAPSHOT)) {
      repo.edit(
          TIMESTAMP, "meta", all -> all.with("snapshot.json", Json.Obj.EMPTY.with("version", 2)));
      repo.setVersion(TIMESTAMP, 1);
      repo.versions(TIMESTAMP).removeLast();
      repo.publish(TIMESTAMP);
    } else if (role.equals(TARGETS)) {
      repo.edit(
          SNAPSHOT, "meta", all -> all.with("targets.json", Json.Obj.EMPTY.with("version", 2)));
      repo.setVersion(SNAPSHOT, 1);
      repo.setVersion(TIMESTAMP, 1);
      repo.versions(SNAPSHOT).removeLast();
      repo.versions(TIMESTAMP).removeLast();
      repo.publish(SNAPSHOT, TIMESTAMP);
    }

    refuses("VERSION_MISMATCH");

    assertEquals(versions(kept), client.trusted());
  }

  @Test
  void anotherTimestampOfTheSameVersionIsDiscardedQuietly() throws IOException {
    refreshes();
    byte[] trusted = client.trusted(TIMESTAMP);
    repo.edit(
        TIMESTAMP, "meta", all -> all.with("snapshot.json", Json.Obj.EMPTY.with("version", 100)));
    repo.replaceLatest(TIMESTAMP, repo.sign(TIMESTAMP));

    refreshes();

    assertEquals("timestamp", repo.requests.getLast());
    assertArrayEquals(trusted, client.trusted(TIMESTAMP));
  }

  @Test
  void hashesOfMetadataAreChecked() throws IOException {
    repo.withHashes = true;
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    refreshes();
    repo.publish(TARGETS);
    repo.edit(
        SNAPSHOT,
        "meta",
        all ->
            all.with(
                "targets.json",
                SimulatedRepository.object(all, "targets.json")
                    .with("hashes", Json.Obj.EMPTY.with("sha256", "46".repeat(32)))));
    repo.publish(SNAPSHOT, TIMESTAMP);

    refuses("CONTENT_MISMATCH");

    assertEquals(versions("root:1 snapshot:3 targets:2 timestamp:3"), client.trusted());
  }

  @Test
  void theBytesOfTheRepositoryAreKeptAsTheyAre() throws IOException {
    byte[] spaced =
        (new String(repo.latest(TIMESTAMP), StandardCharsets.UTF_8) + " \n")
            .getBytes(StandardCharsets.UTF_8);
    repo.replaceLatest(TIMESTAMP, spaced);

    refreshes();

    assertArrayEquals(spaced, client.trusted(TIMESTAMP));
  }

  @Test
  void membersThatAreNotKnownAreSignedLikeTheOthers() throws Exception {
    refreshes();
    repo.edit(ROOT, json -> json.with("custom-field", "value"));
    TestKey key = withMember(TestKey.ed25519(), "extra-field", Json.Obj.EMPTY.with("a", 1));
    repo.addKey(ROOT, key);
    repo.edit(
        ROOT,
        "roles",
        all -> all.with(ROOT, SimulatedRepository.object(all, ROOT).with("another", "value")));
    repo.setThreshold(ROOT, 2);
    repo.publish(ROOT);

    refreshes();

    assertEquals(2L, client.trusted().get(ROOT));
    Metadata<?> kept = Metadata.root(client.trusted(ROOT));
    assertEquals(new Json.Text("value"), kept.signed().json().get("custom-field"));
  }

  /// The same key with one more member in its object, and so with another id.
  private static TestKey withMember(TestKey key, String name, Json value) throws Exception {
    Json.Obj json = key.key().json().with(name, value);
    Json.Obj delegations =
        Json.Obj.EMPTY
            .with("keys", Json.Obj.EMPTY.with(idOf(json), json))
            .with("roles", new Json.Arr(List.of()));
    Json.Obj signed =
        SimulatedRepository.header("targets", ClientUnderTest.NOW)
            .with("targets", Json.Obj.EMPTY)
            .with("delegations", delegations);
    TufKey changed =
        Metadata.targets(SimulatedRepository.sign(signed, List.of()))
            .signed()
            .delegations()
            .orElseThrow()
            .keys()
            .values()
            .iterator()
            .next();
    return new TestKey(key.pair(), changed);
  }

  private static String idOf(Json.Obj key) {
    return Hashes.sha256(CanonicalJson.encode(key));
  }

  @Test
  void keyidHashAlgorithmsMeanNothing() throws Exception {
    repo.signers(SNAPSHOT).clear();
    repo.setKeys(SNAPSHOT, 1, List.of());
    repo.addKey(
        SNAPSHOT, withMember(TestKey.ed25519(), "keyid_hash_algorithms", new Json.Text("md5")));
    repo.publish(ROOT, SNAPSHOT, TIMESTAMP);

    refreshes();

    assertEquals(2L, client.trusted().get(SNAPSHOT));
  }

  @Test
  void aMissingSnapshotFailsTheRefreshAndKeepsTheTimestamp() throws IOException {
    refreshes();
    repo.edit(
        TIMESTAMP, "meta", all -> all.with("snapshot.json", Json.Obj.EMPTY.with("version", 2)));
    repo.publish(TIMESTAMP);

    refuses("UNAVAILABLE");

    assertEquals("2.snapshot", repo.requests.getLast());
    assertEquals(versions("root:1 snapshot:1 targets:1 timestamp:2"), client.trusted());
  }

  @Test
  void missingTargetsFailTheRefreshAndKeepTheSnapshot() throws IOException {
    refreshes();
    repo.edit(SNAPSHOT, "meta", all -> all.with("targets.json", Json.Obj.EMPTY.with("version", 2)));
    repo.publish(SNAPSHOT, TIMESTAMP);

    refuses("UNAVAILABLE");

    assertEquals("2.targets", repo.requests.getLast());
    assertEquals(versions("root:1 snapshot:2 targets:1 timestamp:2"), client.trusted());
  }

  @Test
  void aMissingTimestampFailsTheRefresh() {
    refreshes();
    repo.published.remove(TIMESTAMP);

    refuses("UNAVAILABLE");

    assertEquals("timestamp", repo.requests.getLast());
  }

  @Test
  void aSnapshotIsNoTimestampHoweverWellSigned() throws IOException {
    repo.addKey(SNAPSHOT, repo.signers(TIMESTAMP).getFirst());
    repo.edit(
        SNAPSHOT,
        json ->
            json.with(
                "meta", Json.Obj.EMPTY.with("snapshot.json", Json.Obj.EMPTY.with("version", 1))));
    repo.publish(ROOT, SNAPSHOT);
    repo.replaceLatest(TIMESTAMP, repo.latest(SNAPSHOT));

    refuses("WRONG_ROLE");

    assertEquals(versions("root:2"), client.trusted());
  }

  // --- time

  @Test
  void anExpiredRootIsTakenAndThenStopsTheUpdate() throws IOException {
    refreshes();
    repo.publish(ROOT);
    refreshes();
    repo.setExpires(ROOT, ClientUnderTest.NOW.minus(DAY));
    repo.publish(ROOT, TARGETS, SNAPSHOT, TIMESTAMP);

    refuses("EXPIRED");

    assertEquals(versions("root:3 snapshot:1 targets:1 timestamp:1"), client.trusted());
  }

  @Test
  void anExpiredRootOnTheWayDoesNotMatter() throws IOException {
    repo.setExpires(ROOT, ClientUnderTest.NOW.minus(DAY));
    repo.publish(ROOT);
    repo.setExpires(ROOT, ClientUnderTest.NOW.plus(DAY));
    repo.publish(ROOT);

    refreshes();

    assertEquals(3L, client.trusted().get(ROOT));
  }

  @ParameterizedTest
  @CsvSource({
    "timestamp,root:1 snapshot:1 targets:1 timestamp:1",
    "snapshot,root:1 snapshot:1 targets:1 timestamp:2",
    "targets,root:1 snapshot:2 targets:1 timestamp:2"
  })
  void expiredMetadataIsNotTaken(String role, String kept) throws IOException {
    refreshes();
    repo.setExpires(role, ClientUnderTest.NOW.minus(Duration.ofDays(5)));
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);

    refuses("EXPIRED");

    assertEquals(versions(kept), client.trusted());
  }

  @Test
  void metadataExpiresAtTheVeryInstant() {
    repo.setExpires(TIMESTAMP, ClientUnderTest.NOW);
    repo.publish(TIMESTAMP);

    refuses("EXPIRED");
  }

  @Test
  void expiredLocalMetadataStillServesAnUpdate() throws IOException {
    repo.setExpires(TIMESTAMP, ClientUnderTest.NOW.plus(Duration.ofDays(7)));
    repo.publish(TIMESTAMP);
    refreshes();
    repo.setExpires(TIMESTAMP, ClientUnderTest.NOW.plus(Duration.ofDays(21)));
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);

    assertEquals(0, client.refresh(Duration.ofDays(18)), client::said);

    assertEquals(versions("root:1 snapshot:2 targets:2 timestamp:3"), client.trusted());
  }

  @Test
  void aRepositoryThatStandsStillIsRefusedOnceItsTimestampExpires() {
    repo.setExpires(TIMESTAMP, ClientUnderTest.NOW.plus(Duration.ofDays(7)));
    repo.publish(TIMESTAMP);
    refreshes();

    assertEquals(1, client.refresh(Duration.ofDays(18)));
    assertTrue(client.said().contains("EXPIRED"), client::said);
  }

  @Test
  void anExpiredDelegatedRoleIsNotTaken() throws IOException {
    repo.delegate(TARGETS, "delegated", false, "delegatedpath/*");
    repo.setExpires("delegated", ClientUnderTest.NOW.minus(DAY));
    repo.addTarget("delegated", "delegatedpath/target", utf8("content"));
    repo.publish("delegated", TARGETS, SNAPSHOT, TIMESTAMP);
    refreshes();

    assertEquals(1, client.download("delegatedpath/target"));

    assertTrue(client.said().contains("EXPIRED"), client::said);
    assertEquals(List.of(), client.downloaded());
    assertEquals(versions("root:1 snapshot:2 targets:2 timestamp:2"), client.trusted());
  }

  @Test
  void aDelegatedRoleThatExpiredSinceIsUsedNoMoreUnlessThereIsANewerOne() throws IOException {
    repo.delegate(TARGETS, "delegated", false, "delegatedpath/*");
    repo.setExpires("delegated", ClientUnderTest.NOW.plus(Duration.ofDays(7)));
    repo.addTarget("delegated", "delegatedpath/first", utf8("first"));
    repo.addTarget("delegated", "delegatedpath/second", utf8("second"));
    repo.publish("delegated", TARGETS, SNAPSHOT, TIMESTAMP);
    assertEquals(0, client.download("delegatedpath/first"), client::said);

    assertEquals(1, client.downloadLater(Duration.ofDays(18), "delegatedpath/second"));
    assertEquals(List.of("first"), client.downloaded());

    repo.setExpires("delegated", ClientUnderTest.NOW.plus(Duration.ofDays(21)));
    repo.publish("delegated", SNAPSHOT, TIMESTAMP);
    assertEquals(
        0, client.downloadLater(Duration.ofDays(18), "delegatedpath/second"), client::said);
    assertEquals(List.of("first", "second"), client.downloaded());
  }

  // --- rollback

  @Test
  void aTimestampThatGoesBackIsRefused() throws IOException {
    repo.publish(TIMESTAMP);
    refreshes();
    repo.setVersion(TIMESTAMP, 1);
    repo.replaceLatest(TIMESTAMP, repo.sign(TIMESTAMP));

    refuses("ROLLBACK");

    assertEquals(2L, client.trusted().get(TIMESTAMP));
    assertEquals("timestamp", repo.requests.getLast());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSnapshotThatGoesBackIsRefused(boolean withHashes) throws IOException {
    repo.withHashes = withHashes;
    repo.publish(SNAPSHOT, TIMESTAMP);
    refreshes();
    repo.edit(
        TIMESTAMP, "meta", all -> all.with("snapshot.json", Json.Obj.EMPTY.with("version", 1)));
    repo.publish(TIMESTAMP);

    refuses("ROLLBACK");

    assertEquals(versions("root:1 snapshot:2 targets:1 timestamp:2"), client.trusted());
    assertEquals("timestamp", repo.requests.getLast());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void targetsThatGoBackAreRefused(boolean withHashes) throws IOException {
    repo.withHashes = withHashes;
    repo.publish(TARGETS, TARGETS, SNAPSHOT, TIMESTAMP);
    refreshes();
    repo.setVersion(TARGETS, 1);
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);

    refuses("ROLLBACK");

    assertEquals(2L, client.trusted().get(SNAPSHOT));
    assertEquals(3L, client.trusted().get(TARGETS));
  }

  @Test
  void aRoleThatLeavesTheSnapshotIsRefused() throws IOException {
    repo.delegate(TARGETS, "delegated", false, "*");
    repo.publish("delegated", TARGETS, SNAPSHOT, TIMESTAMP);
    refreshes();
    repo.edit(SNAPSHOT, "meta", all -> all.without("delegated.json"));
    repo.publish(SNAPSHOT, TIMESTAMP);

    refuses("ROLLBACK");

    assertEquals(2L, client.trusted().get(SNAPSHOT));
  }

  @Test
  void aSnapshotServedOldWhileTheTimestampStaysIsNotAskedFor() throws IOException {
    repo.publish(SNAPSHOT, TIMESTAMP);
    refreshes();
    repo.replaceLatest(SNAPSHOT, repo.versions(SNAPSHOT).getFirst());

    refreshes();

    assertEquals(2L, client.trusted().get(SNAPSHOT));
    assertEquals("timestamp", repo.requests.getLast());
  }

  @Test
  void newTimestampKeysRecoverFromATimestampRunUp() throws IOException {
    repo.setVersion(TIMESTAMP, 99);
    repo.publish(TIMESTAMP);
    refreshes();
    assertEquals(100L, client.trusted().get(TIMESTAMP));
    repo.rotateKeys(TIMESTAMP);
    repo.publish(ROOT);
    repo.setVersion(TIMESTAMP, 1);
    repo.replaceLatest(TIMESTAMP, repo.sign(TIMESTAMP));

    refreshes();

    assertEquals(1L, client.trusted().get(TIMESTAMP));
  }

  @Test
  void newSnapshotAndTimestampKeysRecoverFromASnapshotRunUp() throws IOException {
    repo.setVersion(SNAPSHOT, 99_998);
    repo.versions(SNAPSHOT).clear();
    repo.publish(SNAPSHOT, TIMESTAMP);
    while (repo.versions(SNAPSHOT).size() < 99_998) {
      repo.versions(SNAPSHOT).add(repo.latest(SNAPSHOT));
    }
    refreshes();
    assertEquals(99_998L, client.trusted().get(SNAPSHOT));
    repo.rotateKeys(SNAPSHOT);
    repo.rotateKeys(TIMESTAMP);
    repo.publish(ROOT);
    repo.versions(SNAPSHOT).clear();
    repo.setVersion(SNAPSHOT, 1);
    repo.publish(SNAPSHOT, TIMESTAMP);

    refreshes();

    assertEquals(1L, client.trusted().get(SNAPSHOT));
  }

  @Test
  void newSnapshotKeysRecoverFromTargetsRunUp() throws IOException {
    for (int i = 0; i < 99; i++) {
      repo.publish(TARGETS);
    }
    repo.publish(SNAPSHOT, TIMESTAMP);
    refreshes();
    assertEquals(100L, client.trusted().get(TARGETS));
    repo.rotateKeys(SNAPSHOT);
    repo.publish(ROOT);
    repo.setVersion(TARGETS, 1);
    repo.versions(TARGETS).clear();
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);

    refreshes();

    assertEquals(1L, client.trusted().get(TARGETS));
  }

  // --- keys

  @Test
  void aThresholdIsNotMetByFewerSignatures() throws IOException {
    repo.setThreshold(SNAPSHOT, 3);
    repo.addKey(SNAPSHOT, TestKey.ed25519());
    repo.addKey(SNAPSHOT, TestKey.ecdsa());
    repo.publish(ROOT, TARGETS, SNAPSHOT, TIMESTAMP);
    refreshes();
    repo.signers(SNAPSHOT).removeLast();
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);

    refuses("NOT_SIGNED");

    assertEquals(2L, client.trusted().get(SNAPSHOT));
  }

  @Test
  void aThresholdAboveTheNumberOfKeysIsNeverMet() throws IOException {
    for (int i = 0; i < 4; i++) {
      repo.addKey(SNAPSHOT, TestKey.ed25519());
    }
    repo.setThreshold(SNAPSHOT, 6);
    repo.publish(ROOT, SNAPSHOT, TIMESTAMP);

    refuses("NOT_SIGNED");

    assertEquals(versions("root:2 timestamp:2"), client.trusted());
  }

  @Test
  void aKeyListedManyTimesCountsOnce() throws IOException {
    TestKey key = TestKey.ed25519();
    for (int i = 0; i < 9; i++) {
      repo.addKey(SNAPSHOT, key);
    }
    repo.setThreshold(SNAPSHOT, 6);
    repo.publish(ROOT);

    refuses("MALFORMED");

    assertEquals(versions("root:1"), client.trusted());
  }

  @Test
  void aKeyUnderManyIdsCountsOnce() throws Exception {
    TestKey key = TestKey.ed25519();
    for (int i = 0; i < 5; i++) {
      repo.addKey(SNAPSHOT, withMember(key, "x-number", new Json.Int(i)));
    }
    repo.setThreshold(SNAPSHOT, 3);
    repo.publish(ROOT, SNAPSHOT, TIMESTAMP);

    refuses("snapshot is signed by 2 of the 3 keys it needs");
  }

  @Test
  void aKeyUnderAnIdThatIsNotItsOwnDoesNotCount() throws IOException {
    TestKey key = TestKey.ed25519();
    String wrongId = "ab".repeat(32);
    repo.edit(ROOT, "keys", all -> all.with(wrongId, key.key().json()));
    repo.addKeyId(SNAPSHOT, wrongId);
    repo.setThreshold(SNAPSHOT, 2);
    repo.publish(ROOT, SNAPSHOT, TIMESTAMP);
    Json.Obj snapshot = repo.role(SNAPSHOT);
    repo.replaceLatest(
        SNAPSHOT,
        Json.Obj.EMPTY
            .with(
                "signatures",
                new Json.Arr(
                    List.of(
                        repo.signers(SNAPSHOT).getFirst().over(snapshot).json(),
                        key.over(wrongId, snapshot).json())))
            .with("signed", snapshot)
            .toBytes());

    refuses("snapshot is signed by 1 of the 2 keys it needs");
  }

  @Test
  void twoSignaturesWithOneKeyIdAreNotAllowed() throws IOException {
    Json.Obj snapshot = repo.role(SNAPSHOT);
    TestKey key = repo.signers(SNAPSHOT).getFirst();
    repo.replaceLatest(SNAPSHOT, SimulatedRepository.sign(snapshot, List.of(key, key)));

    refuses("MALFORMED");

    assertEquals(versions("root:1 timestamp:1"), client.trusted());
  }

  /// The kinds of keys that 4.2 defines.
  enum Kind {
    ED25519,
    ECDSA,
    RSA;

    TestKey generate() {
      return switch (this) {
        case ED25519 -> TestKey.ed25519();
        case ECDSA -> TestKey.ecdsa();
        case RSA -> TestKey.rsa(2048);
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyStandardKeyTypeIsKnownAndItsBadSignaturesToo(Kind kind) throws IOException {
    TestKey key = kind.generate();
    repo.addKey(ROOT, key);
    repo.setThreshold(ROOT, 2);
    repo.publish(ROOT);
    refreshes();
    assertEquals(2L, client.trusted().get(ROOT));
    repo.publish(ROOT);
    Json.Obj root = repo.role(ROOT);
    List<Json> signatures = new ArrayList<>();
    signatures.add(repo.signers(ROOT).getFirst().over(root).json());
    signatures.add(key.over(key.id(), root.with("version", 77)).json());
    repo.replaceLatest(
        ROOT,
        Json.Obj.EMPTY.with("signatures", new Json.Arr(signatures)).with("signed", root).toBytes());

    refuses("NOT_SIGNED");

    assertEquals(2L, client.trusted().get(ROOT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "zz", "00", "not a signature at all"})
  void aSignatureThatIsNoneDoesNotSpoilTheOthers(String rubbish) throws Exception {
    TestKey old = repo.signers(TIMESTAMP).getFirst();
    repo.addKey(TIMESTAMP, TestKey.ed25519());
    repo.publish(ROOT, TIMESTAMP);
    Metadata<?> timestamp = Metadata.timestamp(repo.latest(TIMESTAMP));
    repo.replaceLatest(TIMESTAMP, timestamp.with(new RoleSignature(old.id(), rubbish)).toBytes());

    refreshes();

    assertEquals(2L, client.trusted().get(TIMESTAMP));
  }

  // --- rotation: keys, threshold and signatures of each version of root

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "one key replaced,1/1/1 2/1/2+1 2/1/2,true",
    "signatures of strangers,1/1/3+1+4 2/1/3+2+1+4 2/1/3+2+4,true",
    "three of five in turn,0+1+2+3+4/3/0+2+4 0+1+2+3+4/3/0+4+1 0+1+2+3+4/3/0+1+3,true",
    "one of five replaced,0+1+2+3+4/3/0+2+4 0+1+3+4+5/3/0+4+1,true",
    "one of five in steps,0+1+2+3+4/3/0+2+4 0+1+3+4+5/3/0+2+4+5 0+1+3+4+5/3/0+4+5,true",
    "all five replaced,0+1+2+3+4/3/0+2+4 5+6+7+8+9/3/0+2+4+5+6+7 5+6+7+8+9/3/5+6+7,true",
    "threshold up,1+2+3/1/1 1+2+3/2/1+2,true",
    "threshold down,1+2+3/2/1+2 1+2+3/1/1+2 1+2+3/1/1,true",
    "one more key,1/1/1 1+2/2/1+2,true",
    "not by the old key,1/1/1 2/1/2+3+4,false",
    "not by the new key,1/1/1 2/1/1+3+4,false",
    "not by three new,0+1+2+3+4/3/0+2+4 0+1+3+4+5/3/0+2+4,false",
    "not by three old,0+1+2+3+4/3/0+2+4 0+1+3+4+5/3/0+4+5,false",
    "new threshold not met,1+2+3/1/1 1+2+3/2/2,false",
    "old threshold not met,1+2+3/2/1+2 1+2+3/1/1,false"
  })
  void rootIsFollowedFromKeysToKeys(String name, String steps, boolean accepted, @TempDir Path own)
      throws IOException {
    List<TestKey> keys = IntStream.range(0, 10).mapToObj(i -> TestKey.ed25519()).toList();
    repo.versions(ROOT).clear();
    repo.setVersion(ROOT, 1);
    for (String step : steps.split(" ")) {
      String[] parts = step.split("/");
      repo.setKeys(ROOT, Integer.parseInt(parts[1]), pick(keys, parts[0]));
      repo.signers(ROOT).clear();
      repo.signers(ROOT).addAll(pick(keys, parts[2]));
      repo.publish(ROOT);
    }
    List<byte[]> roots = repo.versions(ROOT);
    Files.delete(client.metadata.resolve("root.json"));
    assertEquals(0, client.init(), client::said);

    assertEquals(accepted ? 0 : 1, client.refresh(), client::said);

    assertArrayEquals(
        accepted ? roots.getLast() : roots.get(roots.size() - 2), client.trusted(ROOT));
  }

  private static List<TestKey> pick(List<TestKey> keys, String numbers) {
    List<TestKey> picked = new ArrayList<>();
    for (String number : numbers.split("\\+")) {
      picked.add(keys.get(Integer.parseInt(number)));
    }
    return picked;
  }

  @ParameterizedTest(name = "{0}/{1}/{2}")
  @CsvSource({
    "2,1,2,true",
    "1,1,3+1+4,true",
    "2,1,1+3+4,false",
    "0+1+3+4+5,3,0+2+4,false",
    "0+1+3+4+5,3,0+4,false",
    "0+1+2+3+4,3,0+2+4,true",
    "0+1+2+3+4,3,0+4+1,true",
    "0+1+2+3+4,3,1+2+3,true",
    "0+1+2+3+4,3,2+3+4,true"
  })
  void theKeysOfEveryOtherRoleRotate(
      String keyNumbers, int threshold, String signing, boolean accepted) throws IOException {
    List<TestKey> keys = IntStream.range(0, 6).mapToObj(i -> TestKey.ed25519()).toList();
    for (String role : List.of(TIMESTAMP, SNAPSHOT, TARGETS)) {
      repo.setKeys(role, threshold, pick(keys, keyNumbers));
      repo.signers(role).clear();
      repo.signers(role).addAll(pick(keys, signing));
      repo.publish(ROOT, TARGETS, SNAPSHOT, TIMESTAMP);

      assertEquals(accepted ? 0 : 1, client.refresh(), client::said);

      if (accepted) {
        assertArrayEquals(repo.latest(role), client.trusted(role));
      }
    }
  }

  // --- target files

  @Test
  void aTargetIsDownloadedWithItsBytes() throws IOException {
    repo.addTarget(TARGETS, "target_file.txt", utf8("content"));
    repo.addTarget(TARGETS, "path/to/a/file with space.txt", utf8("in a folder"));
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    refreshes();
    assertEquals(List.of(), client.downloaded());

    assertEquals(
        0, client.download("target_file.txt", "path/to/a/file with space.txt"), client::said);

    assertEquals(List.of("in a folder", "content"), client.downloaded());
    assertTrue(
        repo.targetRequests.getLast().matches("path/to/a/[0-9a-f]{64}\\.file%20with%20space\\.txt"),
        repo.targetRequests::toString);
  }

  @Test
  void aTargetThatIsThereIsNotFetchedAgain() throws IOException {
    repo.addTarget(TARGETS, "target", utf8("content"));
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    assertEquals(0, client.download("target"));

    assertEquals(0, client.download("target"));

    assertEquals(1, repo.targetRequests.size());
  }

  @Test
  void aTargetThatWasSwappedIsNotTaken() throws IOException {
    repo.addTarget(TARGETS, "first", utf8("first content"));
    repo.addTarget(TARGETS, "second", utf8("second content"));
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);
    assertEquals(0, client.download("first"));
    repo.contents.put("first", utf8("FIRST CONTENT"));
    repo.contents.put("second", utf8("SECOND CONTENT"));

    assertEquals(0, client.download("first"));
    assertEquals(1, client.download("second"));

    assertTrue(client.said().contains("CONTENT_MISMATCH"), client::said);
    assertEquals(List.of("first content"), client.downloaded());
  }

  @Test
  void aTargetThatChangesReplacesItsOldFile() throws IOException {
    for (int i = 0; i < 5; i++) {
      repo.addTarget(TARGETS, "target", utf8("content " + i));
      repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);

      assertEquals(0, client.download("target"), client::said);

      assertEquals(List.of("content " + i), client.downloaded());
    }
  }

  // --- delegations

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ';',
      value = {
        "one;targets>A;A",
        "two;targets>A targets>B;A B",
        "two levels;targets>A targets>B B>C;A B C",
        "depth first;targets>A targets>B A>C A>D;A C D B",
        "three levels;targets>A targets>B A>C C>D;A C D B",
        "terminating;targets>A targets>B A>C! A>D;A C",
        "terminating with descendants;targets>A targets>B A>C! C>D;A C D",
        "other paths;targets>A=*.py targets>B A>C;B",
        "other paths below;targets>A targets>B A>C=*.py C>D;A B",
        "a cycle;targets>A targets>B B>C C>D D>B;A B C D",
        "two ways to one role;targets>A targets>B B>C A>C;A C B",
        "two ways, one with other paths;targets>A targets>B B>C A>C=*.py;A B C"
      })
  void delegationsAreSearchedInPreOrder(String name, String graph, String visited) {
    Map<String, TestKey> keys = new HashMap<>();
    for (String edge : graph.split(" ")) {
      String[] ends = edge.split("[>=]");
      String role = ends[1].replace("!", "");
      TestKey key = keys.computeIfAbsent(role, r -> TestKey.ed25519());
      String path = ends.length > 2 ? ends[2] : "*";
      repo.delegate(ends[0], role, ends[1].endsWith("!"), List.of(key), 1, path);
    }
    keys.forEach((role, key) -> repo.signers(role).add(key));
    keys.keySet().forEach(repo::publish);
    repo.publish(TARGETS, SNAPSHOT, TIMESTAMP);

    assertEquals(1, client.download("missingpath"));

    assertTrue(client.said().contains("NO_SUCH_TARGET"), client::said);
    List<String> expected = Arrays.stream(visited.split(" ")).map(r -> "1." + r).toList();
    assertEquals(expected, repo.requests.subList(4, repo.requests.size()));
  }

  @ParameterizedTest
  @CsvSource({
    "targetfile,true,",
    "README.md,true,A",
    "releases/x/x_v1,true,B C",
    "releases/y/y_v1.zip,true,B D",
    "releases/z/z_v1.zip,false,B"
  })
  void aTargetIsFoundOnlyWhereAllDelegationsOnTheWayAllowIt(
      String path, boolean found, String visited) throws IOException {
    repo.delegate(TARGETS, "A", false, "*.doc", "*.md");
    repo.delegate(TARGETS, "B", false, "releases/*/*");
    repo.delegate("B", "C", false, "releases/x/*");
    repo.delegate("B", "D", false, "releases/y/*.zip");
    repo.addTarget(TARGETS, "targetfile", utf8("targets"));
    repo.addTarget("A", "README.md", utf8("A"));
    repo.addTarget("C", "releases/x/x_v1", utf8("C"));
    repo.addTarget("D", "releases/y/y_v1.zip", utf8("D"));
    repo.addTarget("D", "releases/z/z_v1.zip", utf8("Z"));
    repo.publish("A", "B", "C", "D", TARGETS, SNAPSHOT, TIMESTAMP);

    assertEquals(found ? 0 : 1, client.download(path), client::said);

    assertEquals(found ? 1 : 0, client.downloaded().size());
    List<String> expected =
        visited == null ? List.of() : Arrays.stream(visited.split(" ")).map(r -> "1." + r).toList();
    assertEquals(expected, repo.requests.subList(4, repo.requests.size()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"?", "#", "/delegatedrole", "../delegatedrole", "ünïcode", "a b", ".."})
  void namesOfRolesStayInTheirUrlAndInTheirFolder(String role) throws IOException {
    repo.delegate(TARGETS, role, false, "*");
    repo.publish(role, TARGETS, SNAPSHOT, TIMESTAMP);

    assertEquals(1, client.download("nonexistent target"));

    assertEquals("1." + RoleName.encode(role), repo.requests.getLast());
    assertEquals(5, client.trusted().size());
  }

  @Test
  void aCachedRoleIsVerifiedAgainstTheDelegatorOfTheMoment() throws IOException {
    repo.delegate(TARGETS, "A", false, "a/*");
    repo.delegate(TARGETS, "B", false, "b/*");
    repo.delegate("A", "C", false, "a/*");
    repo.delegate("B", "C", false, List.of(TestKey.ed25519()), 1, "b/*");
    repo.addTarget("C", "a/file", utf8("by the key A trusts"));
    repo.addTarget("C", "b/file", utf8("not by the key B trusts"));
    repo.publish("C", "A", "B", TARGETS, SNAPSHOT, TIMESTAMP);

    assertEquals(1, client.download("a/file", "b/file"));

    assertTrue(client.said().contains("NOT_SIGNED"), client::said);
    assertEquals(List.of("by the key A trusts"), client.downloaded());
    assertNotEquals(0, client.download("b/file"));
  }

  @Test
  void withoutConsistentSnapshotsNamesHaveNoPrefix() throws IOException {
    repo.edit(ROOT, json -> json.with("consistent_snapshot", false));
    repo.addTarget(TARGETS, "x/.file", utf8("plain"));
    repo.publish(ROOT, TARGETS, SNAPSHOT, TIMESTAMP);

    assertEquals(0, client.download("x/.file"), client::said);

    assertEquals(List.of("2.root", "3.root", "timestamp", "snapshot", "targets"), repo.requests);
    assertEquals(List.of("x/.file"), repo.targetRequests);
  }
}
