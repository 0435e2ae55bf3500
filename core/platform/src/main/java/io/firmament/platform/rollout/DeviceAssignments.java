package io.firmament.platform.rollout;

import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.DeviceName;
import java.time.Clock;
import java.time.Instant;
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
  ///
  /// @param was as it is stored
  /// @param assignment as it must be stored before the device is told
  public record Told(Rollout rollout, Assignment was, Assignment assignment) {
    /// Whether the device shall install something. A return is that, too, for a device with
    /// manifests: it has no other way back.
    public boolean installs() {
      return assignment.action() == Assignment.Action.APPLY || assignment.replaces().isPresent();
    }

    /// What it shall install; or return from, where it does not.
    public ArtifactRef artifact() {
      ArtifactRef wished = rollout.wish().artifact();
      return assignment.action() == Assignment.Action.APPLY
          ? wished
          : assignment
              .replaces()
              .map(version -> new ArtifactRef(wished.id(), version))
              .orElse(wished);
    }
  }

  /// Whether a device is told something of a rollout.
  public sealed interface Answer {
    /// It is, once it is [#deliver]ed.
    record Tell(Told told) implements Answer {}

    /// It has an offer, which is not open just now.
    record NotNow() implements Answer {}

    /// There is nothing until something is offered anew.
    record Never() implements Answer {}
  }

  /// What a device is told of a rollout now. Nothing is changed by asking.
  public Answer ask(TenantId tenant, RolloutId id, DeviceName device) {
    Optional<Rollout> rollout = store.findRollout(tenant, id).map(RolloutStore.Listed::rollout);
    Optional<Assignment> was =
        rollout.isEmpty() ? Optional.empty() : store.findAssignment(tenant, id, device);
    if (was.isEmpty()) {
      return new Answer.Never();
    }
    return Serving.serve(rollout.get(), was.get(), RolloutJson.now(clock))
        .<Answer>map(is -> new Answer.Tell(new Told(rollout.get(), was.get(), is)))
        .orElseGet(
            () ->
                was.get().state() == Assignment.State.OFFERED
                    ? new Answer.NotNow()
                    : new Answer.Never());
  }

  /// Writes down that the device is told. An offer counts as fetched from here on.
  ///
  /// @return false where it is not as it was any more, and must be asked for again
  public boolean deliver(Told told) {
    return told.assignment().equals(told.was())
        || store.deliver(
            told.rollout().tenant(),
            told.rollout().id(),
            told.rollout().progress().status(),
            new RolloutStore.Step(Optional.of(told.was()), told.assignment()));
  }

  /// What a device is told, under the counter that its manifest says: the one that the assignment
  /// has, or the next of the device. Nothing is changed before it is [#deliver]ed.
  ///
  /// @param had the version of the artifact that the device has now
  public Told counted(Told told, Optional<String> had) {
    return told.assignment().counter().isPresent()
        ? told
        : new Told(
            told.rollout(),
            told.was(),
            told.assignment()
                .counted(
                    store.lastCounter(told.rollout().tenant(), told.assignment().device()) + 1,
                    had));
  }

  /// Takes in what a device says about an assignment. Saying it again, or late, changes nothing.
  ///
  /// @throws io.firmament.base.ProblemException `assignment_unknown` for one that the device was
  ///     never given
  public void report(TenantId tenant, RolloutId id, DeviceName device, Assignment.Report report) {
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
