package io.firmament.aws.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.EnrollTokenId;
import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.RolloutId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.base.finding.Severity;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.CertificateSerial;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceCertificate;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.fleet.Presence;
import io.firmament.platform.fleet.Tags;
import io.firmament.platform.fleet.WatcherId;
import io.firmament.platform.fleet.Work;
import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.Command;
import io.firmament.platform.rollout.Counts;
import io.firmament.platform.rollout.Creation;
import io.firmament.platform.rollout.Decision;
import io.firmament.platform.rollout.DeviceAssignments;
import io.firmament.platform.rollout.DeviceFacts;
import io.firmament.platform.rollout.Fleet;
import io.firmament.platform.rollout.Group;
import io.firmament.platform.rollout.GroupName;
import io.firmament.platform.rollout.Plan;
import io.firmament.platform.rollout.Requirements;
import io.firmament.platform.rollout.Rollout;
import io.firmament.platform.rollout.RolloutEvent;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.RolloutProblem;
import io.firmament.platform.rollout.RolloutRunner;
import io.firmament.platform.rollout.RolloutState;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.rollout.RolloutStore.Lease;
import io.firmament.platform.rollout.RolloutStore.Step;
import io.firmament.platform.rollout.Selector;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every [RolloutStore] does, and what runs over it.
interface RolloutStoreContract {
  Instant NOW = Instant.parse("2026-03-01T10:00:00.123Z");
  UserId AUTHOR = new UserId(new UUID(0, 7));
  GroupName PLANT = new GroupName("plant");
  ArtifactRef ARTIFACT = new ArtifactRef("router-os", "1.2.3");

  /// The store under test; each test works in a tenant of its own.
  RolloutStore store();

  /// The devices beside it.
  FleetStore fleet();

  @Test
  default void keepsAGroupUntilItIsDeleted() {
    TenantId tenant = tenant();
    Group named =
        group(tenant, "plant", new Group.Membership.Named(new TreeSet<>(Set.of("b", "a"))));
    assertTrue(store().addGroup(named, audit(tenant, "created")));
    assertFalse(store().addGroup(named, audit(tenant, "again")));
    assertEquals(Optional.of(named), store().findGroup(tenant, PLANT));
    assertEquals(Optional.empty(), store().findGroup(tenant(), PLANT));
    Group selected =
        group(tenant, "plant", new Group.Membership.Selected(Selector.parse("name ~ \"a*\"")));
    assertTrue(store().updateGroup(selected, audit(tenant, "changed")));
    assertFalse(store().updateGroup(named, audit(tenant, "stale")));
    assertEquals(
        Optional.of(selected.membership()),
        store().findGroup(tenant, PLANT).map(Group::membership));
    assertEquals(2, store().findGroup(tenant, PLANT).orElseThrow().version());
    assertFalse(store().deleteGroup(tenant(), PLANT, audit(tenant, "foreign")));
    assertTrue(store().deleteGroup(tenant, PLANT, audit(tenant, "deleted")));
    assertFalse(store().deleteGroup(tenant, PLANT, audit(tenant, "twice")));
    assertEquals(
        List.of("created", "changed", "deleted"),
        fleet().auditEvents(tenant, PageRequest.first()).items().stream()
            .map(AuditEvent::action)
            .sorted(
                java.util.Comparator.comparingInt(
                    List.of("created", "changed", "deleted")::indexOf))
            .toList());
  }

  @Test
  default void pagesGroupsByName() {
    TenantId tenant = tenant();
    for (String name : List.of("c", "a", "d", "b")) {
      store()
          .addGroup(
              group(tenant, name, new Group.Membership.Selected(Selector.parse("name exists"))),
              audit(tenant, "created"));
    }
    PageRequest two = new PageRequest(2, Optional.empty());
    Page<Group> first = store().listGroups(tenant, two);
    Page<Group> second = store().listGroups(tenant, two.after(first.next().orElseThrow()));
    assertEquals(List.of("a", "b"), names(first));
    assertEquals(List.of("c", "d"), names(second));
    assertEquals(Optional.empty(), second.next());
    assertEquals(
        List.of("d"), names(store().listGroups(tenant, new PageRequest(2, Optional.empty(), 3))));
    assertEquals(4, store().countGroups(tenant));
    assertEquals(List.of(), store().listGroups(tenant(), PageRequest.first()).items());
    ProblemException refusal =
        assertThrows(
            ProblemException.class, () -> store().listGroups(tenant, two.after(new Cursor("%"))));
    assertEquals(BaseProblem.INVALID_CURSOR, refusal.problem());
  }

