package io.firmament.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DelegationTest {
  @ParameterizedTest
  @CsvSource({
    "targets/*.tgz,targets/foo.tgz,true",
    "targets/*.tgz,targets/foo.txt,false",
    "foo-version-?.tgz,foo-version-2.tgz,true",
    "foo-version-?.tgz,foo-version-alpha.tgz,false",
    "*.tgz,foo.tgz,true",
    "*.tgz,targets/foo.tgz,false",
    "foo.tgz,foo.tgz,true",
    "foo.tgz,foo_tgz,false",
    "*,a/b,false",
    "*,/a,false",
    "**,a/b,false",
    "a?b,a/b,false",
    "a/*/c,a//c,true",
    "*a*b*c,xxaxxbxxc,true",
    "*a*b*c,xxaxxcxxb,false",
    "fleets/plant-7/*/*/*,fleets/plant-7/router/1.2.3/firmware.bin,true",
    "fleets/plant-7/*/*/*,fleets/other/router/1.2.3/firmware.bin,false",
    "fleets/plant-7/*/*/*,fleets/plant-7/../../x,true",
    "[ab],a,false",
    "[ab],[ab],true"
  })
  void patternsKeepWithinTheirSegment(String pattern, String path, boolean matches) {
    assertEquals(matches, new PathPattern(pattern).matches(path));
  }

  @Test
  void aPatternOfStarsTakesNoExponentialTime() {
    assertFalse(new PathPattern("*a".repeat(5_000) + "b").matches("a".repeat(10_000)));
  }

  @Test
  void hashPrefixesChooseByTheHashOfThePath() throws TufException {
    // SHA-256 of "path" begins with a0af.
    assertTrue(prefixed("ff", "a0").matches("path"));
    assertFalse(prefixed("ff").matches("path"));
    assertFalse(prefixed().matches("path"));
  }

  private static Delegation prefixed(String... prefixes) throws TufException {
    return Delegation.read(
        new RoleKeys(Set.of("a"), 1)
            .writeTo(Json.Obj.EMPTY.with("name", "bin"))
            .with("path_hash_prefixes", Json.Arr.ofTexts(List.of(prefixes)))
            .with("terminating", false));
  }

  @Test
  void succinctRolesSpreadPathsOverTheirBins() throws TufException {
    Json.Obj json =
        new RoleKeys(Set.of("a"), 1)
            .writeTo(Json.Obj.EMPTY.with("bit_length", 10).with("name_prefix", "bin"));
    Delegations delegations =
        Delegations.read(Json.Obj.EMPTY.with("keys", Json.Obj.EMPTY).with("succinct_roles", json));

    // a0af in binary begins with 10 1000 0010.
    assertEquals("bin-282", delegations.matching("path").getFirst().name());
    assertTrue(delegations.matching("path").getFirst().terminating());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"keys\":{},\"roles\":[ROLE,ROLE]}",
        "{\"keys\":{}}",
        "{\"roles\":[]}",
        "{\"keys\":{},\"roles\":{}}",
        "{\"keys\":{},\"roles\":[1]}",
        "{\"keys\":{\"a\":1},\"roles\":[]}",
        "{\"keys\":{},\"roles\":[{\"name\":\"a\"}]}",
        "{\"keys\":{},\"roles\":[{\"name\":\"\",\"keyids\":[],\"threshold\":1,\"paths\":[]}]}",
        "{\"keys\":{},\"roles\":[{\"name\":\"root\",\"keyids\":[],\"threshold\":1,\"paths\":[]}]}",
        "{\"keys\":{},\"roles\":[{\"name\":\"a\",\"keyids\":[],\"threshold\":0,\"paths\":[]}]}",
        "{\"keys\":{},\"roles\":[{\"name\":\"a\",\"keyids\":[\"k\",\"k\"],\"threshold\":1}]}",
        "{\"keys\":{},\"roles\":[{\"name\":\"a\",\"keyids\":[],\"threshold\":1,\"paths\":[],"
            + "\"path_hash_prefixes\":[]}]}",
        "{\"keys\":{},\"roles\":[],\"succinct_roles\":{\"keyids\":[],\"threshold\":1,"
            + "\"bit_length\":1,\"name_prefix\":\"b\"}}",
        "{\"keys\":{},\"succinct_roles\":{\"keyids\":[],\"threshold\":1,\"bit_length\":33,"
            + "\"name_prefix\":\"b\"}}"
      })
  void delegationsThatAreNoneAreRefused(String text) throws TufException {
    String role = "{\"name\":\"a\",\"keyids\":[\"k\"],\"threshold\":1,\"paths\":[\"*\"]}";
    byte[] document = text.replace("ROLE", role).getBytes(StandardCharsets.UTF_8);
    Json.Obj json = JsonReader.readObject(document);

    assertThrows(TufException.class, () -> Delegations.read(json));
  }

  @Test
  void changingOneDelegationKeepsTheOthersAndWhatIsNotKnown() throws TufException {
    TestKey first = TestKey.ed25519();
    TestKey second = TestKey.ecdsa();
    Delegations delegations =
        Delegations.none()
            .with(of("a", first), List.of(first.key()))
            .with(of("b", first), List.of(first.key()));
    Json.Obj json = delegations.json().with("x-note", "kept");

    Delegations changed =
        Delegations.read(json).with(of("a", second), List.of(second.key())).without("b");

    assertEquals(Set.of(second.id()), changed.keys().keySet());
    assertEquals(List.of("a"), changed.roles().stream().map(Delegation::name).toList());
    assertEquals(new Json.Text("kept"), changed.json().get("x-note"));
    assertEquals(Optional.empty(), changed.role("b"));
  }

  private static Delegation of(String name, TestKey key) {
    return Delegation.of(name, new RoleKeys(Set.of(key.id()), 1), true, List.of("x/*"));
  }
}
