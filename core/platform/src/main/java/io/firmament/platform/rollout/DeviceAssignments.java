package io.firmament.platform.rollout;

import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.DeviceName;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a device is told to do, and what it says about it.
public final class DeviceAssignments {
  private static final int ATTEMPTS = 5;

  private final RolloutStore store;
  private final Clock clock;

  public DeviceAssignments(RolloutStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /// What a device is told at a heartbeat.
  public record Told(Rollout rollout, Assignment assignment) {}

  /// What the device is told now. An offer counts as fetched from here on.
  public List<Told> fetch(TenantId tenant, DeviceName device) {
    List<Told> told = new ArrayList<>();
    for (RolloutId id : store.inFlight(tenant, device)) {
      fetch(tenant, id, device).ifPresent(told::add);
    }
    return told;
  }

  private Optional<Told> fetch(TenantId tenant, RolloutId id, DeviceName device) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Rollout> rollout =
          store.findRollout(tenant, id).map(RolloutStore.Listed::rollout);
      Optional<Assignment> was = store.findAssignment(tenant, id, device);
      if (rollout.isEmpty() || was.isEmpty()) {
        return Optional.empty();
      }
      Instant now = RolloutJson.now(clock);
      Optional<Assignment> is = Serving.serve(rollout.get(), was.get(), now);
      if (is.isEmpty()) {
        return Optional.empty();
      }
      RolloutStore.Step step = new RolloutStore.Step(was, is.get());
      if (is.equals(was)
          || store.deliver(tenant, id, rollout.get().progress().status(), step)) {
        return Optional.of(new Told(rollout.get(), is.get()));
      }
    }
    // Somebody is writing to it all the time; the next heartbeat tells.
    return Optional.empty();
  }

  /// Takes in what a device says about an assignment. Saying it again, or late, changes nothing.
  ///
  /// @throws io.firmament.base.ProblemException `assignment_unknown` for one that the device was
  ///     never given
  public void report(
      TenantId tenant, RolloutId id, DeviceName device, Assignment.Report report) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Assignment was =
          store
              .findAssignment(tenant, id, device)
              .orElseThrow(RolloutProblem.ASSIGNMENT_UNKNOWN::with);
      Instant now = RolloutJson.now(clock);
      switch (was.report(report, now)) {
        case Assignment.Outcome.Ignored _ -> {
          return;
        }
        case Assignment.Outcome.Unknown _ -> throw RolloutProblem.ASSIGNMENT_UNKNOWN.with();
        case Assignment.Outcome.Moved(Assignment is) -> {
          if (store.report(tenant, id, new RolloutStore.Step(Optional.of(was), is), now)) {
            return;
          }
        }
      }
    }
    throw RolloutProblem.ROLLOUT_CHANGED.with("id", id);
  }
}