  @Test
  default void keepsWhatIsKnownOfAnArtifact() {
    TenantId tenant = tenant();
    ArtifactFacts facts =
        new ArtifactFacts(
            ARTIFACT,
            new Requirements(
                Optional.of(Selector.parse("architecture == arm64")),
                new TreeMap<>(Map.of("bootloader", List.of("2", "3"), "soc", List.of("a"))),
                List.of("1.1.0", "1.0.0")),
            true,
            Map.of(Severity.CRITICAL, 2, Severity.LOW, 9),
            Map.of(Severity.HIGH, 1),
            false);
    store().putArtifact(tenant, facts);
    assertEquals(Optional.of(facts), store().findArtifact(tenant, ARTIFACT));
    store().putArtifact(tenant, clean());
    assertEquals(Optional.of(clean()), store().findArtifact(tenant, ARTIFACT));
    assertEquals(Optional.empty(), store().findArtifact(tenant(), ARTIFACT));
  }

  @Test
  default void takesNoRolloutOfAnArtifactThatIsNotKnown() {
    TenantId tenant = tenant();
    RolloutState state = added(tenant(), "{}", 1, NOW);
    Rollout of = state.rollout();
    Rollout elsewhere =
        new Rollout(
            tenant,
            new RolloutId(UUID.randomUUID()),
            of.wish(),
            of.fleet(),
            of.requirements(),
            of.author(),
            of.createdAt(),
            of.progress(),
            1);
    assertFalse(
        store()
            .addRollout(
                elsewhere,
                new Plan(List.of(List.of())),
                event(elsewhere, RolloutEvent.Kind.CREATED),
                audit(tenant, "created")));
    assertEquals(Optional.empty(), store().findRollout(tenant, elsewhere.id()));
  }

  @Test
  default void knowsWhichRolloutGivesAnArtifactOut() {
    TenantId tenant = tenant();
    assertEquals(Optional.empty(), store().givingOut(tenant, ARTIFACT));
    Rollout rollout = added(tenant, "{}", 1, NOW).rollout();
    assertEquals(Optional.of(rollout), store().givingOut(tenant, ARTIFACT));
    assertEquals(Optional.empty(), store().givingOut(tenant, new ArtifactRef("router-os", "1")));
    assertEquals(Optional.empty(), store().givingOut(tenant(), ARTIFACT));
    Command.Change aborted =
        new Command.Abort(Command.Policy.REVERT)
            .on(store().loadRollout(tenant, rollout.id()).orElseThrow(), AUTHOR);
    assertTrue(
        store()
            .update(
                aborted.rollout(),
                event(rollout, RolloutEvent.Kind.ABORTED),
                audit(tenant, "aborted")));
    assertEquals(Optional.empty(), store().givingOut(tenant, ARTIFACT));
  }

  @Test
  default void keepsARolloutWithItsPlanAndIsDueAtOnce() {
    TenantId tenant = tenant();
    RolloutState state = added(tenant, FOUR_WAVES, 3_500, NOW);
    Rollout rollout = state.rollout();
    assertEquals(Optional.of(state), store().loadRollout(tenant, rollout.id()));
    assertEquals(
        Optional.of(new RolloutStore.Listed(rollout, Counts.none(), Map.of(), Optional.empty())),
        store().findRollout(tenant, rollout.id()));
    assertEquals(Optional.empty(), store().findRollout(tenant(), rollout.id()));
    assertEquals(Optional.empty(), store().loadRollout(tenant(), rollout.id()));
    assertTrue(due(NOW).contains(rollout.id()));
    assertFalse(due(NOW.minusMillis(1)).contains(rollout.id()));
    assertEquals(
        List.of(RolloutEvent.Kind.CREATED),
        store().timeline(tenant, rollout.id(), PageRequest.first()).items().stream()
            .map(RolloutEvent::kind)
            .toList());
    assertEquals(1, store().countEvents(tenant, rollout.id()));
  }

