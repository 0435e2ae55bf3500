package io.firmament.rest.trust;

import static io.firmament.rest.trust.TrustUnderTest.document;
import static io.firmament.rest.trust.TrustUnderTest.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.KmsUnderTest;
import io.firmament.aws.tuf.KmsOnlineKeys;
import io.firmament.base.BaseProblem;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.base.TenantId;
import io.firmament.engines.GrantGuard;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.RepositoryProblem;
import io.firmament.platform.trust.RepositoryRenewal;
import io.firmament.platform.trust.SoftwareKeys;
import io.firmament.platform.trust.TrustRecord;
import io.firmament.platform.trust.TrustStore;
import io.firmament.rest.trust.TrustUnderTest.OfflineKeys;
import io.firmament.schema.TimerRole;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Json;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.Fleet;
import io.firmament.tuf.repository.Outcome;
import io.firmament.tuf.repository.Signers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// Online keys are replaced, because somebody wants that or because they are gone, and devices go
/// on.
class RotationTest {
  private static final int CALLERS = 6;

  @TempDir private Path folder;
  private final TrustUnderTest trust = new TrustUnderTest();
  private final OfflineKeys root = OfflineKeys.of(2, 3);
  private final OfflineKeys targets = OfflineKeys.of(1, 2);
  private final Caller caller = TrustUnderTest.caller();
  private final List<AuditEvent> audit = new CopyOnWriteArrayList<>();
  private TrustClients clients;
  private Path keys;

