package io.firmament.platform.rollout;

import io.firmament.base.Ids;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.DeviceName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// Evaluates rollouts that are due and writes what that comes to.
///
/// However many of these run, a rollout is written by one: the one that has its lease. One that
/// stops anywhere leaves a state from which the next goes on.
public final class RolloutRunner {
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final int ATTEMPTS = 5;

  private final RolloutStore store;
  private final Fleet fleet;
  private final Clock clock;
  private final Ids ids;
  private final UUID self;

  public RolloutRunner(RolloutStore store, Fleet fleet, Clock clock, Ids ids) {
    this.store = store;
    this.fleet = fleet;
    this.clock = clock;
    this.ids = ids;
    this.self = ids.next();
  }

  /// Evaluates what is due.
  ///
  /// @param limit how many rollouts at most
  /// @return how many were evaluated
  public int runDue(int limit) {
    int done = 0;
    for (RolloutStore.Due due : store.due(clock.instant(), limit)) {
      done += run(due.tenant(), due.id()) ? 1 : 0;
    }
    return done;
  }

  /// Evaluates a rollout.
  ///
  /// @return false where somebody else is at it, or it is gone
  public boolean run(TenantId tenant, RolloutId id) {
    Instant begin = clock.instant();
    Optional<RolloutStore.Lease> lease = store.lease(tenant, id, self, begin, begin.plus(LEASE));
    if (lease.isEmpty()) {
      return false;
    }
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<RolloutState> state = store.loadRollout(tenant, id);
      if (state.isEmpty()) {
        return false;
      }
      Instant now = RolloutJson.now(clock);
      Decision decision =
          Evaluator.evaluate(state.get(), fleet.view(state.get().rollout()), now);
      if (write(lease.get(), state.get(), decision, now)) {
        store.evaluated(
            lease.get(), decision.state().counts(), decision.holds(), now, next(decision, now));
        return true;
      }
    }
    // Others were faster each time; what is left is due still.
    return false;
  }

  private static Optional<Instant> next(Decision decision, Instant now) {
    Rollout.Status status = decision.state().rollout().progress().status();
    if (status.isFinal() || status == Rollout.Status.DRAFT) {
      return Optional.empty();
    }
    Instant sweep = now.plus(EVERY);
    return Optional.of(decision.next().filter(sweep::isAfter).orElse(sweep));
  }

  /// Writes the steps in their order, and stops at the first that meets something else than it was
  /// decided on.
  private boolean write(
      RolloutStore.Lease lease, RolloutState before, Decision decision, Instant now) {
    Rollout rollout = before.rollout();
    Map<DeviceName, Assignment> assignments = new LinkedHashMap<>(before.assignments());
    List<RolloutStore.Step> steps = new ArrayList<>();
    for (Effect effect : decision.effects()) {
      switch (effect) {
        case Effect.OfDevice step -> {
          Optional<Assignment> was = Optional.ofNullable(assignments.get(step.device()));
          Assignment is = RolloutState.after(was, step, now).orElseThrow();
          assignments.put(step.device(), is);
          steps.add(new RolloutStore.Step(was, is));
        }
        case Effect.OfRollout step -> {
          if (!flush(lease, steps)) {
            return false;
          }
          Rollout changed = RolloutState.after(rollout, step, now).orElseThrow();
          if (!store.write(lease, changed, event(changed, step, now), audit(changed, step, now))) {
            return false;
          }
          rollout = changed.atVersion(changed.version() + 1);
        }
      }
    }
    return flush(lease, steps);
  }

  private boolean flush(RolloutStore.Lease lease, List<RolloutStore.Step> steps) {
    boolean written = steps.isEmpty() || store.write(lease, steps);
    steps.clear();
    return written;
  }

  private RolloutEvent event(Rollout rollout, Effect.OfRollout step, Instant now) {
    return new RolloutEvent(
        ids.next(),
        rollout.tenant(),
        rollout.id(),
        now,
        RolloutEvent.kind(step),
        RolloutEvent.PLATFORM,
        new TreeMap<>(RolloutEvent.facts(step)));
  }

  private AuditEvent audit(Rollout rollout, Effect.OfRollout step, Instant now) {
    return new AuditEvent(
        ids.next(),
        rollout.tenant(),
        now,
        RolloutEvent.PLATFORM,
        "rollout." + RolloutEvent.kind(step).name().toLowerCase(Locale.ROOT),
        "rollout:" + rollout.id(),
        new TreeMap<>(RolloutEvent.facts(step)));
  }
}