  @Test
  default void listsRolloutsNewestFirst() {
    TenantId tenant = tenant();
    List<RolloutId> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.addFirst(added(tenant, "{}", 1, NOW.plusSeconds(i)).rollout().id());
    }
    PageRequest two = new PageRequest(2, Optional.empty());
    Page<RolloutStore.Listed> first = store().listRollouts(tenant, two);
    Page<RolloutStore.Listed> second =
        store().listRollouts(tenant, two.after(first.next().orElseThrow()));
    List<RolloutId> listed = new ArrayList<>(ids(first));
    listed.addAll(ids(second));
    assertEquals(ids, listed);
    assertEquals(
        ids.subList(1, 3),
        ids(store().listRollouts(tenant, new PageRequest(5, Optional.empty(), 1))));
    assertEquals(3, store().countRollouts(tenant));
    assertEquals(List.of(), store().listRollouts(tenant(), PageRequest.first()).items());
    assertThrows(
        ProblemException.class, () -> store().listRollouts(tenant, two.after(new Cursor("YQ"))));
  }

  @Test
  default void changesOnlyTheVersionThatWasRead() {
    TenantId tenant = tenant();
    RolloutState state = added(tenant, "{}", 2, NOW);
    Command.Change change = new Command.Abort(Command.Policy.KEEP).on(state, AUTHOR);
    RolloutEvent event = event(state.rollout(), change.kind());
    assertTrue(store().update(change.rollout(), event, audit(tenant, "aborted")));
    assertFalse(
        store()
            .update(
                change.rollout(), event(state.rollout(), change.kind()), audit(tenant, "stale")));
    Rollout stored = store().findRollout(tenant, state.rollout().id()).orElseThrow().rollout();
    assertEquals(Rollout.Status.ABORTED, stored.progress().status());
    assertEquals(2, stored.version());
  }

  @Test
  default void deletesADraftWithAllOfIt() {
    TenantId tenant = tenant();
    Rollout rollout = added(tenant, "{}", 2, NOW).rollout();
    assertFalse(store().deleteDraft(rollout.atVersion(5), audit(tenant, "stale")));
    assertTrue(store().deleteDraft(rollout, audit(tenant, "deleted")));
    assertEquals(Optional.empty(), store().findRollout(tenant, rollout.id()));
    assertEquals(List.of(), store().timeline(tenant, rollout.id(), PageRequest.first()).items());
    assertFalse(due(NOW).contains(rollout.id()));
  }

  @Test
  default void letsOneWriteAtATimeAndNoneWhoseLeaseIsOver() {
    TenantId tenant = tenant();
    RolloutState state = added(tenant, "{}", 2, NOW);
    RolloutId id = state.rollout().id();
    UUID one = UUID.randomUUID();
    UUID other = UUID.randomUUID();
    Lease old = store().lease(tenant, id, one, NOW, NOW.plusSeconds(60)).orElseThrow();
    assertEquals(
        Optional.empty(),
        store().lease(tenant, id, other, NOW.plusSeconds(59), NOW.plusSeconds(99)));
    assertTrue(store().write(old, List.of(offer(state, 0))));
    Lease now =
        store().lease(tenant, id, other, NOW.plusSeconds(60), NOW.plusSeconds(120)).orElseThrow();
    assertTrue(now.token() > old.token());
    // The first one comes back from wherever it was.
    assertFalse(store().write(old, List.of(offer(state, 1))));
    assertFalse(
        store()
            .write(
                old,
                state.rollout(),
                event(state.rollout(), RolloutEvent.Kind.WAVE_OPENED),
                audit(tenant, "late")));
    assertTrue(
        store()
            .write(
                now,
                state.rollout(),
                event(state.rollout(), RolloutEvent.Kind.WAVE_OPENED),
                audit(tenant, "opened")));
    assertFalse(
        store()
            .write(
                now,
                state.rollout(),
                event(state.rollout(), RolloutEvent.Kind.WAVE_OPENED),
                audit(tenant, "stale")),
        "the version has gone on");
  }

  @Test
  default void writesManyStepsAndStopsAtOneThatIsNotAsItWasRead() {
    TenantId tenant = tenant();
    RolloutState state = added(tenant, "{}", 250, NOW);
    RolloutId id = state.rollout().id();
    Lease lease =
        store().lease(tenant, id, UUID.randomUUID(), NOW, NOW.plusSeconds(60)).orElseThrow();
    List<Step> steps =
        new ArrayList<>(IntStream.range(0, 200).mapToObj(i -> offer(state, i)).toList());
    // The same device again: what follows on what.
    Assignment first = steps.getFirst().is();
    steps.add(new Step(Optional.of(first), first.delivered(NOW)));
    assertTrue(store().write(lease, steps));
    assertEquals(
        Optional.of(first.delivered(NOW)), store().findAssignment(tenant, id, first.device()));
    assertEquals(200, store().inFlight(tenant).size());
    assertEquals(Set.of(id), store().inFlight(tenant).get(first.device()));
    assertEquals(Set.of(new Work.Update(id)), fleet().waiting(tenant, first.device()));
    assertFalse(store().write(lease, List.of(offer(state, 210), offer(state, 0))));
    RolloutState loaded = store().loadRollout(tenant, id).orElseThrow();
    assertEquals(250, loaded.assignments().size());
    assertEquals(
        199,
        loaded.assignments().values().stream()
            .filter(each -> each.state() == Assignment.State.OFFERED)
            .count());
  }

  @Test
  default void givesADeviceTheArtifactOnlyWhileTheRolloutGoesOn() {
    TenantId tenant = tenant();
    RolloutState state = added(tenant, "{}", 2, NOW);
    RolloutId id = state.rollout().id();
    Lease lease =
        store().lease(tenant, id, UUID.randomUUID(), NOW, NOW.plusSeconds(60)).orElseThrow();
    Step offer = offer(state, 0);
    assertTrue(store().write(lease, List.of(offer)));
    Step fetch = new Step(Optional.of(offer.is()), offer.is().delivered(NOW));
    assertFalse(store().deliver(tenant, id, Rollout.Status.RUNNING, fetch));
    assertTrue(store().deliver(tenant, id, Rollout.Status.PENDING, fetch));
    assertFalse(store().deliver(tenant, id, Rollout.Status.PENDING, fetch), "it is fetched");
  }

  @Test
  default void countsWhatADeviceIsGivenUpwardsAndOncePerAssignment() {
    TenantId tenant = tenant();
    RolloutState state = added(tenant, "{}", 2, NOW);
    RolloutId id = state.rollout().id();
    Lease lease =
        store().lease(tenant, id, UUID.randomUUID(), NOW, NOW.plusSeconds(60)).orElseThrow();
    Step offer = offer(state, 0);
    Step other = offer(state, 1);
    assertTrue(store().write(lease, List.of(offer, other)));
    DeviceName device = offer.is().device();
    assertEquals(0, store().lastCounter(tenant, device));
    Assignment delivered = offer.is().delivered(NOW);
    assertTrue(
        store()
            .deliver(
                tenant,
                id,
                Rollout.Status.PENDING,
                new Step(Optional.of(offer.is()), delivered.counted(5, Optional.of("0.9")))));
    assertEquals(5, store().lastCounter(tenant, device));
    assertEquals(
        Optional.of(delivered.counted(5, Optional.of("0.9"))),
        store().findAssignment(tenant, id, device));
    assertFalse(
        store()
            .deliver(
                tenant,
                id,
                Rollout.Status.PENDING,
                new Step(Optional.of(delivered), delivered.counted(6, Optional.of("0.9")))),
        "it has one");
    Assignment applying = reported(delivered, Assignment.Status.APPLYING);
    assertFalse(
        store().report(tenant, id, new Step(Optional.of(delivered), applying), NOW),
        "the counter would be lost");
    assertTrue(
        store()
            .report(
                tenant,
                id,
                new Step(
                    Optional.of(delivered.counted(5, Optional.of("0.9"))),
                    applying.counted(5, Optional.of("0.9"))),
                NOW));
    assertEquals(0, store().lastCounter(tenant, other.is().device()), "each device its own");
    assertEquals(0, store().lastCounter(tenant(), device), "another tenant's");
    // The next assignment gets none that was used.
    RolloutState second = added(tenant, "{}", 2, NOW);
    RolloutId secondId = second.rollout().id();
    Lease secondLease =
        store().lease(tenant, secondId, UUID.randomUUID(), NOW, NOW.plusSeconds(60)).orElseThrow();
    Step again =
        IntStream.range(0, 2)
            .mapToObj(i -> offer(second, i))
            .filter(step -> step.is().device().equals(device))
            .findFirst()
            .orElseThrow();
    assertTrue(store().write(secondLease, List.of(again)));
    for (long used : new long[] {4, 5}) {
      assertFalse(
          store()
              .deliver(
                  tenant,
                  secondId,
                  Rollout.Status.PENDING,
                  new Step(
                      Optional.of(again.is()),
                      again.is().delivered(NOW).counted(used, Optional.of("0.9")))));
    }
    assertTrue(
        store()
            .deliver(
                tenant,
                secondId,
                Rollout.Status.PENDING,
                new Step(
                    Optional.of(again.is()),
                    again.is().delivered(NOW).counted(6, Optional.of("0.9")))));
    assertEquals(6, store().lastCounter(tenant, device));
  }

  @Test
  default void becomesDueByAFinalReportAndNotByOthers() {
    TenantId tenant = tenant();
    RolloutState state = added(tenant, "{}", 2, NOW);
    RolloutId id = state.rollout().id();
    Lease lease =
        store().lease(tenant, id, UUID.randomUUID(), NOW, NOW.plusSeconds(60)).orElseThrow();
    Step offer = offer(state, 0);
    store().write(lease, List.of(offer));
    Map<Decision.Hold, Integer> holds = Map.of(Decision.Hold.IN_FLIGHT, 1);
    store().evaluated(lease, state.counts(), holds, NOW, Optional.of(NOW.plusSeconds(60)));
    assertEquals(
        Optional.of(
            new RolloutStore.Listed(state.rollout(), state.counts(), holds, Optional.of(NOW))),
        store().findRollout(tenant, id));
    assertFalse(due(NOW.plusSeconds(59)).contains(id));
    assertTrue(due(NOW.plusSeconds(60)).contains(id));
    Assignment applying = reported(offer.is(), Assignment.Status.APPLYING);
    Instant later = NOW.plusSeconds(5);
    assertTrue(store().report(tenant, id, new Step(Optional.of(offer.is()), applying), later));
    assertFalse(due(later).contains(id));
    Assignment failed = reported(applying, Assignment.Status.FAILED);
    assertFalse(
        store().report(tenant, id, new Step(Optional.of(offer.is()), failed), later), "stale");
    assertTrue(store().report(tenant, id, new Step(Optional.of(applying), failed), later));
    assertTrue(due(later).contains(id));
    assertEquals(Set.of(), fleet().waiting(tenant, failed.device()));
  }

  /// The whole: devices, a runner, and a clock that the test moves.
  @Test
  default void runsARolloutFromItsCreationToItsEnd() {
    TenantId tenant = tenant();
    for (int i = 0; i < 6; i++) {
      enrolled(tenant, "d" + i);
    }
    RolloutState state = added(tenant, "{'waves':[{'count':2},{'percent':100}]}", 6, NOW);
    RolloutId id = state.rollout().id();
    DeviceAssignments devices = new DeviceAssignments(store(), clock(NOW));
    assertTrue(runner(NOW).run(tenant, id));
    assertEquals(2, store().inFlight(tenant).size());
    for (int wave = 0; wave < 2; wave++) {
      for (DeviceName name : List.copyOf(store().inFlight(tenant).keySet())) {
        DeviceAssignments.Told told = fetch(devices, tenant, id, name).orElseThrow();
        assertEquals(Assignment.State.DELIVERED, told.assignment().state());
        assertEquals(
            Optional.of(told.assignment()),
            fetch(devices, tenant, id, name).map(DeviceAssignments.Told::assignment),
            "told again until it is done");
        Assignment.Report report = new Assignment.Report(1, Assignment.Status.HEALTHY, "");
        devices.report(tenant, id, name, report);
        devices.report(tenant, id, name, report);
        assertEquals(new DeviceAssignments.Answer.Never(), devices.ask(tenant, id, name));
      }
      assertTrue(runner(NOW.plusSeconds(wave + 1)).run(tenant, id));
    }
    RolloutStore.Listed listed = store().findRollout(tenant, id).orElseThrow();
    assertEquals(Rollout.Status.COMPLETED, listed.rollout().progress().status());
    assertEquals(6, listed.counts().of(Counts.Place.HEALTHY));
    assertFalse(due(NOW.plus(Duration.ofDays(400))).contains(id));
    assertEquals(
        Set.of(
            RolloutEvent.Kind.CREATED,
            RolloutEvent.Kind.WAVE_OPENED,
            RolloutEvent.Kind.WAVE_SETTLED,
            RolloutEvent.Kind.COMPLETED),
        Set.copyOf(
            store().timeline(tenant, id, PageRequest.first()).items().stream()
                .map(RolloutEvent::kind)
                .toList()));
    assertEquals(6, store().countEvents(tenant, id));
  }

  @Test
  default void haltsAndGivesNothingToAnybodyFromThenOn() {
    TenantId tenant = tenant();
    for (int i = 0; i < 3; i++) {
      enrolled(tenant, "d" + i);
    }
    RolloutId id = added(tenant, "{}", 3, NOW).rollout().id();
    DeviceAssignments devices = new DeviceAssignments(store(), clock(NOW));
    runner(NOW).run(tenant, id);
    List<DeviceName> names = List.copyOf(store().inFlight(tenant).keySet());
    assertTrue(fetch(devices, tenant, id, names.getFirst()).isPresent());
    devices.report(
        tenant, id, names.getFirst(), new Assignment.Report(1, Assignment.Status.FAILED, "no"));
    assertEquals(1, runner(NOW).runDue(1_000) > 0 ? 1 : 0);
    assertEquals(
        Rollout.Status.HALTED,
        store().findRollout(tenant, id).orElseThrow().rollout().progress().status());
    assertEquals(new DeviceAssignments.Answer.Never(), devices.ask(tenant, id, names.get(1)));
    ProblemException unknown =
        assertThrows(
            ProblemException.class,
            () ->
                devices.report(
                    tenant,
                    id,
                    names.get(1),
                    new Assignment.Report(1, Assignment.Status.HEALTHY, "")));
    assertEquals(RolloutProblem.ASSIGNMENT_UNKNOWN, unknown.problem());
  }

  // ---- what the tests are made of

  String FOUR_WAVES =
      "{'waves':[{'percent':1},{'percent':10},{'percent':50,'approval':'manual'},"
          + "{'percent':100}],'max_failure_rate':0.05}";

  private static Optional<DeviceAssignments.Told> fetch(
      DeviceAssignments devices, TenantId tenant, RolloutId id, DeviceName name) {
    return devices.ask(tenant, id, name) instanceof DeviceAssignments.Answer.Tell(var told)
            && devices.deliver(told)
        ? Optional.of(told)
        : Optional.empty();
  }

  private RolloutRunner runner(Instant now) {
    Fleet devices = new Fleet(new Devices(fleet(), clock(now)), store());
    return new RolloutRunner(store(), devices, clock(now), Ids.random());
  }

  private static Clock clock(Instant now) {
    return Clock.fixed(now, ZoneOffset.UTC);
  }

  private static TenantId tenant() {
    return new TenantId(UUID.randomUUID());
  }

  private static Group group(TenantId tenant, String name, Group.Membership membership) {
    return new Group(
        tenant, new GroupName(name), FleetName.DEFAULT, "all of it", membership, NOW, 1);
  }

  private static ArtifactFacts clean() {
    return new ArtifactFacts(ARTIFACT, Optional.empty(), false, Map.of());
  }

  private static List<String> names(Page<Group> page) {
    return page.items().stream().map(group -> group.name().value()).toList();
  }

  private static List<RolloutId> ids(Page<RolloutStore.Listed> page) {
    return page.items().stream().map(listed -> listed.rollout().id()).toList();
  }

  private List<RolloutId> due(Instant now) {
    return store().due(now, 1_000).stream().map(RolloutStore.Due::id).toList();
  }

  /// A stored rollout to devices `d0`, `d1` and so on.
  private RolloutState added(TenantId tenant, String strategy, int devices, Instant at) {
    String wish =
        "{'artifact':{'id':'router-os','version':'1.2.3'},'group':'plant',"
            + "'probe':{'type':'file','path':'/run/ok'},'strategy':"
            + strategy
            + "}";
    List<DeviceFacts> facts =
        IntStream.range(0, devices)
            .mapToObj(
                i ->
                    new DeviceFacts(
                        new DeviceName("d" + i),
                        FleetName.DEFAULT,
                        HardwareProfile.unknown(),
                        Tags.none(),
                        "",
                        DeviceFacts.Condition.LIVE,
                        false))
            .toList();
    Creation creation =
        Creation.of(
            new Creation.Moment(new RolloutId(UUID.randomUUID()), AUTHOR, at),
            RolloutJson.readWish(
                Jsonb.builder().build().type(Object.class).fromJson(wish.replace('\'', '"'))),
            group(tenant, "plant", new Group.Membership.Selected(Selector.parse("name exists"))),
            new ArtifactFacts(
                ARTIFACT,
                new Requirements(
                    Optional.empty(),
                    new TreeMap<>(Map.of("fleet", List.of("default"))),
                    List.of()),
                false,
                Map.of(),
                Map.of(),
                true),
            facts);
    creation.check();
    store().putArtifact(tenant, clean());
    assertTrue(add(creation));
    return creation.state();
  }

  private boolean add(Creation creation) {
    Rollout rollout = creation.state().rollout();
    return store()
        .addRollout(
            rollout,
            creation.plan(),
            event(rollout, RolloutEvent.Kind.CREATED),
            audit(rollout.tenant(), "created"));
  }

  /// The offer to a device of the plan of which nothing is stored yet.
  private static Step offer(RolloutState state, int index) {
    Assignment was = List.copyOf(state.assignments().values()).get(index);
    Assignment is =
        RolloutState.after(
                Optional.of(was),
                new io.firmament.platform.rollout.Effect.Offer(
                    was.device(), Assignment.Action.APPLY, 1),
                NOW)
            .orElseThrow();
    return new Step(Optional.of(was), is);
  }

  private static Assignment reported(Assignment assignment, Assignment.Status status) {
    return ((Assignment.Outcome.Moved)
            assignment.report(new Assignment.Report(assignment.attempt(), status, ""), NOW))
        .assignment();
  }

  private static RolloutEvent event(Rollout rollout, RolloutEvent.Kind kind) {
    return new RolloutEvent(
        UUID.randomUUID(),
        rollout.tenant(),
        rollout.id(),
        NOW,
        kind,
        "user:" + AUTHOR,
        new TreeMap<>());
  }

  private static AuditEvent audit(TenantId tenant, String action) {
    return new AuditEvent(
        UUID.randomUUID(), tenant, NOW, "user:" + AUTHOR, action, "rollout:x", new TreeMap<>());
  }

  /// A device that was heard a moment ago.
  private void enrolled(TenantId tenant, String name) {
    EnrollToken token =
        new EnrollToken(
            tenant,
            new EnrollTokenId(UUID.randomUUID()),
            "",
            Sha256.of(new byte[0]),
            EnrollToken.Binding.toFleet(FleetName.DEFAULT),
            1,
            0,
            AUTHOR,
            NOW,
            NOW.plus(Duration.ofDays(1)));
    fleet().addToken(token, audit(tenant, "token"));
    Device device =
        new Device(
            tenant,
            new DeviceName(name),
            FleetName.DEFAULT,
            new HardwareId(name),
            HardwareProfile.unknown(),
            Tags.none(),
            Tags.none(),
            "1.0",
            Inventory.none(),
            Device.State.ENROLLED,
            new DeviceCertificate(
                new CertificateSerial("a".repeat(32)),
                Sha256.of(new byte[0]),
                NOW.plus(Duration.ofDays(90))),
            Optional.empty(),
            token.id(),
            NOW,
            Optional.empty(),
            new Presence.Unseen(),
            1);
    fleet()
        .enroll(
            new FleetStore.Enrolment(
                device,
                FleetStore.TokenUse.SPEND,
                FleetStore.Base.NO_DEVICE,
                new DeviceEvent(
                    UUID.randomUUID(),
                    tenant,
                    device.name(),
                    NOW,
                    DeviceEvent.Kind.ENROLLED,
                    new TreeMap<>()),
                audit(tenant, "enrolled")),
            NOW);
    WatcherId watcher = new WatcherId(UUID.randomUUID());
    fleet()
        .recordPresence(
            List.of(
                new FleetStore.PresenceReport(
                    tenant,
                    device.name(),
                    new Presence.Online(NOW, NOW, Duration.ofSeconds(60), watcher),
                    watcher,
                    Optional.empty())));
  }
}