  @BeforeEach
  void start() {
    trust.at(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    clients = new TrustClients(trust, caller, folder);
    keys = folder.resolve("keys");
    trust.keys.set(SoftwareKeys.in(keys));
    trust.store.set(new Audited(trust.trust(), audit));
  }

  @AfterEach
  void end() {
    clients.close();
    trust.close();
  }

  // ---- what people do

  private Json.Obj prepare(Json.Obj wish) {
    return trust.call(caller, "prepareCeremony", wish);
  }

  private static Json.Obj documents(String... roles) {
    return Json.Obj.EMPTY.with("documents", Json.Arr.ofTexts(List.of(roles)));
  }

  /// The wish for other keys of roles, with the ids that the trust centre gives.
  private Json.Obj rotate(Json.Obj wish, String... roles) {
    return rotate(caller, wish, roles);
  }

  private Json.Obj rotate(Caller who, Json.Obj wish, String... roles) {
    Json.Obj rotate = Json.Obj.EMPTY;
    for (String role : roles) {
      rotate = rotate.with(role, trusted(who, role));
    }
    return wish.with("rotate", rotate);
  }

  private String trusted(String role) {
    return trusted(caller, role);
  }

  private String trusted(Caller who, String role) {
    String name = role.equals("freshness") ? "timestamp" : role;
    Json.Obj center = trust.call(who, "getTrust", Json.Obj.EMPTY);
    for (Json each :
        ((Json.Arr) Optional.ofNullable(center.get("roles")).orElseThrow()).elements()) {
      Json.Obj report = (Json.Obj) each;
      if (new Json.Text(name).equals(report.get("role"))) {
        Json.Arr listed = (Json.Arr) Optional.ofNullable(report.get("keys")).orElseThrow();
        assertEquals(1, listed.elements().size());
        return word((Json.Obj) listed.elements().getFirst(), "id");
      }
    }
    throw new AssertionError(role + " in " + text(center));
  }

  private static String word(Json.Obj object, String name) {
    return object.get(name) instanceof Json.Text(String value) ? value : "";
  }

  private static String online(Json.Obj answer, String role) {
    return answer.get("online_keys") instanceof Json.Obj ids ? word(ids, role) : "";
  }

  private static List<String> notes(Json.Obj answer) {
    return answer.get("notes") instanceof Json.Arr notes
        ? notes.elements().stream().map(each -> ((Json.Text) each).value()).toList()
        : List.of();
  }

  private Json.Obj signRoot(Json.Obj prepared) {
    return trust.sign(caller, prepared, "root", root.signers().subList(0, 2));
  }

  private Json.Obj signTargets(Json.Obj prepared) {
    return trust.sign(caller, prepared, "targets", targets.signers().subList(0, 1));
  }

  private static Set<String> roles(Json.Obj answer) {
    return answer.get("documents") instanceof Json.Arr documents
        ? documents.elements().stream()
            .map(each -> word((Json.Obj) each, "role"))
            .collect(Collectors.toSet())
        : Set.of();
  }

  private static boolean published(Json.Obj answer, String role) {
    return new Json.Bool(true).equals(document(answer, role).get("published"));
  }

  private void begin() {
    trust.begin(caller, root, targets);
  }

  private Path file(String name) {
    return keys.resolve(caller.tenant() + "/" + name + ".pem");
  }

  private void lose(String name) {
    try {
      Files.delete(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Set<String> files() {
    try (Stream<Path> all = Files.walk(keys.resolve(caller.tenant().toString()))) {
      Set<String> names = new HashSet<>();
      all.filter(Files::isRegularFile)
          .forEach(
              each ->
                  names.add(keys.resolve(caller.tenant().toString()).relativize(each).toString()));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Problem refused(Executable call) {
    return assertThrows(ProblemException.class, call).problem();
  }

  private List<AuditEvent> events(String action) {
    return audit.stream().filter(event -> event.action().equals(action)).toList();
  }

  private Outcome publishing(String version) {
    Fleet fleet = new Fleet("default");
    return clients.publish(
        fleet, fleet.path("router", version, "firmware.bin"), trust.clock.instant());
  }

  // ---- rotation

  @Test
  void everyKeyThatTheRepositoryTrustsIsReplacedUnderRunningClients() throws Exception {
    begin();
    String path = clients.publish("1");
    clients.accept(path);
    String freshness = trusted("freshness");
    Json.Obj prepared = prepare(rotate(documents("root"), "freshness"));
    assertEquals(freshness, trusted("freshness"), "until root is published");
    assertTrue(published(signRoot(prepared), "root"));
    assertNotEquals(freshness, trusted("freshness"));
    assertEquals(trusted("freshness"), online(prepared, "freshness"));
    clients.accept(path);
    lose("freshness");
    clients.accept(clients.publish("2"));

    String publisher = trusted("publisher");
    String director = trusted("director");
    prepared = prepare(rotate(documents("targets"), "publisher", "director"));
    assertTrue(published(signTargets(prepared), "targets"));
    assertNotEquals(publisher, trusted("publisher"));
    assertNotEquals(director, trusted("director"));
    clients.accept(path);
    lose("publisher");
    lose("director");
    clients.accept(clients.publish("3"));

    String fleet = trusted("fleet-default");
    prepared = prepare(rotate(documents(), "fleet-default"));
    assertNotEquals(fleet, trusted("fleet-default"));
    assertEquals(trusted("fleet-default"), online(prepared, "fleet-default"));
    assertEquals(new Json.Arr(List.of()), prepared.get("documents"));
    clients.accept(path);
    lose("fleet-default");
    clients.accept(clients.publish("4"));

    assertEquals(List.of(), events("trust.continuity_broken"));
    assertEquals(List.of(), notes(prepared));
    AuditEvent rekeyed = events("trust.fleet_rekeyed").getFirst();
    assertEquals(
        Map.of("role", "fleet-default", "from", fleet, "to", trusted("fleet-default")),
        rekeyed.facts());
    assertEquals(
        Set.of(
            "g2/freshness.pem",
            "g2/publisher.pem",
            "g2/director.pem",
            "g2/fleet-default.pem",
            "manifest.pem"),
        files());
  }

  @Test
  void allOfThemAreReplacedInOneCeremony() throws Exception {
    begin();
    String path = clients.publish("1");
    clients.accept(path);
    Json.Obj prepared =
        prepare(rotate(Json.Obj.EMPTY, "freshness", "publisher", "director", "fleet-default"));
    signRoot(prepared);
    Json.Obj done = signTargets(prepared);
    assertTrue(published(done, "root") && published(done, "targets"), text(done));
    for (String role : List.of("freshness", "publisher", "director", "fleet-default")) {
      assertEquals(trusted(role), online(prepared, role));
      lose(role);
    }
    clients.accept(clients.publish("2"));
    assertEquals(
        "freshness publisher director fleet-default",
        events("trust.prepared").getLast().facts().get("keys_replaced"));
    // What is due is signed by the new keys.
    trust.later(Duration.ofHours(7));
    RepositoryRenewal.Report renewed =
        GrantGuard.as(
            GrantGuard.Role.of(TimerRole.RENEW_REPOSITORIES),
            () ->
                trust
                    .platform
                    .repositoryRenewal()
                    .runDue(trust.clock.instant().plus(Duration.ofMinutes(5))));
    assertEquals(new RepositoryRenewal.Report(1, 0, 0, 0, 0), renewed);
  }

  @Test
  void whoeverAsksForTheSameGetsTheSameDocumentsAndNoFurtherKey() throws Exception {
    begin();
    Json.Obj wish = rotate(Json.Obj.EMPTY, "freshness", "publisher");
    Set<String> answers = new HashSet<>();
    List<Callable<Json.Obj>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(() -> prepare(wish));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (Future<Json.Obj> each : threads.invokeAll(callers)) {
        answers.add(text(each.get()));
      }
    }
    Json.Obj prepared = prepare(wish);
    trust.sign(caller, prepared, "root", root.signers().subList(0, 1));
    trust.later(Duration.ofHours(3));
    Json.Obj again = prepare(wish);
    assertEquals(1, answers.size(), answers::toString);
    assertEquals(document(prepared, "root").get("digest"), document(again, "root").get("digest"));
    assertEquals(
        Set.of(
            "freshness.pem",
            "g2/freshness.pem",
            "publisher.pem",
            "g2/publisher.pem",
            "director.pem",
            "fleet-default.pem",
            "manifest.pem"),
        files());
    // Another wish is another ceremony, as ever.
    assertEquals(RepositoryProblem.CEREMONY_OPEN, refused(() -> prepare(Json.Obj.EMPTY)));
  }

  @Test
  void aKeyThatWasMadeAndNotTrustedIsTheNextAndNoneThatWasTrustedComesBack() {
    begin();
    Set<String> ever = new LinkedHashSet<>();
    ever.add(trusted("freshness"));
    Json.Obj given = prepare(rotate(documents("root"), "freshness"));
    // The rotation is given up.
    prepare(documents("root"));
    Json.Obj second = prepare(rotate(documents("root"), "freshness"));
    assertEquals(online(given, "freshness"), online(second, "freshness"));
    signRoot(second);
    assertTrue(ever.add(trusted("freshness")));
    for (int i = 0; i < 3; i++) {
      signRoot(prepare(rotate(documents("root"), "freshness")));
      assertTrue(ever.add(trusted("freshness")), "another than all before");
    }
    assertEquals(5, files().stream().filter(name -> name.contains("freshness")).count());
    // A slot that was made free is used again.
    lose("g2/freshness");
    signRoot(prepare(rotate(documents("root"), "freshness")));
    assertTrue(ever.add(trusted("freshness")));
    assertTrue(files().contains("g2/freshness.pem"));
  }

  @Test
  void whereEveryPlaceIsTakenRetiredKeysMustBeDeletedFirst() {
    begin();
    for (int i = 2; i <= OnlineRole.FRESHNESS.slots(); i++) {
      signRoot(prepare(rotate(documents("root"), "freshness")));
    }
    assertEquals(
        RepositoryProblem.ONLINE_KEY_SLOTS_TAKEN,
        refused(() -> prepare(rotate(documents("root"), "freshness"))));
    lose("g3/freshness");
    assertTrue(published(signRoot(prepare(rotate(documents("root"), "freshness"))), "root"));
    assertTrue(files().contains("g3/freshness.pem"));
  }

  @Test
  void onlyTheKeyThatIsTrustedNowIsReplaced() {
    assertEquals(
        RepositoryProblem.ONLINE_KEY_NOT_TRUSTED,
        refused(
            () ->
                prepare(
                    TrustUnderTest.wish(root, targets)
                        .with("rotate", Json.Obj.EMPTY.with("freshness", "0".repeat(64))))),
        "nothing is trusted yet");
    begin();
    clients.publish("1");
    Json.Obj freshness = rotate(documents("root"), "freshness");
    Json.Obj fleet = rotate(documents(), "fleet-default");
    signRoot(prepare(freshness));
    prepare(fleet);
    Set<String> before = files();
    // The answer was lost, and the request is repeated.
    for (Json.Obj wish : List.of(freshness, fleet)) {
      assertEquals(RepositoryProblem.ONLINE_KEY_NOT_TRUSTED, refused(() -> prepare(wish)));
    }
    assertEquals(
        RepositoryProblem.ONLINE_KEY_NOT_TRUSTED,
        refused(
            () ->
                prepare(
                    documents()
                        .with(
                            "rotate",
                            Json.Obj.EMPTY.with("fleet-none", trusted("fleet-default"))))));
    assertEquals(before, files());
  }

  @Test
  void anotherTenantsKeysStayAsTheyAre() {
    begin();
    Caller other = TrustUnderTest.caller();
    trust.begin(other, root, targets);
    String theirs = trusted(other, "freshness");
    assertEquals(
        RepositoryProblem.ONLINE_KEY_NOT_TRUSTED,
        refused(
            () ->
                prepare(
                    documents("root").with("rotate", Json.Obj.EMPTY.with("freshness", theirs)))));
    signRoot(prepare(rotate(documents("root"), "freshness")));
    assertEquals(theirs, trusted(other, "freshness"));
  }

  @Test
  void theRotatedKeyIsNoOfflineKey() {
    begin();
    Json.Obj rotated = prepare(rotate(documents("root"), "freshness"));
    assertNotEquals(trusted("freshness"), online(rotated, "freshness"));
    for (int slot : List.of(1, 2)) {
      Json.Obj key =
          Signers.keyOf(
                  trust
                      .onlineKeys()
                      .look(caller.tenant(), OnlineRole.FRESHNESS, slot)
                      .held()
                      .orElseThrow())
              .json();
      Json.Obj assigned =
          Json.Obj.EMPTY.with("keys", new Json.Arr(List.of(key))).with("threshold", 1);
      assertEquals(
          BaseProblem.INVALID_FIELD,
          refused(() -> prepare(rotate(documents("root"), "freshness").with("root", assigned))));
    }
  }

  // ---- loss

  @Test
  void aLostKeyOfFreshnessIsReplacedWithABreakThatIsToldAndRecorded() throws Exception {
    begin();
    String path = clients.publish("1");
    clients.accept(path);
    lose("freshness");
    assertEquals(
        Outcome.Reason.SIGNERS_MISSING,
        assertInstanceOf(Outcome.Refused.class, publishing("2")).reason());
    assertEquals(
        RepositoryProblem.REPOSITORY_KEYS_MISSING,
        refused(() -> prepare(documents("targets"))),
        "targets alone could not be published");
    Json.Obj told = prepare(documents());
    assertTrue(text(told).contains("the key of freshness is gone"), text(told));
    assertEquals("", online(told, "freshness"));

    Json.Obj prepared = prepare(Json.Obj.EMPTY);
    assertTrue(notes(prepared).getFirst().contains("for a moment"), text(prepared));
    assertEquals(text(prepared), text(prepare(Json.Obj.EMPTY)));
    // Nothing can be signed before root, so targets waits for it.
    Json.Obj first = signTargets(prepared);
    assertFalse(published(first, "targets"), text(first));
    Json.Obj done = signRoot(prepared);

    assertTrue(published(done, "root") && published(done, "targets"), text(done));
    assertTrue(notes(done).getFirst().contains("is gone"), text(done));
    assertEquals(
        "freshness", events("trust.prepared").getLast().facts().get("keys_gone"), audit::toString);
    assertEquals("2", events("trust.continuity_broken").getFirst().facts().get("root_version"));
    assertEquals(1, events("trust.continuity_broken").size());
    clients.accept(path);
    clients.accept(clients.publish("2"));
    assertEquals(List.of(), notes(prepare(documents())));
  }

  @Test
  void aLostKeyIsReplacedInKmsToo() throws Exception {
    try (KmsUnderTest kms = KmsUnderTest.start()) {
      kms.assumeDigests();
      String prefix = "test-" + caller.tenant();
      // One process all along, which remembers the keys that it found.
      trust.keys.set(new KmsOnlineKeys(kms.client(), prefix));
      kms.forget(
          Stream.of("", "g2/", "g3/")
              .flatMap(
                  slot ->
                      Stream.of("freshness", "publisher", "director", "fleet-default")
                          .map(
                              role ->
                                  "alias/" + prefix + "/" + caller.tenant() + "/" + slot + role))
              .toList());
      begin();
      String path = clients.publish("1");
      clients.accept(path);
      Optional<Integer> before = kms.enabledKeys();
      signRoot(prepare(rotate(documents("root"), "freshness")));
      clients.accept(clients.publish("2"));
      assertEquals(before.map(count -> count + 1), kms.enabledKeys());

      String key = kmsKey(kms, prefix, "g2/freshness");
      kms.client().scheduleKeyDeletion(b -> b.keyId(key).pendingWindowInDays(7));
      String disabled = kmsKey(kms, prefix, "publisher");
      kms.client().disableKey(b -> b.keyId(disabled));
      assertEquals(
          Outcome.Reason.SIGNERS_MISSING,
          assertInstanceOf(Outcome.Refused.class, publishing("3")).reason());
      Json.Obj prepared = prepare(Json.Obj.EMPTY);
      assertEquals(2, notes(prepared).size(), text(prepared));
      signRoot(prepared);
      Json.Obj done = signTargets(prepared);
      assertTrue(published(done, "targets"), text(done));
      assertEquals(1, events("trust.continuity_broken").size());
      assertTrue(kmsKey(kms, prefix, "g3/freshness").length() > 8);
      assertTrue(kmsKey(kms, prefix, "g2/publisher").length() > 8);
      clients.accept(path);
      clients.accept(clients.publish("3"));
    }
  }

  private String kmsKey(KmsUnderTest kms, String prefix, String name) {
    String alias = "alias/" + prefix + "/" + caller.tenant() + "/" + name;
    return kms.client().getPublicKey(b -> b.keyId(alias)).keyId();
  }

  @Test
  void ofManyWhoAskAtOnceInKmsOneKeyIsLeft() throws Exception {
    try (KmsUnderTest kms = KmsUnderTest.start()) {
      String prefix = "test-" + caller.tenant();
      trust.keys.set(new KmsOnlineKeys(kms.client(), prefix));
      begin();
      kms.forget(
          Stream.of("freshness", "publisher", "director", "fleet-default", "g2/publisher")
              .map(name -> "alias/" + prefix + "/" + caller.tenant() + "/" + name)
              .toList());
      Optional<Integer> before = kms.enabledKeys();
      Json.Obj wish = rotate(documents("targets"), "publisher");
      List<Callable<String>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(() -> online(prepare(wish), "publisher"));
      }
      Set<String> made = new HashSet<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
        for (Future<String> each : threads.invokeAll(callers)) {
          made.add(each.get());
        }
      }
      assertEquals(1, made.size(), made::toString);
      assertEquals(before.map(count -> count + 1), kms.enabledKeys());
    }
  }

  @Test
  void otherLostKeysAreReplacedWithoutABreak() throws Exception {
    begin();
    String path = clients.publish("1");
    clients.accept(path);
    List.of("publisher", "director", "fleet-default").forEach(this::lose);
    // Root alone names none of them.
    Json.Obj other = prepare(documents("root"));
    assertEquals(3, notes(other).size(), text(other));
    assertTrue(text(other).contains("prepare targets to have another named"), text(other));
    assertEquals("", online(other, "publisher"));
    // A fleet's key is named by the publisher, which cannot sign.
    Json.Obj fleet = documents().with("fleets", Json.Arr.ofTexts(List.of("default")));
    assertEquals(RepositoryProblem.REPOSITORY_KEYS_MISSING, refused(() -> prepare(fleet)));

    Json.Obj prepared = prepare(documents("targets"));
    assertTrue(published(signTargets(prepared), "targets"));
    assertEquals(trusted("publisher"), online(prepared, "publisher"));
    assertEquals(trusted("director"), online(prepared, "director"));
    clients.accept(path);
    Json.Obj rekeyed = prepare(fleet);
    assertEquals(trusted("fleet-default"), online(rekeyed, "fleet-default"));
    assertTrue(notes(rekeyed).getFirst().endsWith("it has another"), text(rekeyed));
    assertEquals(List.of(), notes(prepare(fleet)));

    clients.accept(path);
    clients.accept(clients.publish("2"));
    assertEquals(List.of(), events("trust.continuity_broken"));
  }

  /// The worst that can happen to online keys, and root's and targets' keys change as well.
  @Test
  void whereAllKeysAreGoneACeremonyBringsEverythingBack() throws Exception {
    begin();
    String path = clients.publish("1");
    clients.accept(path);
    List.of("freshness", "publisher", "director", "fleet-default").forEach(this::lose);
    OfflineKeys newTargets = OfflineKeys.of(1, 1);
    Json.Obj prepared = prepare(Json.Obj.EMPTY.with("targets", newTargets.json()));
    assertFalse(published(signRoot(prepared), "root"), "published targets would not hold under it");
    signTargets(prepared);
    Json.Obj done = trust.sign(caller, prepared, "targets", newTargets.signers());
    assertTrue(published(done, "root") && published(done, "targets"), text(done));
    prepare(documents().with("fleets", Json.Arr.ofTexts(List.of("default"))));
    clients.accept(path);
    clients.accept(clients.publish("2"));
  }

  @Test
  void theKeyOfManifestsIsMadeOnceAndNothingTakesItsPlace() {
    try (KmsUnderTest kms = KmsUnderTest.start()) {
      String prefix = "test-" + caller.tenant();
      trust.keys.set(new KmsOnlineKeys(kms.client(), prefix));
      begin();
      String manifest = online(prepare(documents()), "manifest");
      String key = kmsKey(kms, prefix, "manifest");
      kms.client().disableKey(b -> b.keyId(key));
      Json.Obj without = prepare(documents("root"));
      assertEquals("", online(without, "manifest"));
      assertTrue(text(without).contains("the key of manifests is disabled"), text(without));
      kms.client().enableKey(b -> b.keyId(key));
      assertEquals(manifest, online(prepare(documents()), "manifest"));
      kms.forget(
          Stream.of("freshness", "publisher", "director", "manifest", "fleet-default")
              .map(name -> "alias/" + prefix + "/" + caller.tenant() + "/" + name)
              .toList());
    }
  }

  // ---- stops

  /// Stops after each write in turn; the same again goes on, and makes no further key.
  @Test
  void aStopAnywhereOfAPreparationIsMadeUpForByTheSameAgain() {
    Stops stops = new Stops(trust);
    int stopped = 0;
    for (boolean goesOn = true; goesOn; ) {
      Caller each = TrustUnderTest.caller();
      trust.begin(each, root, targets);
      trust
          .platform
          .repositories()
          .ensureFleet(each.tenant(), FleetName.DEFAULT, trust.clock.instant());
      Json.Obj wish = rotate(each, Json.Obj.EMPTY, "freshness", "publisher", "fleet-default");
      goesOn = stops.after(stopped + 1, () -> trust.call(each, "prepareCeremony", wish));
      if (goesOn) {
        stopped++;
        Json.Obj again = again(each, wish);
        assertEquals(Set.of("root", "targets"), roles(again));
        for (OnlineRole role :
            List.of(OnlineRole.FRESHNESS, OnlineRole.PUBLISHER, OnlineRole.of(FleetName.DEFAULT))) {
          assertEquals(3, trust.onlineKeys().free(each.tenant(), role), stopped + ": " + role);
        }
        assertEquals(online(again, "fleet-default"), trusted(each, "fleet-default"));
      }
    }
    // The record of the slots, three keys, the ceremony, the record of the fleet's, publisher, the
    // fleet's role, snapshot and timestamp.
    assertEquals(10, stopped);
  }

  /// Where the fleet has its key already, the rest is asked for again.
  private Json.Obj again(Caller each, Json.Obj wish) {
    try {
      return trust.call(each, "prepareCeremony", wish);
    } catch (ProblemException e) {
      assertEquals(RepositoryProblem.ONLINE_KEY_NOT_TRUSTED, e.problem());
      return trust.call(
          each, "prepareCeremony", rotate(each, Json.Obj.EMPTY, "freshness", "publisher"));
    }
  }

  @Test
  void aStopAnywhereOfARotationLeavesDevicesWithTheOldOrTheNew() throws Exception {
    // The record, the announcement, snapshot, timestamp, root, and the record.
    assertEquals(6, stopEverywhere(false));
    assertEquals(List.of(), events("trust.continuity_broken"));
  }

  @Test
  void aStopAnywhereOfABreakIsMadeUpForByTheNextSubmission() throws Exception {
    // The record twice, root, snapshot, timestamp, and the record.
    assertEquals(6, stopEverywhere(true));
  }

  private int stopEverywhere(boolean lost) throws Exception {
    Stops stops = new Stops(trust);
    int stopped = 0;
    for (boolean goesOn = true; goesOn; ) {
      Caller each = TrustUnderTest.caller();
      trust.begin(each, root, targets);
      try (TrustClients own = new TrustClients(trust, each, folder.resolve("" + stopped))) {
        own.ours().refresh();
        Json.Obj prepared =
            trust.call(each, "prepareCeremony", rotate(each, documents("root"), "freshness"));
        if (lost) {
          Files.delete(keys.resolve(each.tenant() + "/freshness.pem"));
        }
        trust.sign(each, prepared, "root", root.signers().subList(0, 1));
        SoftwareSigner second = root.signers().get(1);
        goesOn =
            stops.after(stopped + 1, () -> trust.sign(each, prepared, "root", List.of(second)));
        if (goesOn) {
          stopped++;
          if (!lost) {
            own.ours().refresh();
          }
          byte[] file = TrustUnderTest.file(prepared, "root");
          Json.Obj again =
              trust.call(
                  each,
                  "submitRoot",
                  TrustUnderTest.parse(file)
                      .with(
                          "signatures",
                          new Json.Arr(List.of(TrustUnderTest.signature(file, second)))));
          assertTrue(published(again, "root"), stopped + ": " + text(again));
          own.ours().refresh();
          assertEquals(online(prepared, "freshness"), trusted(each, "freshness"));
        }
      }
    }
    return stopped;
  }

  /// Somebody renews while the root that breaks is published; and where nobody submits again, the
  /// timer mends it.
  @Test
  void theTimerMendsABreakThatStoppedAfterRoot() throws Exception {
    begin();
    String path = clients.publish("1");
    clients.accept(path);
    Json.Obj prepared = prepare(rotate(documents("root"), "freshness"));
    lose("freshness");
    trust.sign(caller, prepared, "root", root.signers().subList(0, 1));
    List<SoftwareSigner> second = root.signers().subList(1, 2);
    // Two writes of the record, and root.
    assertTrue(new Stops(trust).after(3, () -> trust.sign(caller, prepared, "root", second)));
    assertThrows(TufException.class, () -> clients.ours().refresh());
    assertEquals(
        1,
        trust
            .platform
            .repositoryRenewal()
            .runDue(trust.clock.instant().plus(Duration.ofMinutes(5)))
            .renewed());
    clients.accept(path);
  }

  /// Keeps the events that are written.
  private record Audited(TrustStore store, List<AuditEvent> events) implements TrustStore {
    @Override
    public Optional<TrustRecord> find(TenantId tenant) {
      return store.find(tenant);
    }

    @Override
    public boolean put(TrustRecord record, Optional<Instant> renewAt, AuditEvent audit) {
      boolean put = store.put(record, renewAt, audit);
      if (put) {
        events.add(audit);
      }
      return put;
    }

    @Override
    public List<TenantId> due(Instant now, int limit) {
      return store.due(now, limit);
    }

    @Override
    public void renewed(TenantId tenant, Instant now, Instant next) {
      store.renewed(tenant, now, next);
    }
  }
}
