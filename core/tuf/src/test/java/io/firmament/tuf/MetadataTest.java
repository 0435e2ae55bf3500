package io.firmament.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.tuf.TufException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MetadataTest {
  private static final Instant EXPIRES = Instant.parse("2030-01-01T00:00:00Z");

  private static byte[] file(Json.Obj signed) {
    return Json.Obj.EMPTY
        .with("signatures", new Json.Arr(List.of()))
        .with("signed", signed)
        .toBytes();
  }

  private static void refused(Reason reason, Json.Obj targets) {
    TufException e = assertThrows(TufException.class, () -> Metadata.targets(file(targets)));
    assertEquals(reason, e.reason(), e::getMessage);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0", "1.0.0", "1.0.34", "1.1.7"})
  void theMajorVersionOfTheSpecificationMatters(String version) throws TufException {
    Json.Obj targets = Targets.create(EXPIRES).json().with("spec_version", version);

    assertEquals(1, Metadata.targets(file(targets)).signed().version());
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.0.0", "0.9.0", "1", "1.0.0.0", "1.x.0", "", "11.0.0", "1.0.0-rc1"})
  void anotherSpecificationIsRefused(String version) {
    refused(Reason.SPEC_VERSION, Targets.create(EXPIRES).json().with("spec_version", version));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2030-01-01T00:00:00",
        "2030-01-01T00:00:00.000Z",
        "2030-01-01T00:00:00+00:00",
        "2030-01-01 00:00:00Z",
        "2030-1-1T00:00:00Z",
        "2030-02-30T00:00:00Z",
        "2030-01-01T24:00:00Z",
        "2030-01-01T00:00:60Z",
        "2030-01-01t00:00:00z",
        "+2030-01-01T00:00:0Z",
        ""
      })
  void aTimeInAnyOtherFormIsRefused(String time) {
    refused(Reason.MALFORMED, Targets.create(EXPIRES).json().with("expires", time));
  }

  @Test
  void timesAreWrittenInThatForm() {
    assertEquals("1985-10-21T01:21:00Z", TufTime.format(Instant.parse("1985-10-21T01:21:00.999Z")));
  }

  @ParameterizedTest
  @CsvSource({"version,0", "version,-1"})
  void versionsBeginAtOne(String member, long value) {
    refused(Reason.MALFORMED, Targets.create(EXPIRES).json().with(member, value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"_type", "spec_version", "version", "expires", "targets"})
  void aMemberThatMustBeThereIsMissed(String member) {
    refused(Reason.MALFORMED, Targets.create(EXPIRES).json().without(member));
  }

  @Test
  void aTargetNeedsALengthAndAHash() {
    for (String target :
        List.of(
            "1",
            "{}",
            "{\"length\":1}",
            "{\"length\":1,\"hashes\":{}}",
            "{\"length\":-1,\"hashes\":{\"sha256\":\"aa\"}}",
            "{\"length\":1,\"hashes\":{\"sha256\":1}}",
            "{\"hashes\":{\"sha256\":\"aa\"}}")) {
      refused(
          Reason.MALFORMED,
          Targets.create(EXPIRES).json().with("targets", Json.Obj.EMPTY.with("a", parse(target))));
    }
  }

  private static Json parse(String text) {
    try {
      return JsonReader.read(text.getBytes(StandardCharsets.UTF_8));
    } catch (TufException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void hashesOfWhichNoneIsKnownProveNothing() throws TufException {
    Hashes unknown = Hashes.read((Json.Obj) parse("{\"crc32\":\"00\"}"), "4.5");

    TufException e =
        assertThrows(TufException.class, () -> unknown.verify(new byte[0], "5.7.3", "x"));
    assertEquals(Reason.CONTENT_MISMATCH, e.reason());
  }

  @Test
  void everyKnownHashMustBeRight() throws TufException {
    String sha256 = Hashes.sha256(new byte[0]);
    Hashes hashes =
        Hashes.read(Json.Obj.EMPTY.with("sha256", sha256).with("sha512", "00".repeat(64)), "4.5");

    assertThrows(TufException.class, () -> hashes.verify(new byte[0], "5.7.3", "x"));
  }

  @Test
  void aTimestampDescribesTheSnapshotAndNothingElse() {
    Json.Obj json = Timestamp.create(EXPIRES, 1, new byte[1]).json();
    Json.Obj meta = (Json.Obj) Optional.ofNullable(json.get("meta")).orElseThrow();
    Json.Obj other = meta.with("targets.json", Json.Obj.EMPTY.with("version", 1));

    assertThrows(TufException.class, () -> Metadata.timestamp(file(json.with("meta", other))));
    assertThrows(
        TufException.class, () -> Metadata.timestamp(file(json.with("meta", Json.Obj.EMPTY))));
  }

  @Test
  void rootMustListAllTopLevelRoles() {
    TufKey key = TestKey.ed25519().key();
    Root.Assignment one = new Root.Assignment(List.of(key), 1);
    Root root =
        Root.create(
            EXPIRES, Map.of("root", one, "timestamp", one, "snapshot", one, "targets", one));
    Json.Obj roles = (Json.Obj) Optional.ofNullable(root.json().get("roles")).orElseThrow();

    assertThrows(
        TufException.class,
        () -> Metadata.root(file(root.json().with("roles", roles.without("snapshot")))));
  }

  @Test
  void whatIsNotKnownSurvivesTheNextVersion() throws TufException {
    Json.Obj json =
        Targets.create(EXPIRES)
            .json()
            .with("x-top", Json.Obj.EMPTY.with("deep", new Json.Arr(List.of(Json.Null.NULL))))
            .with(
                "targets",
                Json.Obj.EMPTY.with(
                    "a",
                    TargetFile.of(1, "00".repeat(32), Optional.of(Json.Obj.EMPTY.with("v", 1)))
                        .json()
                        .with("x-target", true)));

    Targets next =
        Metadata.targets(file(json))
            .signed()
            .next(EXPIRES.plusSeconds(60), 5)
            .with(Map.of("b", TargetFile.of(2, "11".repeat(32), Optional.empty())), Set.of());

    assertEquals(5, next.version());
    assertEquals(json.get("x-top"), next.json().get("x-top"));
    TargetFile kept = Optional.ofNullable(next.targets().get("a")).orElseThrow();
    assertEquals(new Json.Bool(true), kept.json().get("x-target"));
    assertEquals(Optional.of(Json.Obj.EMPTY.with("v", 1)), kept.custom());
    assertEquals(Set.of("a", "b"), next.targets().keySet());
  }

  @Test
  void rootsKeepOnlyTheKeysThatSomeRoleHas() {
    TestKey old = TestKey.ed25519();
    TestKey other = TestKey.ecdsa();
    Root.Assignment one = new Root.Assignment(List.of(old.key()), 1);
    Root root =
        Root.create(
            EXPIRES, Map.of("root", one, "timestamp", one, "snapshot", one, "targets", one));
    Root.Assignment changed = new Root.Assignment(List.of(other.key()), 1);

    Root both = root.next(EXPIRES, Map.of("timestamp", changed));
    Root all = both.next(EXPIRES, Map.of("root", changed, "snapshot", changed, "targets", changed));

    assertEquals(Set.of(old.id(), other.id()), both.keys().keySet());
    assertEquals(Set.of(other.id()), all.keys().keySet());
    assertEquals(3, all.version());
    assertTrue(root.revokes(both, "timestamp"));
    assertFalse(root.revokes(both, "snapshot"));
    assertThrows(
        IllegalArgumentException.class,
        () -> root.next(EXPIRES, Map.of("root", new Root.Assignment(List.of(old.key()), 2))));
  }

  @Test
  void aKeyThatSignsAgainReplacesItsSignature() throws TufException {
    TestKey key = TestKey.ed25519();
    Targets targets = Targets.create(EXPIRES);
    Metadata<Targets> signed =
        Metadata.unsigned(targets)
            .with(new RoleSignature(key.id(), "00"))
            .with(key.over(targets.json()));

    Metadata<Targets> read = Metadata.targets(signed.toBytes());

    assertEquals(1, read.signatures().size());
    assertArrayEquals(signed.signedBytes(), read.signedBytes());
    RoleKeys role = new RoleKeys(Set.of(key.id()), 1);
    assertEquals(Set.of(key.id()), role.signersOf(read, Map.of(key.id(), key.key())));
  }
}
