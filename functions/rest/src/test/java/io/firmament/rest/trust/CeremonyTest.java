package io.firmament.rest.trust;

import static io.firmament.rest.trust.TrustUnderTest.document;
import static io.firmament.rest.trust.TrustUnderTest.file;
import static io.firmament.rest.trust.TrustUnderTest.signature;
import static io.firmament.rest.trust.TrustUnderTest.text;
import static io.firmament.rest.trust.TrustUnderTest.wish;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.BaseProblem;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.RepositoryProblem;
import io.firmament.rest.trust.TrustUnderTest.OfflineKeys;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.Signers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;

/// A repository begins and goes on by what people sign elsewhere, and by nothing else.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CeremonyTest {
  private static final int CALLERS = 6;

  private final TrustUnderTest trust = new TrustUnderTest();
  private final OfflineKeys root = OfflineKeys.of(2, 3);
  private final OfflineKeys targets = OfflineKeys.of(1, 2);

  @AfterAll
  void end() {
    trust.close();
  }

  @BeforeEach
  void begin() {
    trust.at(Instant.parse("2026-06-01T12:00:00Z"));
  }

  private Json.Obj prepare(Caller caller, Json.Obj wish) {
    return trust.call(caller, "prepareCeremony", wish);
  }

  private Json.Obj center(Caller caller) {
    return trust.call(caller, "getTrust", Json.Obj.EMPTY);
  }

  private static Problem refused(Executable call) {
    return assertThrows(ProblemException.class, call).problem();
  }

  private static boolean is(Json.Obj object, String name) {
    return new Json.Bool(true).equals(object.get(name));
  }

  @Test
  void signaturesComeInOneByOneInAnyFormAndTheLastPublishes() throws TufException {
    Caller caller = TrustUnderTest.caller();
    assertFalse(is(center(caller), "begun"));
    Json.Obj prepared = prepare(caller, wish(root, targets));
    assertEquals(new Json.Int(1), document(prepared, "root").get("version"));
    assertTrue(text(document(prepared, "root")).contains("0 of 2 signatures"), text(prepared));
    byte[] rootFile = file(prepared, "root");

    // One as it is printed.
    Json.Obj half = trust.call(caller, "submitRoot", signature(rootFile, root.signers().get(0)));
    assertTrue(text(document(half, "root")).contains("1 of 2 signatures"), text(half));
    assertFalse(is(half, "begun"));
    // The same again changes nothing.
    assertEquals(
        half, trust.call(caller, "submitRoot", signature(rootFile, root.signers().get(0))));
    // A list.
    Json.Obj list =
        Json.Obj.EMPTY.with(
            "signatures", new Json.Arr(List.of(signature(rootFile, root.signers().get(2)))));
    Json.Obj complete = trust.call(caller, "submitRoot", list);
    assertEquals(new Json.Arr(List.of()), document(complete, "root").get("missing"));
    assertFalse(is(complete, "begun"), "targets is not signed yet");
    assertEquals(complete, trust.call(caller, "getCeremony", Json.Obj.EMPTY));
    // The signed document.
    byte[] targetsFile = file(prepared, "targets");
    Json.Obj signed =
        Metadata.targets(targetsFile)
            .with(
                io.firmament.tuf.RoleSignature.read(
                    signature(targetsFile, targets.signers().get(1))))
            .document();
    Json.Obj begun = trust.call(caller, "submitTargets", signed);

    assertTrue(is(begun, "begun"), text(begun));
    assertTrue(is(document(begun, "targets"), "published"));
    assertEquals(
        new Json.Arr(List.of()),
        trust.call(caller, "getCeremony", Json.Obj.EMPTY).get("documents"));
    // Who lost the answer sends it again and is told the same.
    assertTrue(is(document(trust.call(caller, "submitTargets", signed), "targets"), "published"));
    assertArrayEquals(
        trust.call(caller, "getTrustRoot", Json.Obj.EMPTY).toBytes(),
        trust.metadata().of(caller.tenant()).read("1.root.json").orElseThrow().file());
    String said = text(center(caller));
    for (String role :
        List.of("root", "targets", "snapshot", "timestamp", "publisher", "director")) {
      assertTrue(said.contains("\"role\":\"" + role + "\""), said);
    }
    assertTrue(said.contains("\"role\":\"root\",\"custody\":\"offline\",\"threshold\":2"), said);
    assertTrue(said.contains("\"issued_at\":\"2026-06-01T12:00:00Z\""), said);
    assertTrue(said.contains("\"expires_at\":\"2027-06-01T12:00:00Z\",\"days_left\":365"), said);
  }

  @Test
  void whoeverPreparesTheSameGetsTheSameDocumentAndTheSameKeys() throws Exception {
    Caller caller = TrustUnderTest.caller();
    Set<String> answers = new HashSet<>();
    List<Callable<Json.Obj>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(() -> prepare(caller, wish(root, targets)));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (Future<Json.Obj> each : threads.invokeAll(callers)) {
        answers.add(text(each.get()));
      }
    }
    assertEquals(1, answers.size(), answers::toString);
    trust.later(Duration.ofHours(3));
    assertEquals(answers, Set.of(text(prepare(caller, wish(root, targets)))));
  }

  @Test
  void anOpenCeremonyIsGivenUpOnlyWhenThatIsAskedFor() {
    Caller caller = TrustUnderTest.caller();
    OfflineKeys others = OfflineKeys.of(1, 1);
    Json.Obj first = prepare(caller, wish(root, targets));
    // Nobody has signed yet.
    Json.Obj second = prepare(caller, wish(others, targets));
    assertNotEquals(text(document(first, "root")), text(document(second, "root")));
    trust.sign(caller, second, "root", others.signers());

    assertEquals(
        RepositoryProblem.CEREMONY_OPEN, refused(() -> prepare(caller, wish(root, targets))));
    Json.Obj third = prepare(caller, wish(root, targets).with("replace", true));
    assertEquals(text(first), text(third));
    // What was signed is good for nothing any more.
    Json.Obj old = signature(file(second, "root"), others.signers().getFirst());
    assertEquals(
        RepositoryProblem.CEREMONY_KEY_UNKNOWN,
        refused(() -> trust.call(caller, "submitRoot", old)));
  }

  @Test
  void whatIsNotSignedRightIsRefusedAndSaidWhy() {
    Caller caller = TrustUnderTest.caller();
    SoftwareSigner key = root.signers().getFirst();
    assertEquals(
        RepositoryProblem.CEREMONY_NOT_OPEN,
        refused(
            () ->
                trust.call(
                    caller, "submitRoot", Json.Obj.EMPTY.with("keyid", "k").with("sig", "00"))));
    Json.Obj prepared = prepare(caller, wish(root, targets));
    byte[] file = file(prepared, "root");
    byte[] targetsFile = file(prepared, "targets");

    assertEquals(
        RepositoryProblem.CEREMONY_KEY_UNKNOWN,
        refused(
            () -> trust.call(caller, "submitRoot", signature(file, SoftwareSigner.generate()))));
    // The online key of freshness is in the document, and is none of root's.
    String freshness = String.valueOf(text(prepared));
    assertTrue(freshness.contains("freshness"));
    assertEquals(
        RepositoryProblem.CEREMONY_SIGNATURE_INVALID,
        refused(() -> trust.call(caller, "submitRoot", signature(targetsFile, key))));
    Json.Obj garbled = signature(file, key).with("sig", "zz");
    assertEquals(
        RepositoryProblem.CEREMONY_SIGNATURE_INVALID,
        refused(() -> trust.call(caller, "submitRoot", garbled)));
    // Root's document, whole, with another expiry.
    Json.Obj whole = TrustUnderTest.parse(file);
    Json.Obj said = (Json.Obj) Optional.ofNullable(whole.get("signed")).orElseThrow();
    Json.Obj other = whole.with("signed", said.with("expires", "2099-01-01T00:00:00Z"));
    Json.Obj otherSigned =
        other.with("signatures", new Json.Arr(List.of(signature(other.toBytes(), key))));
    assertEquals(
        RepositoryProblem.CEREMONY_DOCUMENT_DIFFERS,
        refused(() -> trust.call(caller, "submitRoot", otherSigned)));
    // The document of the other role.
    assertEquals(
        BaseProblem.MALFORMED_REQUEST,
        refused(() -> trust.call(caller, "submitRoot", TrustUnderTest.parse(targetsFile))));
    assertEquals(
        prepared.without("online_keys"),
        trust.call(caller, "getCeremony", Json.Obj.EMPTY),
        "nothing of that was taken in");
  }

  @Test
  void hostileBodiesAreRefusedAsWhatTheyAre() {
    Caller caller = TrustUnderTest.caller();
    String key = text(Signers.keyOf(root.signers().getFirst()).json());
    String keys = "{\"keys\":[" + key + "],\"threshold\":1}";
    for (String body :
        List.of(
            "",
            "{}",
            "[]",
            "null",
            "{\"root\":null}",
            "{\"root\":" + keys + "}",
            "{\"root\":" + keys + ",\"targets\":{\"keys\":[],\"threshold\":0}}",
            "{\"root\":" + keys + ",\"targets\":{\"keys\":[" + key + "],\"threshold\":2}}",
            "{\"root\":" + keys + ",\"targets\":{\"keys\":[" + key + "],\"threshold\":-1}}",
            "{\"root\":" + keys + ",\"targets\":{\"keys\":[" + key + "],\"threshold\":1.5}}",
            "{\"root\":"
                + keys
                + ",\"targets\":{\"keys\":["
                + key
                + ","
                + key
                + "],\"threshold\":2}}",
            "{\"root\":" + keys + ",\"targets\":{\"keys\":[{}],\"threshold\":1}}",
            "{\"root\":"
                + keys
                + ",\"targets\":{\"keys\":[{\"keytype\":\"x\",\"scheme\":\"x\","
                + "\"keyval\":{\"public\":\"x\"}}],\"threshold\":1}}",
            "{\"root\":" + keys + ",\"targets\":" + keys + ",\"documents\":[\"root\"]}",
            "{\"root\":" + keys + ",\"targets\":" + keys + ",\"documents\":[\"timestamp\"]}",
            "{\"root\":" + keys + ",\"targets\":" + keys + ",\"documents\":\"root\"}",
            "{\"root\":" + keys + ",\"targets\":" + keys + ",\"fleets\":[\"../x\"]}",
            "{\"root\":" + keys + ",\"targets\":" + keys + ",\"fleets\":[1]}",
            "{\"root\":" + keys + ",\"targets\":" + keys + ",\"replace\":1}",
            "{\"documents\":[],\"rotate\":[\"freshness\"]}",
            "{\"documents\":[],\"rotate\":{\"freshness\":\"x\"}}",
            "{\"documents\":[\"targets\"],\"rotate\":{\"freshness\":\"x\"}}",
            "{\"documents\":[\"root\"],\"rotate\":{\"publisher\":\"x\"}}",
            "{\"documents\":[\"root\"],\"rotate\":{\"director\":\"x\"}}",
            "{\"rotate\":{\"freshness\":1}}",
            "{\"rotate\":{\"freshness\":\"" + "x".repeat(129) + "\"}}",
            "{\"rotate\":{\"manifest\":\"x\"}}",
            "{\"rotate\":{\"root\":\"x\"}}",
            "{\"rotate\":{\"fleet-\":\"x\"}}",
            "{\"rotate\":{\"fleet-../x\":\"x\"}}",
            "{\"documents\":[],\"rotate\":{" + fleets(24) + "}}",
            "{\"root\":" + keys + ",\"root\":" + keys + ",\"targets\":" + keys + "}",
            "{\"root\":" + "[".repeat(5000) + "]".repeat(5000) + "}",
            "{\"root\":{\"keys\":[" + (key + ",").repeat(16) + key + "],\"threshold\":1}}")) {
      Problem problem =
          refused(
              () ->
                  trust.call(
                      caller, "prepareCeremony", Map.of(), body.getBytes(StandardCharsets.UTF_8)));
      assertTrue(
          problem == BaseProblem.INVALID_FIELD || problem == BaseProblem.MALFORMED_REQUEST, body);
    }
    for (String body :
        List.of(
            "",
            "{}",
            "[]",
            "{\"signatures\":[]}",
            "{\"signatures\":[1]}",
            "{\"signatures\":{}}",
            "{\"keyid\":1,\"sig\":\"00\"}",
            "{\"keyid\":\"k\"}",
            "{\"signed\":{},\"signatures\":[]}",
            "{\"signed\":1,\"signatures\":[]}",
            "{\"signatures\":["
                + "{\"keyid\":\"k\",\"sig\":\"\"},".repeat(40)
                + "{\"keyid\":\"k\",\"sig\":\"\"}]}")) {
      Problem problem =
          refused(
              () ->
                  trust.call(
                      caller, "submitRoot", Map.of(), body.getBytes(StandardCharsets.UTF_8)));
      assertTrue(
          problem == BaseProblem.INVALID_FIELD || problem == BaseProblem.MALFORMED_REQUEST, body);
    }
    assertEquals(Optional.empty(), trust.trust().find(caller.tenant()));
    assertEquals(Optional.empty(), trust.onlineKeys().find(caller.tenant(), OnlineRole.PUBLISHER));
  }

  private static String fleets(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"fleet-" + i + "\":\"x\"")
        .collect(Collectors.joining(","));
  }

  @Test
  void anOnlineKeyIsNoOfflineKey() {
    Caller caller = TrustUnderTest.caller();
    Json.Obj online =
        Signers.keyOf(trust.onlineKeys().ensure(caller.tenant(), OnlineRole.PUBLISHER)).json();
    Json.Obj wish =
        wish(root, targets)
            .with(
                "targets",
                Json.Obj.EMPTY.with("keys", new Json.Arr(List.of(online))).with("threshold", 1));
    assertEquals(BaseProblem.INVALID_FIELD, refused(() -> prepare(caller, wish)));
  }

  @Test
  void theNextCeremonyChangesKeysAndRootWaitsForTargets() {
    Caller caller = TrustUnderTest.caller();
    trust.begin(caller, root, targets);
    OfflineKeys newRoot = OfflineKeys.of(1, 2);
    OfflineKeys newTargets = OfflineKeys.of(2, 2);
    Json.Obj prepared = prepare(caller, wish(newRoot, newTargets));
    assertEquals(new Json.Int(2), document(prepared, "root").get("version"));

    // A threshold of the old and one of the new.
    trust.sign(caller, prepared, "root", root.signers().subList(1, 3));
    Json.Obj rootDone = trust.sign(caller, prepared, "root", newRoot.signers().subList(1, 2));
    assertEquals(new Json.Arr(List.of()), document(rootDone, "root").get("missing"));
    assertFalse(is(document(rootDone, "root"), "published"), "targets would not hold under it");
    Json.Obj one = trust.sign(caller, prepared, "targets", newTargets.signers());
    assertTrue(text(one).contains("0 of 1 signatures by the targets keys of root 1"), text(one));
    Json.Obj done = trust.sign(caller, prepared, "targets", targets.signers().subList(0, 1));

    assertTrue(is(document(done, "root"), "published"), text(done));
    assertTrue(is(document(done, "targets"), "published"), text(done));
    Json.Obj newest = trust.call(caller, "getTrustRoot", Json.Obj.EMPTY);
    assertEquals(
        new Json.Int(2),
        ((Json.Obj) Optional.ofNullable(newest.get("signed")).orElseThrow()).get("version"));
    assertArrayEquals(
        trust.call(caller, "getTrustRoot", Map.of("version", "1"), new byte[0]).toBytes(),
        trust.metadata().of(caller.tenant()).read("1.root.json").orElseThrow().file());
    assertEquals(
        BaseProblem.NOT_FOUND,
        refused(() -> trust.call(caller, "getTrustRoot", Map.of("version", "3"), new byte[0])));
    for (String bad : List.of("0", "-1", "1.0", "x", "99999999999999999999")) {
      assertEquals(
          BaseProblem.INVALID_FIELD,
          refused(() -> trust.call(caller, "getTrustRoot", Map.of("version", bad), new byte[0])));
    }
  }

  @Test
  void eitherDocumentIsRenewedAlone() {
    Caller caller = TrustUnderTest.caller();
    trust.begin(caller, root, targets);
    trust.later(Duration.ofDays(300));
    assertTrue(text(center(caller)).contains("\"days_left\":65,\"due\":true"), "it is time");
    Json.Obj justTargets =
        prepare(caller, Json.Obj.EMPTY.with("documents", Json.Arr.ofTexts(List.of("targets"))));
    Json.Obj done = trust.sign(caller, justTargets, "targets", targets.signers().subList(0, 1));
    assertTrue(is(document(done, "targets"), "published"), text(done));
    Json.Obj justRoot =
        prepare(caller, Json.Obj.EMPTY.with("documents", Json.Arr.ofTexts(List.of("root"))));
    done = trust.sign(caller, justRoot, "root", root.signers().subList(0, 2));
    assertTrue(is(document(done, "root"), "published"), text(done));
    // Keys stand in root, so they do not change without it.
    assertEquals(
        BaseProblem.INVALID_FIELD,
        refused(
            () ->
                prepare(
                    caller,
                    Json.Obj.EMPTY
                        .with("targets", targets.json())
                        .with("documents", Json.Arr.ofTexts(List.of("targets"))))));
  }

  @Test
  void whatExpiredOrIsOutOfDateIsNotPublished() {
    Caller caller = TrustUnderTest.caller();
    Json.Obj prepared = prepare(caller, wish(root, targets));
    trust.later(Duration.ofDays(366));
    assertEquals(
        RepositoryProblem.CEREMONY_EXPIRED,
        refused(() -> trust.sign(caller, prepared, "root", root.signers().subList(0, 1))));
    Json.Obj again = prepare(caller, wish(root, targets));
    assertNotEquals(text(document(prepared, "root")), text(document(again, "root")));
    Json.Obj old = document(prepared, "root");
    trust.begin(caller, root, targets);

    // The first root once more, while the second is open.
    Json.Obj first = trust.call(caller, "getTrustRoot", Json.Obj.EMPTY);
    prepare(caller, Json.Obj.EMPTY);
    assertEquals(
        RepositoryProblem.CEREMONY_STALE, refused(() -> trust.call(caller, "submitRoot", first)));
    assertTrue(text(old).contains("\"published\":false"));
  }

  @Test
  void aTenantsCeremonyIsNoneOfAnothers() {
    Caller owner = TrustUnderTest.caller();
    Caller stranger = TrustUnderTest.caller();
    Json.Obj prepared = prepare(owner, wish(root, targets));
    Json.Obj strangers = prepare(stranger, wish(root, targets));
    assertNotEquals(
        document(prepared, "root").get("digest"), document(strangers, "root").get("digest"));
    Json.Obj signed = signature(file(prepared, "root"), root.signers().getFirst());
    assertEquals(
        RepositoryProblem.CEREMONY_SIGNATURE_INVALID,
        refused(() -> trust.call(stranger, "submitRoot", signed)));
    Json.Obj whole =
        TrustUnderTest.parse(file(prepared, "root"))
            .with("signatures", new Json.Arr(List.of(signed)));
    assertEquals(
        RepositoryProblem.CEREMONY_DOCUMENT_DIFFERS,
        refused(() -> trust.call(stranger, "submitRoot", whole)));
    trust.begin(owner, root, targets);
    assertFalse(is(center(stranger), "begun"));
    assertEquals(
        BaseProblem.NOT_FOUND, refused(() -> trust.call(stranger, "getTrustRoot", Json.Obj.EMPTY)));
    assertEquals(
        strangers.without("online_keys"), trust.call(stranger, "getCeremony", Json.Obj.EMPTY));
  }

  @Test
  void aFleetIsAddedOnceAndOnlyWithAKey() throws Exception {
    Caller caller = TrustUnderTest.caller();
    FleetName plant = new FleetName("Plant_7.north");
    assertEquals(RepositoryProblem.REPOSITORY_NOT_BEGUN, refused(() -> ensure(caller, plant)));
    trust.begin(caller, root, targets);
    ensure(caller, FleetName.DEFAULT);
    assertEquals(RepositoryProblem.FLEET_WITHOUT_KEY, refused(() -> ensure(caller, plant)));
    Json.Obj made =
        prepare(
            caller,
            Json.Obj.EMPTY
                .with("documents", new Json.Arr(List.of()))
                .with("fleets", Json.Arr.ofTexts(List.of(plant.value()))));
    assertEquals(new Json.Arr(List.of()), made.get("documents"));
    assertTrue(text(made).contains("fleet-Plant_7.north"), text(made));

    List<Callable<String>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(() -> ensure(caller, plant));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (Future<String> each : threads.invokeAll(callers)) {
        assertEquals("fleet-Plant_7.north", each.get());
      }
    }
    assertTrue(text(center(caller)).contains("\"fleets\":2"), text(center(caller)));
    assertTrue(text(center(caller)).contains("\"role\":\"fleet-Plant_7.north\""));
  }

  private String ensure(Caller caller, FleetName fleet) {
    return trust
        .platform
        .repositories()
        .ensureFleet(caller.tenant(), fleet, trust.clock.instant())
        .role();
  }

  /// Stops after each write in turn, whichever it is; submitting once more gets it done.
  @Test
  void aStopAnywhereIsMadeUpForByTheNextSubmission() {
    Stops stops = new Stops(trust);
    int stopped = 0;
    for (boolean goesOn = true; goesOn; ) {
      Caller caller = TrustUnderTest.caller();
      Json.Obj prepared = prepare(caller, wish(root, targets));
      trust.sign(caller, prepared, "root", root.signers().subList(0, 2));
      Json.Obj last = signature(file(prepared, "targets"), targets.signers().getFirst());
      goesOn = stops.after(stopped + 1, () -> trust.call(caller, "submitTargets", last));
      if (goesOn) {
        stopped++;
        Json.Obj again =
            trust.call(
                caller,
                "submitTargets",
                TrustUnderTest.parse(file(prepared, "targets"))
                    .with("signatures", new Json.Arr(List.of(last))));
        assertTrue(is(again, "begun"), stopped + ": " + text(again));
        assertTrue(is(document(again, "targets"), "published"), stopped + ": " + text(again));
        assertTrue(is(center(caller), "begun"));
        assertTrue(
            trust.trust().due(trust.clock.instant(), 1000).contains(caller.tenant()),
            "it is going to be renewed");
      }
    }
    // The record twice, and root, targets, publisher, snapshot, timestamp.
    assertEquals(7, stopped);
  }
}
