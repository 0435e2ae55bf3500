package io.firmament.platform.rollout;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What an operator does with rollouts.
public final class Rollouts {
  /// How long a device is taken to need in a [#preview].
  public static final Duration PER_DEVICE = Duration.ofMinutes(10);

  private final RolloutStore store;
  private final Fleet fleet;
  private final Clock clock;
  private final Ids ids;

  public Rollouts(RolloutStore store, Fleet fleet, Clock clock, Ids ids) {
    this.store = store;
    this.fleet = fleet;
    this.clock = clock;
    this.ids = ids;
  }

  /// Creates a rollout. It starts at the next evaluation, unless it is a draft or has a time.
  ///
  /// @throws ProblemException where the group or the artifact is unknown, the artifact is kept back
  ///     or does not fit, or the caller asks for a gate that only approvers may ask for
  public Creation create(Caller caller, Rollout.Wish wish) {
    Creation creation = drawUp(caller, wish);
    creation.check();
    Rollout rollout = creation.state().rollout();
    Map<String, String> facts = new TreeMap<>();
    facts.put("artifact", wish.artifact().toString());
    facts.put("group", wish.group().value());
    facts.put("devices", String.valueOf(creation.plan().size()));
    facts.put("waves", sizes(creation.plan()));
    facts.put("admission_block", wish.admission().block().word());
    if (creation.verdict() instanceof Admission.Verdict.Overridden(int open, String reason)) {
      facts.put("overridden_findings", String.valueOf(open));
      facts.put("override_reason", reason);
    }
    if (!store.addRollout(
        rollout,
        creation.plan(),
        event(caller, rollout, RolloutEvent.Kind.CREATED, facts),
        audit(caller, rollout, "rollout.created", facts))) {
      throw RolloutProblem.ROLLOUT_ARTIFACT_UNKNOWN.with("artifact", wish.artifact());
    }
    return creation;
  }

  /// What a rollout would come to.
  ///
  /// @param refusal why [#create] would refuse it
  public record Preview(Creation creation, Forecast forecast, Optional<ProblemException> refusal) {}

  /// A dry run: what [#create] would do, and who would get the artifact when.
  public Preview preview(Caller caller, Rollout.Wish wish) {
    Creation creation = drawUp(caller, wish);
    Optional<ProblemException> refusal = Optional.empty();
    try {
      creation.check();
    } catch (ProblemException e) {
      refusal = Optional.of(e);
    }
    Rollout rollout = creation.state().rollout();
    Forecast forecast =
        Forecast.of(creation.state(), fleet.view(rollout), rollout.createdAt(), PER_DEVICE);
    return new Preview(creation, forecast, refusal);
  }

  private Creation drawUp(Caller caller, Rollout.Wish wish) {
    if (!wish.admission().isStandard()) {
      caller.require(Permission.ROLLOUTS_APPROVE);
    }
    Group group =
        store
            .findGroup(caller.tenant(), wish.group())
            .orElseThrow(() -> RolloutProblem.GROUP_NOT_FOUND.with("group", wish.group()));
    ArtifactFacts artifact =
        store
            .findArtifact(caller.tenant(), wish.artifact())
            .orElseThrow(
                () -> RolloutProblem.ROLLOUT_ARTIFACT_UNKNOWN.with("artifact", wish.artifact()));
    return Creation.of(
        new Creation.Moment(new RolloutId(ids.next()), caller.user(), RolloutJson.now(clock)),
        wish,
        group,
        artifact,
        fleet.devices(caller.tenant(), Optional.empty(), artifact.requirements()));
  }

  public RolloutStore.Listed get(TenantId tenant, RolloutId id) {
    return store.findRollout(tenant, id).orElseThrow(() -> notFound(id));
  }

  /// The rollouts, newest first.
  public Page<RolloutStore.Listed> list(TenantId tenant, PageRequest page) {
    return store.listRollouts(tenant, page);
  }

  /// How many rollouts [#list] lists; more than [RolloutStore#COUNTED] are not counted.
  public long count(TenantId tenant) {
    return store.countRollouts(tenant);
  }

  /// Carries a command out; it shows with the next evaluation, which is due at once.
  public RolloutStore.Listed command(Caller caller, RolloutId id, Command command) {
    RolloutState state =
        command instanceof Command.Resume
            ? store.loadRollout(caller.tenant(), id).orElseThrow(() -> notFound(id))
            : RolloutState.of(get(caller.tenant(), id).rollout(), new Plan(List.of()), List.of());
    Command.Change change = command.on(state, caller.user());
    write(caller, change);
    return get(caller.tenant(), id);
  }

