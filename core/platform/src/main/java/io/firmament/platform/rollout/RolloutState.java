package io.firmament.platform.rollout;

import io.firmament.platform.fleet.DeviceName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A rollout with all of its devices: what is stored, and all that an evaluation goes on.
///
/// @param assignments in the order in which devices are offered the artifact
public record RolloutState(Rollout rollout, SequencedMap<DeviceName, Assignment> assignments) {
  public RolloutState {
    assignments = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(assignments));
  }

  /// @param stored the assignments of which anything is stored: devices that were offered
  ///     something, were left out, or joined later
  public static RolloutState of(Rollout rollout, Plan plan, Collection<Assignment> stored) {
    Map<DeviceName, Assignment> open = new HashMap<>();
    stored.forEach(assignment -> open.put(assignment.device(), assignment));
    SequencedMap<DeviceName, Assignment> all = new LinkedHashMap<>();
    for (int wave = 0; wave < plan.waves().size(); wave++) {
      for (DeviceName device : plan.waves().get(wave)) {
        Assignment found = open.remove(device);
        all.put(
            device,
            found != null ? found : Assignment.planned(device, wave, Assignment.Cause.PLANNED));
      }
    }
    List<Assignment> joined = new ArrayList<>(open.values());
    joined.sort(Comparator.comparing(assignment -> assignment.device().value()));
    joined.forEach(assignment -> all.put(assignment.device(), assignment));
    return new RolloutState(rollout, all);
  }

  /// The state after some steps. One that no longer applies is passed over.
  public RolloutState after(List<Effect> effects, Instant now) {
    Rollout changed = rollout;
    SequencedMap<DeviceName, Assignment> all = new LinkedHashMap<>(assignments);
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.OfRollout step -> changed = after(changed, step, now).orElse(changed);
        case Effect.OfDevice step -> {
          Optional<Assignment> next = after(Optional.ofNullable(all.get(step.device())), step, now);
          if (next.isPresent()) {
            all.put(step.device(), next.get());
          }
        }
      }
    }
    return new RolloutState(changed, all);
  }

  /// The rollout after a step; empty where the step no longer applies.
  public static Optional<Rollout> after(Rollout rollout, Effect.OfRollout step, Instant now) {
    Rollout.Progress progress = rollout.progress();
    Rollout.Status status = progress.status();
    boolean applies =
        switch (step) {
          case Effect.OpenWave(int wave) -> goesOn(status) && wave > progress.wave();
          case Effect.Park(int wave) ->
              goesOn(status) && wave > progress.approved() && progress.next() != wave;
          case Effect.Settle(int wave) -> goesOn(status) && wave == progress.wave();
          case Effect.HaltRollout _, Effect.Complete _ -> status.serves();
          case Effect.FinishRevert _ -> status == Rollout.Status.REVERTING;
        };
    if (!applies) {
      return Optional.empty();
    }
    return Optional.of(
        rollout.with(
            switch (step) {
              case Effect.OpenWave(int wave) -> progress.opened(wave, now);
              case Effect.Park(int wave) -> progress.parked(wave);
              case Effect.Settle _ -> progress.settled(now);
              case Effect.HaltRollout(Rollout.Halt why) -> progress.halted(why);
              case Effect.Complete(int unreached) -> progress.completed(unreached);
              case Effect.FinishRevert _ -> progress.with(Rollout.Status.REVERTED);
            }));
  }

  private static boolean goesOn(Rollout.Status status) {
    return status == Rollout.Status.PENDING || status.serves();
  }

  /// A device's assignment after a step; empty where the step no longer applies.
  ///
  /// @param found what there is now
  public static Optional<Assignment> after(
      Optional<Assignment> found, Effect.OfDevice step, Instant now) {
    if (step instanceof Effect.Join(DeviceName device, int wave)) {
      return found.isPresent()
          ? Optional.empty()
          : Optional.of(Assignment.planned(device, wave, Assignment.Cause.JOINED_LATER));
    }
    return found.flatMap(
        assignment ->
            switch (step) {
              case Effect.Join _ -> Optional.empty();
              case Effect.Exclude(
                      _,
                      Assignment.State state,
                      Assignment.Cause cause,
                      String detail) ->
                  assignment.state().isFinal() && !assignment.owesRevert()
                      ? Optional.empty()
                      : Optional.of(assignment.excluded(state, cause, detail, now));
              case Effect.Offer(_, Assignment.Action action, int attempt) ->
                  attempt == assignment.attempt() + 1 && offerable(assignment, action)
                      ? Optional.of(assignment.offered(action, now))
                      : Optional.empty();
              case Effect.Withdraw(_, int attempt, Assignment.Cause cause) ->
                  attempt == assignment.attempt() && assignment.state() == Assignment.State.OFFERED
                      ? Optional.of(assignment.withdrawn(cause, now))
                      : Optional.empty();
              case Effect.Stall(_, int attempt) ->
                  attempt == assignment.attempt() && assignment.occupies()
                      ? Optional.of(assignment.stalledNow(now))
                      : Optional.empty();
            });
  }

  private static boolean offerable(Assignment assignment, Assignment.Action action) {
    return switch (action) {
      case APPLY ->
          assignment.action() == Assignment.Action.APPLY
              && (assignment.state() == Assignment.State.QUEUED
                  || assignment.state() == Assignment.State.WITHDRAWN)
              && !assignment.stalled();
      case REVERT -> assignment.owesRevert() && assignment.state() != Assignment.State.OFFERED;
    };
  }

  /// How many devices are where.
  public Counts counts() {
    return Counts.of(assignments.values());
  }

  /// The failures of each wave.
  List<Integer> failures() {
    int[] failures = new int[rollout.wish().strategy().waves().size()];
    assignments.values().stream()
        .filter(Assignment::failed)
        .forEach(assignment -> failures[assignment.wave()]++);
    return Arrays.stream(failures).boxed().toList();
  }
}
