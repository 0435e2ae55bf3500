package io.firmament.tuf.repository;

import static io.firmament.tuf.repository.TestRepository.NOW;
import static io.firmament.tuf.repository.TestRepository.PLANT;
import static io.firmament.tuf.repository.TestRepository.assign;
import static io.firmament.tuf.repository.TestRepository.bytes;
import static io.firmament.tuf.repository.TestRepository.keys;
import static io.firmament.tuf.repository.TestRepository.published;
import static io.firmament.tuf.repository.TestRepository.refused;
import static io.firmament.tuf.repository.TestRepository.sign;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.trust.KeyGoneException;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.trust.Signer;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Delegations;
import io.firmament.tuf.Hashes;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.client.Target;
import io.firmament.tuf.client.TufClient;
import io.firmament.tuf.repository.Outcome.Reason;
import io.firmament.tuf.repository.TufRepository.Continuity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TufRepositoryTest {
  @Test
  void whatIsPublishedIsWhatADeviceGets(@TempDir Path folder) throws Exception {
    TestRepository repo = new TestRepository().begun();
    repo.publish("1.0.0");
    TufClient client = repo.device().refreshed();

    Target target = client.find("fleets/plant-7/router/1.0.0/firmware.bin");
    client.download(target, folder.resolve("firmware"));

    assertEquals("fleet-plant-7", target.role());
    assertArrayEquals(bytes("1.0.0"), Files.readAllBytes(folder.resolve("firmware")));
    repo.assertOneHistory();
  }

  @Test
  void publishingTheSameAgainChangesNothing() {
    TestRepository repo = new TestRepository().begun();
    repo.publish("1.0.0");
    List<String> before = repo.store.names();

    Outcome again =
        repo.repository()
            .publish(PLANT, repo.target(PLANT, "1.0.0", bytes("1.0.0")), Set.of("gone"), NOW);

    assertInstanceOf(Outcome.Unchanged.class, again);
    assertEquals(before, repo.store.names());
  }

  @Test
  void aPublishedPathKeepsItsContent() {
    TestRepository repo = new TestRepository().begun();
    repo.publish("1.0.0");

    assertEquals(
        Reason.CONTENT_DIFFERS,
        refused(
            repo.repository()
                .publish(PLANT, repo.target(PLANT, "1.0.0", bytes("x")), Set.of(), NOW)));
  }

  @Test
  void aTargetIsTakenBack() throws TufException {
    TestRepository repo = new TestRepository().begun();
    TestRepository.Device device = repo.device();
    repo.publish("1.0.0");
    assertTrue(device.finds("1.0.0"));

    published(
        repo.repository()
            .publish(
                PLANT,
                repo.target(PLANT, "2.0.0", bytes("2.0.0")),
                Set.of(PLANT.path("router", "1.0.0", "firmware.bin")),
                NOW));

    assertFalse(device.finds("1.0.0"));
    assertTrue(device.finds("2.0.0"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fleets/other/router/1/firmware.bin",
        "fleets/plant-7/router/1",
        "fleets/plant-7/router/1/a/b",
        "fleets/plant-7/../other/1/x",
        "fleets/plant-7/router/1/.hidden",
        "fleets/plant-7/router//x",
        "fleets/plant-7/router/1/a*",
        "/fleets/plant-7/router/1/x",
        "x"
      })
  void aFleetPublishesInItsNamespaceOnly(String path) {
    TestRepository repo = new TestRepository().begun();
    TargetFile file = TargetFile.of(1, "00".repeat(32), Optional.empty());

    assertEquals(
        Reason.OUT_OF_NAMESPACE,
        refused(repo.repository().publish(PLANT, Map.of(path, file), Set.of(), NOW)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "-a", ".a", "_a", "a*", "..", "a b", "a[b]"})
  void namesOfFleetsArePlain(String name) {
    assertThrows(IllegalArgumentException.class, () -> new Fleet(name));
    assertThrows(IllegalArgumentException.class, () -> PLANT.path("a", "1", "../x"));
  }

  @Test
  void fleetsComeAndGoAndComeBackWithoutGoingBack() throws TufException {
    TestRepository repo = new TestRepository().begun();
    TestRepository.Device device = repo.device();
    repo.publish("1.0.0");
    assertTrue(device.finds("1.0.0"));
    assertEquals(
        Reason.FLEET_EXISTS,
        refused(repo.repository().addFleet(PLANT, assign(repo.fleetKey), NOW)));

    published(repo.repository().removeFleet(PLANT, NOW));
    assertFalse(device.finds("1.0.0"));
    assertEquals(
        Reason.NO_SUCH_FLEET, refused(repo.repository().publish(PLANT, Map.of(), Set.of(), NOW)));
    assertEquals(Reason.NO_SUCH_FLEET, refused(repo.repository().removeFleet(PLANT, NOW)));

    published(repo.repository().addFleet(PLANT, assign(repo.fleetKey), NOW));
    repo.publish("2.0.0");
    assertTrue(device.finds("2.0.0"));
    repo.assertOneHistory();
  }

  @Test
  void nothingGoesWithoutARepositoryOrTwice() {
    TestRepository repo = new TestRepository();
    assertEquals(Reason.NO_REPOSITORY, refused(repo.repository().renew(NOW)));
    assertEquals(Optional.empty(), repo.repository().state());
    repo.begun();

    Metadata<Root> root = sign(repo.firstRoot(), repo.rootKeys);
    Metadata<Targets> targets = sign(repo.firstTargets(), repo.targetsKeys);
    assertEquals(Reason.ALREADY_BEGUN, refused(repo.repository().begin(root, targets, NOW)));
  }

  @Test
  void aRepositoryBeginsOnlyWithWhatClientsAccept() {
    TestRepository repo = new TestRepository();
    Metadata<Root> root = sign(repo.firstRoot(), repo.rootKeys.subList(0, 2));
    Metadata<Targets> targets = sign(repo.firstTargets(), repo.targetsKeys);
    TufRepository repository = repo.repository();

    assertEquals(
        Reason.NOT_SIGNED,
        refused(
            repository.begin(sign(repo.firstRoot(), repo.rootKeys.subList(0, 1)), targets, NOW)));
    assertEquals(
        Reason.NOT_SIGNED,
        refused(repository.begin(root, sign(repo.firstTargets(), repo.rootKeys), NOW)));
    assertEquals(
        Reason.NOT_SIGNED,
        refused(
            repository.begin(
                root, sign(Targets.create(NOW.plusSeconds(9)), repo.targetsKeys), NOW)));
    assertEquals(
        Reason.EXPIRED, refused(repository.begin(root, targets, NOW.plus(Duration.ofDays(366)))));
    assertEquals(List.of(), repo.store.names());
    published(repository.begin(root, targets, NOW));
  }

  @Test
  void withoutItsSignersATransactionIsRefusedAndClientsSeeNothingOfIt() throws TufException {
    for (int missing = 0; missing < 4; missing++) {
      TestRepository repo = new TestRepository().begun();
      repo.publish("1.0.0");
      repo.online.remove(missing);
      Outcome outcome =
          repo.repository()
              .publish(PLANT, repo.target(PLANT, "2.0.0", bytes("2.0.0")), Set.of(), NOW);

      if (missing == 2) {
        // Publisher's key is not needed to publish to a fleet.
        published(outcome);
      } else {
        assertEquals(Reason.SIGNERS_MISSING, refused(outcome));
        assertTrue(repo.device().finds("1.0.0"));
        assertFalse(repo.device().finds("2.0.0"));
      }
    }
  }

  // --- stops

  @Test
  void aStopAtAnyWriteOfBeginningIsMendedByBeginningAgain() throws TufException {
    int stops = 0;
    for (boolean after : List.of(false, true)) {
      for (int write = 0; write < 5; write++) {
        TestRepository repo = new TestRepository();
        Metadata<Root> root = sign(repo.firstRoot(), repo.rootKeys);
        Metadata<Targets> targets = sign(repo.firstTargets(), repo.targetsKeys);
        TufRepository stopping = repo.repository(SteppedStore.stopping(repo.store, write, after));
        assertThrows(SteppedStore.Stopped.class, () -> stopping.begin(root, targets, NOW));
        stops++;

        boolean begun = write == 4 && after;
        Outcome again = repo.repository().begin(root, targets, NOW);

        assertEquals(begun, again instanceof Outcome.Refused, again::toString);
        repo.device().refreshed();
        repo.assertOneHistory();
      }
    }
    assertEquals(10, stops);
  }

  /// Runs a change stopped at every write, before and after it; devices old and new always get the
  /// old or the new, and the change done again succeeds.
  private static int stopEverywhere(Change change) throws TufException {
    int stops = 0;
    for (boolean after : List.of(false, true)) {
      for (int write = 0; ; write++) {
        TestRepository repo = new TestRepository().begun();
        repo.publish("1.0.0");
        TestRepository.Device old = repo.device();
        assertTrue(old.finds("1.0.0"));
        Step step = change.prepare(repo);
        boolean stopped = false;
        try {
          step.run(repo.repository(SteppedStore.stopping(repo.store, write, after)));
        } catch (SteppedStore.Stopped e) {
          stopped = true;
          stops++;
        }

        assertTrue(old.copy().finds("1.0.0"));
        assertTrue(repo.device().finds("1.0.0"));
        repo.assertOneHistory();
        Outcome again = step.run(repo.repository());
        assertFalse(again instanceof Outcome.Contended, again::toString);
        assertFalse(again instanceof Outcome.Refused, again::toString);
        assertTrue(old.finds("1.0.0"));
        assertTrue(repo.device().finds("1.0.0"));
        repo.publish("3.0.0");
        assertTrue(old.finds("3.0.0"));
        repo.assertOneHistory();
        if (!stopped) {
          break;
        }
      }
    }
    return stops;
  }

  private interface Change {
    Step prepare(TestRepository repo);
  }

  private interface Step {
    Outcome run(TufRepository repository);
  }

  @Test
  void aStopAtAnyWriteOfPublishingLeavesTheOldOrTheNew() throws TufException {
    int stops =
        stopEverywhere(
            repo -> {
              Map<String, TargetFile> target = repo.target(PLANT, "2.0.0", bytes("2.0.0"));
              return repository -> repository.publish(PLANT, target, Set.of(), NOW);
            });

    assertEquals(2 * 3, stops);
  }

  @Test
  void aStopAtAnyWriteOfAChangeOfRootLeavesTheOldOrTheNew() throws TufException {
    int stops =
        stopEverywhere(
            repo -> {
              SoftwareSigner snapshot = SoftwareSigner.generate();
              SoftwareSigner timestamp = SoftwareSigner.generate();
              repo.online.addAll(List.of(snapshot, timestamp));
              Root next =
                  repo.state()
                      .root()
                      .signed()
                      .next(
                          Schedule.DEFAULT.root().expiry(NOW),
                          Map.of(
                              RoleName.SNAPSHOT, assign(snapshot),
                              RoleName.TIMESTAMP, assign(timestamp)));
              Metadata<Root> signed = sign(next, repo.rootKeys);
              return repository -> repository.publishRoot(signed, Continuity.KEEP, NOW);
            });

    // The announcement, snapshot and timestamp by old and new keys, and root.
    assertEquals(2 * 4, stops);
  }

  @Test
  void aStopAtAnyWriteOfNewPublisherKeysLeavesTheOldOrTheNew() throws TufException {
    int stops =
        stopEverywhere(
            repo -> {
              SoftwareSigner key = SoftwareSigner.generate();
              repo.online.add(key);
              Targets next =
                  Publisher.delegateTo(repo.state().topLevelTargets(), assign(key))
                      .next(
                          Schedule.DEFAULT.targets().expiry(NOW),
                          repo.repository().nextTargetsVersion());
              Metadata<Targets> signed = sign(next, repo.targetsKeys);
              return repository -> repository.publishTargets(signed, NOW);
            });

    // Targets, publisher by its new key, snapshot and timestamp.
    assertEquals(2 * 4, stops);
  }

  @Test
  void aStopAtAnyWriteOfOtherFleetKeysLeavesTheOldOrTheNew() throws TufException {
    int stops =
        stopEverywhere(
            repo -> {
              SoftwareSigner key = SoftwareSigner.generate();
              repo.online.add(key);
              return repository -> repository.changeFleetKeys(PLANT, assign(key), NOW);
            });

    // Publisher, the fleet's role by its new key, snapshot and timestamp.
    assertEquals(2 * 4, stops);
  }

  // --- concurrency

  @Test
  void aWriterThatComesBetweenAnyTwoStepsIsNotLost() throws TufException {
    int steps = 0;
    for (int at = 0; ; at++) {
      TestRepository repo = new TestRepository().begun();
      int moment = at;
      boolean[] came = new boolean[1];
      MetadataStore interrupted =
          new SteppedStore(
              repo.store,
              false,
              step -> {
                if (step == moment) {
                  came[0] = true;
                  repo.publish("other");
                }
              },
              step -> {});
      published(
          repo.repository(interrupted)
              .publish(PLANT, repo.target(PLANT, "mine", bytes("mine")), Set.of(), NOW));

      repo.assertOneHistory();
      assertTrue(repo.device().finds("mine"));
      assertEquals(came[0], repo.device().finds("other"));
      if (!came[0]) {
        break;
      }
      steps++;
    }
    assertTrue(steps > 10, "only " + steps);
  }

  @Test
  void aWriterThatStopsBetweenAnyTwoStepsOfAnotherDoesNoHarm() throws TufException {
    for (int at = 0; at < 12; at++) {
      for (int write = 0; write < 3; write++) {
        TestRepository repo = new TestRepository().begun();
        int moment = at;
        int last = write;
        MetadataStore interrupted =
            new SteppedStore(
                repo.store,
                false,
                step -> {
                  if (step == moment) {
                    TufRepository other =
                        repo.repository(SteppedStore.stopping(repo.store, last, true));
                    Map<String, TargetFile> target = repo.target(PLANT, "other", bytes("other"));
                    assertThrows(
                        SteppedStore.Stopped.class,
                        () -> other.publish(PLANT, target, Set.of(), NOW));
                  }
                },
                step -> {});
        published(
            repo.repository(interrupted)
                .publish(PLANT, repo.target(PLANT, "mine", bytes("mine")), Set.of(), NOW));

        repo.assertOneHistory();
        assertTrue(repo.device().finds("mine"));
        assertEquals(last == 2, repo.device().finds("other"));
      }
    }
  }

  @Test
  void aWriterBetweenAnyTwoStepsOfAChangeOfRootLeavesNoGap() throws TufException {
    int steps = 0;
    for (int at = 0; ; at++) {
      TestRepository repo = new TestRepository().begun();
      repo.publish("1.0.0");
      SoftwareSigner timestamp = SoftwareSigner.generate();
      repo.online.add(timestamp);
      Root next =
          repo.state()
              .root()
              .signed()
              .next(
                  Schedule.DEFAULT.root().expiry(NOW),
                  Map.of(RoleName.TIMESTAMP, assign(timestamp)));
      int moment = at;
      boolean[] came = new boolean[1];
      MetadataStore watched =
          new SteppedStore(repo.store, true, step -> {}, step -> assertServes(repo));
      MetadataStore interrupted =
          new SteppedStore(
              watched,
              false,
              step -> {
                if (step == moment) {
                  came[0] = true;
                  repo.publish("other");
                  assertServes(repo);
                }
              },
              step -> {});
      published(
          repo.repository(interrupted)
              .publishRoot(sign(next, repo.rootKeys), Continuity.KEEP, NOW));

      assertServes(repo);
      assertEquals(came[0], repo.device().finds("other"));
      if (!came[0]) {
        break;
      }
      steps++;
    }
    assertTrue(steps > 10, "only " + steps);
  }

  private static void assertServes(TestRepository repo) {
    try {
      assertTrue(repo.device().finds("1.0.0"));
    } catch (TufException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void manyWritersAtOnceMakeOneHistory() throws Exception {
    TestRepository repo = new TestRepository().begun();
    int writers = 4;
    int each = 3;
    List<Map<String, TargetFile>> all = new ArrayList<>();
    for (int i = 0; i < writers * each; i++) {
      all.add(repo.target(PLANT, "v" + i, bytes("v" + i)));
    }
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        List<Map<String, TargetFile>> own = all.subList(writer * each, (writer + 1) * each);
        running.add(
            pool.submit(
                () -> {
                  for (Map<String, TargetFile> target : own) {
                    Outcome outcome = new Outcome.Contended();
                    while (outcome instanceof Outcome.Contended) {
                      outcome = repo.repository().publish(PLANT, target, Set.of(), NOW);
                    }
                    published(outcome);
                  }
                }));
      }
      for (Future<?> future : running) {
        future.get();
      }
    }

    repo.assertOneHistory();
    assertEquals(writers * each, repo.state().role(PLANT.role()).orElseThrow().targets().size());
  }

  @Test
  void whoeverIsAlwaysOvertakenIsToldSo() {
    TestRepository repo = new TestRepository().begun();
    int[] others = new int[1];
    MetadataStore busy =
        new MetadataStore() {
          @Override
          public Optional<Stored> read(String name) {
            return repo.store.read(name);
          }

          @Override
          public boolean create(String name, byte[] file) {
            return repo.store.create(name, file);
          }

          @Override
          public Optional<String> replace(String name, Optional<String> tag, byte[] file) {
            repo.publish("other" + others[0]++);
            return repo.store.replace(name, tag, file);
          }
        };

    Outcome outcome =
        repo.repository(busy)
            .publish(PLANT, repo.target(PLANT, "mine", bytes("mine")), Set.of(), NOW);

    assertInstanceOf(Outcome.Contended.class, outcome);
  }

  // --- keys

  @Test
  void theKeysOfEveryTopLevelRoleRotateUnderARunningFleet() throws TufException {
    TestRepository repo = new TestRepository().begun();
    TestRepository.Device device = repo.device();
    repo.publish("1.0.0");
    assertTrue(device.finds("1.0.0"));

    // Targets: signed by old and new keys first, then the root that names the new ones.
    List<SoftwareSigner> newTargets = keys(3);
    List<SoftwareSigner> newRoot = keys(3);
    SoftwareSigner snapshot = SoftwareSigner.generate();
    SoftwareSigner timestamp = SoftwareSigner.generate();
    Root current = repo.state().root().signed();
    Root next =
        current.next(
            Schedule.DEFAULT.root().expiry(NOW),
            Map.of(
                RoleName.ROOT, assign(2, newRoot),
                RoleName.TARGETS, assign(2, newTargets),
                RoleName.SNAPSHOT, assign(snapshot),
                RoleName.TIMESTAMP, assign(timestamp)));
    List<SoftwareSigner> bothRoots = new ArrayList<>(repo.rootKeys);
    bothRoots.addAll(newRoot);
    Metadata<Root> root = sign(next, bothRoots);
    repo.online.addAll(List.of(snapshot, timestamp));
    assertEquals(
        Reason.BREAKS_CONTINUITY,
        refused(repo.repository().publishRoot(root, Continuity.KEEP, NOW)));
    List<SoftwareSigner> bothTargets = new ArrayList<>(repo.targetsKeys);
    bothTargets.addAll(newTargets);
    Targets targets =
        repo.state()
            .topLevelTargets()
            .next(Schedule.DEFAULT.targets().expiry(NOW), repo.repository().nextTargetsVersion());
    published(repo.repository().publishTargets(sign(targets, bothTargets), NOW));

    published(repo.repository().publishRoot(root, Continuity.KEEP, NOW));

    repo.online.removeAll(List.of(repo.snapshotKey, repo.timestampKey));
    repo.publish("2.0.0");
    assertTrue(device.finds("2.0.0"));
    assertTrue(repo.device().finds("2.0.0"));
    assertEquals(2, device.root().version());
    repo.assertOneHistory();
  }

  @Test
  void aRootThatOldOrNewKeysHaveNotSignedIsRefused() {
    TestRepository repo = new TestRepository().begun();
    List<SoftwareSigner> newRoot = keys(2);
    Root current = repo.state().root().signed();
    Instant expires = Schedule.DEFAULT.root().expiry(NOW);
    Root next = current.next(expires, Map.of(RoleName.ROOT, assign(2, newRoot)));
    TufRepository repository = repo.repository();

    for (List<SoftwareSigner> signers :
        List.of(
            newRoot,
            repo.rootKeys,
            List.of(repo.rootKeys.get(0), newRoot.get(0), newRoot.get(1)),
            List.of(repo.rootKeys.get(0), repo.rootKeys.get(1), newRoot.get(0)))) {
      assertEquals(
          Reason.NOT_SIGNED,
          refused(repository.publishRoot(sign(next, signers), Continuity.KEEP, NOW)));
    }
    assertEquals(
        Reason.STALE,
        refused(
            repository.publishRoot(
                sign(next.next(expires, Map.of()), repo.rootKeys), Continuity.KEEP, NOW)));
    assertEquals(
        Reason.EXPIRED,
        refused(
            repository.publishRoot(
                sign(current.next(NOW, Map.of()), repo.rootKeys), Continuity.KEEP, NOW)));
    assertFalse(repo.store.names().contains("2.root.json"));
  }

  @Test
  void lostOnlineKeysAreReplacedWithABreak() throws TufException {
    TestRepository repo = new TestRepository().begun();
    TestRepository.Device device = repo.device();
    repo.publish("1.0.0");
    assertTrue(device.finds("1.0.0"));
    SoftwareSigner timestamp = SoftwareSigner.generate();
    repo.online.remove(repo.timestampKey);
    repo.online.add(timestamp);
    Root next =
        repo.state()
            .root()
            .signed()
            .next(
                Schedule.DEFAULT.root().expiry(NOW), Map.of(RoleName.TIMESTAMP, assign(timestamp)));
    Metadata<Root> signed = sign(next, repo.rootKeys);

    assertEquals(
        Reason.SIGNERS_MISSING,
        refused(repo.repository().publishRoot(signed, Continuity.KEEP, NOW)));
    // A stop right after the root: publishing it again mends it, and so does renewing.
    TufRepository stopping = repo.repository(SteppedStore.stopping(repo.store, 0, true));
    assertThrows(
        SteppedStore.Stopped.class, () -> stopping.publishRoot(signed, Continuity.BREAK, NOW));
    assertThrows(TufException.class, () -> device.copy().refreshed());
    published(repo.repository().publishRoot(signed, Continuity.BREAK, NOW));

    assertTrue(device.finds("1.0.0"));
    assertInstanceOf(
        Outcome.Unchanged.class, repo.repository().publishRoot(signed, Continuity.BREAK, NOW));
  }

  @Test
  void aChangeOfRootBreaksContinuityOnlyWhereTheOldKeysAreGone() throws TufException {
    TestRepository repo = new TestRepository().begun();
    SoftwareSigner fresh = SoftwareSigner.generate();
    Root next = repo.withFreshness(fresh);
    assertEquals(Continuity.KEEP, repo.repository().continuityTo(next));
    Set<Signer> gone = new HashSet<>();
    repo.online.replaceAll(each -> new Leaving(each, gone));
    repo.online.add(fresh);
    assertEquals(Continuity.KEEP, repo.repository().continuityTo(next));
    gone.add(repo.timestampKey);
    assertEquals(Continuity.BREAK, repo.repository().continuityTo(next));
    // Without the next ones there is nothing to go on with.
    repo.online.remove(fresh);
    assertEquals(Continuity.KEEP, repo.repository().continuityTo(next));
    // A root that keeps the keys asks for none.
    assertEquals(
        Continuity.KEEP,
        repo.repository()
            .continuityTo(
                repo.state().root().signed().next(Schedule.DEFAULT.root().expiry(NOW), Map.of())));
  }

  @Test
  void aStoreOfKeysThatDoesNotAnswerSaysNothingAboutItsKeys() throws TufException {
    TestRepository repo = new TestRepository().begun();
    Root next = repo.withFreshness(SoftwareSigner.generate());
    repo.online.clear();
    Signers silent =
        Signers.byRole(
            (role, keyIds) -> {
              throw new IllegalStateException("no answer");
            });
    TufRepository repository = new TufRepository(repo.store, silent, Schedule.DEFAULT);

    assertThrows(IllegalStateException.class, () -> repository.continuityTo(next));
    Metadata<Root> signed = sign(next, repo.rootKeys);
    for (Continuity continuity : Continuity.values()) {
      assertThrows(
          IllegalStateException.class, () -> repository.publishRoot(signed, continuity, NOW));
    }
    assertFalse(repo.store.names().contains("2.root.json"));
  }

  @Test
  void aRootWhoseOwnKeysAreNotHereIsNotPublished() throws TufException {
    TestRepository repo = new TestRepository().begun();
    TestRepository.Device device = repo.device();
    Metadata<Root> next = sign(repo.withFreshness(SoftwareSigner.generate()), repo.rootKeys);

    for (Continuity continuity : Continuity.values()) {
      assertEquals(
          Reason.SIGNERS_MISSING, refused(repo.repository().publishRoot(next, continuity, NOW)));
    }
    assertFalse(repo.store.names().contains("2.root.json"));
    device.refreshed();
  }

  /// 5.3.11: the versions that were run up do not bind once the keys are others.
  @Test
  void aDeviceThatWasRunAheadOfComesBackWhenTheKeysAreOthers() throws TufException {
    TestRepository repo = new TestRepository().begun();
    TestRepository.Device device = repo.device();
    repo.publish("1.0.0");
    Runnable honest = repo.runAhead();
    assertTrue(device.finds("1.0.0"));
    honest.run();
    assertThrows(TufException.class, device::refreshed);
    SoftwareSigner fresh = SoftwareSigner.generate();
    repo.online.add(fresh);
    Metadata<Root> next = sign(repo.withFreshness(fresh), repo.rootKeys);

    published(repo.repository().publishRoot(next, Continuity.KEEP, NOW));

    repo.publish("2.0.0");
    assertTrue(device.finds("2.0.0"));
    // The thief signs on, and nobody listens.
    repo.online.removeAll(List.of(repo.snapshotKey, repo.timestampKey));
    repo.runAhead();
    assertThrows(TufException.class, () -> device.copy().refreshed());
    assertThrows(TufException.class, () -> repo.device().refreshed());
  }

  @Test
  void keysAreAskedForByTheirIdsAndOnceInATransaction() {
    TestRepository repo = new TestRepository().begun();
    List<String> asked = new ArrayList<>();
    Signers signers =
        Signers.byRole(
            (role, keyIds) -> {
              asked.add(role + " " + String.join(" ", keyIds));
              return repo.online;
            });

    published(
        new TufRepository(repo.store, signers, Schedule.DEFAULT)
            .publish(PLANT, repo.target(PLANT, "1", bytes("1")), Set.of(), NOW));

    assertEquals(
        List.of(
            PLANT.role() + " " + Signers.keyOf(repo.fleetKey).id(),
            "snapshot " + Signers.keyOf(repo.snapshotKey).id(),
            "timestamp " + Signers.keyOf(repo.timestampKey).id()),
        asked);
  }

  /// A key that goes while it is remembered.
  private record Leaving(Signer signer, Set<Signer> gone) implements Signer {
    @Override
    public SignatureAlgorithm algorithm() {
      return signer.algorithm();
    }

    @Override
    public PublicKey publicKey() {
      return signer.publicKey();
    }

    @Override
    public byte[] sign(byte[] message) {
      if (gone.contains(signer)) {
        throw new KeyGoneException("deleted", new IllegalStateException());
      }
      return signer.sign(message);
    }
  }

  @Test
  void aPublisherThatWasCompromisedIsCutOffByTheOfflineTargets() throws TufException {
    TestRepository repo = new TestRepository().begun();
    repo.publish("1.0.0");
    SoftwareSigner fresh = SoftwareSigner.generate();
    repo.online.add(fresh);
    Targets next =
        Publisher.delegateTo(repo.state().topLevelTargets(), assign(fresh))
            .next(Schedule.DEFAULT.targets().expiry(NOW), repo.repository().nextTargetsVersion());
    published(repo.repository().publishTargets(sign(next, repo.targetsKeys), NOW));
    repo.online.remove(fresh);

    assertEquals(
        Reason.SIGNERS_MISSING,
        refused(repo.repository().addFleet(new Fleet("b"), assign(repo.fleetKey), NOW)));
    assertTrue(repo.device().finds("1.0.0"));
  }

  @Test
  void aFleetGetsOtherKeysAndKeepsItsTargets() throws TufException {
    TestRepository repo = new TestRepository().begun();
    TestRepository.Device device = repo.device();
    repo.publish("1.0.0");
    assertTrue(device.finds("1.0.0"));
    List<SoftwareSigner> fresh = keys(3);
    repo.online.addAll(fresh);

    published(repo.repository().changeFleetKeys(PLANT, assign(2, fresh), NOW));
    assertInstanceOf(
        Outcome.Unchanged.class, repo.repository().changeFleetKeys(PLANT, assign(2, fresh), NOW));
    repo.online.remove(repo.fleetKey);
    repo.online.remove(fresh.getFirst());
    repo.publish("2.0.0");

    assertTrue(device.finds("1.0.0"));
    assertTrue(device.finds("2.0.0"));
    repo.online.remove(fresh.getLast());
    assertEquals(
        Reason.SIGNERS_MISSING,
        refused(
            repo.repository().publish(PLANT, repo.target(PLANT, "3", bytes("3")), Set.of(), NOW)));
    assertEquals(
        Reason.NO_SUCH_FLEET,
        refused(repo.repository().changeFleetKeys(new Fleet("no"), assign(repo.fleetKey), NOW)));
  }

  @Test
  void targetsOfACeremonyAreCheckedBeforeTheyAreWritten() {
    TestRepository repo = new TestRepository().begun();
    Targets current = repo.state().topLevelTargets();
    Instant expires = Schedule.DEFAULT.targets().expiry(NOW);
    TufRepository repository = repo.repository();
    Targets next = current.next(expires, 0);

    assertEquals(
        Reason.NOT_SIGNED,
        refused(repository.publishTargets(sign(next, repo.targetsKeys.subList(0, 1)), NOW)));
    assertEquals(
        Reason.STALE,
        refused(
            repository.publishTargets(
                sign(current.with(Delegations.none()), repo.targetsKeys), NOW)));
    assertEquals(
        Reason.BREAKS_CONTINUITY,
        refused(
            repository.publishTargets(sign(next.with(Delegations.none()), repo.targetsKeys), NOW)));
    assertEquals(
        Reason.EXPIRED,
        refused(repository.publishTargets(sign(current.next(NOW, 0), repo.targetsKeys), NOW)));
    Metadata<Targets> good = sign(next, repo.targetsKeys);
    published(repository.publishTargets(good, NOW));
    assertInstanceOf(Outcome.Unchanged.class, repository.publishTargets(good, NOW));
  }

  @Test
  void whatARoleSaysThatIsNotKnownHereStaysWhenItIsSignedAnew() throws TufException {
    TestRepository repo = new TestRepository().begun();
    Targets next = repo.state().topLevelTargets().next(NOW.plus(Duration.ofDays(90)), 0);
    byte[] extended =
        Json.Obj.EMPTY
            .with("signatures", new Json.Arr(List.of()))
            .with("signed", next.json().with("x-note", "kept"))
            .toBytes();
    Targets noted = Metadata.targets(extended).signed();
    published(repo.repository().publishTargets(sign(noted, repo.targetsKeys), NOW));
    Targets later = repo.state().topLevelTargets().next(NOW.plus(Duration.ofDays(365)), 0);

    published(repo.repository().publishTargets(sign(later, repo.targetsKeys), NOW));

    assertEquals(new Json.Text("kept"), repo.state().topLevelTargets().json().get("x-note"));
  }

  // --- time

  @Test
  void nothingIsDueRightAfterSigning() {
    TestRepository repo = new TestRepository().begun();

    assertEquals(List.of(), Schedule.DEFAULT.due(repo.state(), NOW));
    assertInstanceOf(Outcome.Unchanged.class, repo.repository().renew(NOW));
  }

  @Test
  void whatIsDueIsSaidLongBeforeItExpiresAndWithAnAlarm() {
    TestRepository repo = new TestRepository().begun();
    RepositoryState state = repo.state();

    assertEquals(
        List.of(
            new Schedule.Due(
                "timestamp", Schedule.Custody.ONLINE, NOW.plus(Duration.ofHours(24)), false)),
        Schedule.DEFAULT.due(state, NOW.plus(Duration.ofHours(6))));
    assertTrue(Schedule.DEFAULT.due(state, NOW.plus(Duration.ofHours(12))).getFirst().overdue());
    assertEquals(
        List.of("timestamp", "snapshot"),
        Schedule.DEFAULT.due(state, NOW.plus(Duration.ofDays(3))).stream()
            .map(Schedule.Due::role)
            .toList());
    List<Schedule.Due> late = Schedule.DEFAULT.due(state, NOW.plus(Duration.ofDays(280)));
    assertEquals(
        Set.of("timestamp", "snapshot", "publisher", "fleet-plant-7", "root", "targets"),
        Set.copyOf(late.stream().map(Schedule.Due::role).toList()));
    assertEquals(
        2,
        late.stream()
            .filter(due -> due.custody() == Schedule.Custody.OFFLINE && !due.overdue())
            .count());
  }

  @Test
  void aRepositoryThatIsRenewedEverySixHoursNeverExpiresForADevice() throws TufException {
    TestRepository repo = new TestRepository().begun();
    repo.publish("1.0.0");
    TestRepository.Device device = repo.device();
    Instant now = NOW;
    for (int day = 0; day < 100; day++) {
      for (int i = 0; i < (day % 10 == 0 ? 4 : 0); i++) {
        now = now.plus(Duration.ofHours(6));
        assertFalse(repo.repository().renew(now) instanceof Outcome.Refused);
      }
      if (day % 10 == 0) {
        device.at(now).find(PLANT.path("router", "1.0.0", "firmware.bin"));
      } else {
        now = now.plus(Duration.ofDays(1));
        assertFalse(repo.repository().renew(now) instanceof Outcome.Refused);
      }
    }
    device.at(now).find(PLANT.path("router", "1.0.0", "firmware.bin"));
    repo.assertOneHistory();
    RepositoryState state = repo.state();
    assertTrue(state.snapshot().signed().version() < state.timestamp().signed().version());
  }

  /// All that the device knows has expired, root's keys are others, and so are those of every role
  /// above its fleet.
  @Test
  void aDeviceThatWasAwayFor400DaysFindsItsWayFromRootToRoot() throws TufException {
    TestRepository repo = new TestRepository().begun();
    repo.publish("1.0.0");
    TestRepository.Device device = repo.device();
    assertTrue(device.finds("1.0.0"));
    List<SoftwareSigner> rootKeys = repo.rootKeys;
    List<SoftwareSigner> targetsKeys = repo.targetsKeys;
    Instant now = NOW;
    for (int day = 1; day <= 400; day++) {
      now = NOW.plus(Duration.ofDays(day));
      if (day % 90 == 0) {
        List<SoftwareSigner> newTargets = keys(2);
        List<SoftwareSigner> bothTargets = new ArrayList<>(targetsKeys);
        bothTargets.addAll(newTargets);
        published(
            repo.repository()
                .publishTargets(
                    sign(
                        repo.state()
                            .topLevelTargets()
                            .next(
                                Schedule.DEFAULT.targets().expiry(now),
                                repo.repository().nextTargetsVersion()),
                        bothTargets),
                    now));
        List<SoftwareSigner> newRoot = keys(3);
        List<SoftwareSigner> bothRoots = new ArrayList<>(rootKeys);
        bothRoots.addAll(newRoot);
        SoftwareSigner snapshot = SoftwareSigner.generate();
        SoftwareSigner timestamp = SoftwareSigner.generate();
        repo.online.addAll(List.of(snapshot, timestamp));
        Root next =
            repo.state()
                .root()
                .signed()
                .next(
                    Schedule.DEFAULT.root().expiry(now),
                    Map.of(
                        RoleName.ROOT, assign(2, newRoot),
                        RoleName.TARGETS, assign(2, newTargets),
                        RoleName.SNAPSHOT, assign(snapshot),
                        RoleName.TIMESTAMP, assign(timestamp)));
        published(repo.repository().publishRoot(sign(next, bothRoots), Continuity.KEEP, now));
        rootKeys = newRoot;
        targetsKeys = newTargets;
      }
      Outcome renewed = repo.repository().renew(now);
      assertFalse(renewed instanceof Outcome.Refused, renewed::toString);
    }
    published(
        repo.repository()
            .publish(PLANT, repo.target(PLANT, "9.0.0", bytes("9.0.0")), Set.of(), now));
    String path = PLANT.path("router", "9.0.0", "firmware.bin");

    device.at(now).find(path);

    assertEquals(5, device.root().version());
    repo.assertOneHistory();
  }

  @Test
  void renewalLeavesOfflineRolesToTheirCeremony() {
    TestRepository repo = new TestRepository().begun();
    Instant later = NOW.plus(Duration.ofDays(300));

    published(repo.repository().renew(later));

    RepositoryState state = repo.state();
    assertEquals(1, state.topLevelTargets().version());
    assertEquals(
        List.of("root", "targets"),
        Schedule.DEFAULT.due(state, later).stream().map(Schedule.Due::role).toList());
  }

  // --- what is served

  @Test
  void whateverIsTamperedWithIsRefused() throws Exception {
    TestRepository repo = new TestRepository().begun();
    repo.publish("1.0.0");
    RepositoryState state = repo.state();
    String path = PLANT.path("router", "1.0.0", "firmware.bin");
    Map<String, Long> files =
        Map.of(
            RoleName.SNAPSHOT,
            state.snapshot().signed().version(),
            RoleName.TARGETS,
            1L,
            Publisher.ROLE,
            state.publisher().orElseThrow().version(),
            PLANT.role(),
            state.role(PLANT.role()).orElseThrow().version());
    for (Map.Entry<String, Long> entry : files.entrySet()) {
      String name = RoleName.fileName(entry.getValue(), entry.getKey());
      byte[] good = repo.store.read(name).orElseThrow().file();
      repo.store.put(name, TestRepository.flipped(good, good.length / 2));

      TufException e =
          assertThrows(TufException.class, () -> repo.device().refreshed().find(path), name);
      assertEquals(TufException.Reason.CONTENT_MISMATCH, e.reason());
      repo.store.put(name, good);
    }
    assertTrue(repo.device().finds("1.0.0"));
  }

  @Test
  void namesOfFilesAreThoseOfConsistentSnapshots() {
    TestRepository repo = new TestRepository().begun();
    repo.publish("1.0.0");

    assertEquals(
        List.of(
            "1.root.json",
            "1.targets.json",
            "1.publisher.json",
            "1.snapshot.json",
            "timestamp.json",
            "2.publisher.json",
            "1.fleet-plant-7.json",
            "2.snapshot.json",
            "2.fleet-plant-7.json",
            "3.snapshot.json"),
        repo.store.names());
    assertTrue(
        repo.contents
            .keySet()
            .contains(
                "fleets/plant-7/router/1.0.0/" + Hashes.sha256(bytes("1.0.0")) + ".firmware.bin"));
  }
}