  /// Renames a rollout, releases a draft, or ends the taking in of devices.
  public RolloutStore.Listed change(Caller caller, RolloutId id, RolloutJson.Change wish) {
    if (wish.label().isPresent()) {
      Rollout rollout = get(caller.tenant(), id).rollout();
      write(
          caller,
          new Command.Change(
              rollout.with(rollout.wish().labelled(wish.label().get())),
              RolloutEvent.Kind.CHANGED,
              Map.of("name", wish.label().get())));
    }
    if (wish.release()) {
      command(caller, id, new Command.Release());
    }
    if (wish.closeTail()) {
      command(caller, id, new Command.CloseTail());
    }
    return get(caller.tenant(), id);
  }

  private void write(Caller caller, Command.Change change) {
    Rollout rollout = change.rollout();
    String action = "rollout." + change.kind().name().toLowerCase(Locale.ROOT);
    if (!store.update(
        rollout,
        event(caller, rollout, change.kind(), change.facts()),
        audit(caller, rollout, action, change.facts()))) {
      throw RolloutProblem.ROLLOUT_CHANGED.with("id", rollout.id());
    }
  }

  /// Deletes a draft.
  public void delete(Caller caller, RolloutId id) {
    Rollout rollout = get(caller.tenant(), id).rollout();
    if (rollout.progress().status() != Rollout.Status.DRAFT) {
      throw RolloutProblem.ROLLOUT_NOT_IN_STATE.with(
          "status",
          rollout.progress().status().name().toLowerCase(Locale.ROOT),
          "needed",
          "one that is draft");
    }
    if (!store.deleteDraft(rollout, audit(caller, rollout, "rollout.deleted", Map.of()))) {
      throw RolloutProblem.ROLLOUT_CHANGED.with("id", id);
    }
  }

  /// What happened to a rollout, newest first.
  public Page<RolloutEvent> timeline(TenantId tenant, RolloutId id, PageRequest page) {
    get(tenant, id);
    return store.timeline(tenant, id, page);
  }

  /// How many events [#timeline] has; more than [RolloutStore#COUNTED] are not counted.
  public long countTimeline(TenantId tenant, RolloutId id) {
    return store.countEvents(tenant, id);
  }

  /// Devices of a rollout in the order of its plan, and how many there are in all.
  public record Assignments(Page<Assignment> page, int total) {}

  /// The devices of a rollout in the order of its plan. A cursor names the last device before the
  /// page.
  public Assignments assignments(TenantId tenant, RolloutId id, PageRequest request) {
    RolloutState state = store.loadRollout(tenant, id).orElseThrow(() -> notFound(id));
    List<Assignment> all = new ArrayList<>(state.assignments().values());
    int from = request.offset();
    if (request.cursor().isPresent()) {
      Optional<Assignment> last =
          DeviceName.parse(request.cursor().get().value())
              .map(name -> state.assignments().get(name));
      from = all.indexOf(last.orElseThrow(() -> BaseProblem.INVALID_CURSOR.with())) + 1;
    }
    List<Assignment> page =
        all.subList(Math.min(from, all.size()), Math.min(all.size(), from + request.limit()));
    Optional<Cursor> next =
        from + page.size() < all.size() && !page.isEmpty()
            ? Optional.of(new Cursor(page.getLast().device().value()))
            : Optional.empty();
    return new Assignments(new Page<>(page, next), all.size());
  }

  private RolloutEvent event(
      Caller caller, Rollout rollout, RolloutEvent.Kind kind, Map<String, String> facts) {
    return new RolloutEvent(
        ids.next(),
        rollout.tenant(),
        rollout.id(),
        RolloutJson.now(clock),
        kind,
        "user:" + caller.user(),
        new TreeMap<>(facts));
  }

  private AuditEvent audit(
      Caller caller, Rollout rollout, String action, Map<String, String> facts) {
    Instant now = RolloutJson.now(clock);
    return new AuditEvent(
        ids.next(),
        rollout.tenant(),
        now,
        "user:" + caller.user(),
        action,
        "rollout:" + rollout.id(),
        new TreeMap<>(facts));
  }

  private static String sizes(Plan plan) {
    return plan.waves().stream()
        .map(wave -> String.valueOf(wave.size()))
        .collect(Collectors.joining(","));
  }

  private static ProblemException notFound(RolloutId id) {
    return RolloutProblem.ROLLOUT_NOT_FOUND.with("id", id);
  }
}
