package io.firmament.platform.rollout;

import io.firmament.base.RolloutId;
import io.firmament.base.UserId;
import io.firmament.platform.fleet.DeviceName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A rollout as it is about to be created, and what there is to say about it: the gate's verdict,
/// who is in which wave, who is left out and why.
///
/// @param state the rollout with its devices
/// @param plan the waves
/// @param unresolved names of the group for which the fleet has no device
/// @param excluded devices that do not meet the artifact's requirements, by name
public record Creation(
    RolloutState state,
    Plan plan,
    Admission.Verdict verdict,
    List<String> unresolved,
    SortedMap<String, Requirements.Unmet> excluded) {
  public Creation {
    unresolved = List.copyOf(unresolved);
    excluded = Collections.unmodifiableSortedMap(new TreeMap<>(excluded));
  }

  /// Who creates it, under which id, and when.
  public record Moment(RolloutId id, UserId author, Instant at) {}

  /// Draws a rollout up. Nothing is refused here, so that somebody can look at it first.
  ///
  /// @param devices all devices of the tenant
  public static Creation of(
      Moment moment,
      Rollout.Wish wish,
      Group group,
      ArtifactFacts artifact,
      Collection<DeviceFacts> devices) {
    Group.Resolution resolution = group.resolve(devices);
    Map<DeviceName, DeviceFacts> byName = new HashMap<>();
    devices.forEach(device -> byName.put(device.name(), device));
    Rollout rollout =
        new Rollout(
            group.tenant(),
            moment.id(),
            wish,
            group.fleet(),
            artifact.requirements(),
            moment.author(),
            moment.at(),
            Rollout.Progress.first(wish),
            1);
    SortedMap<String, Requirements.Unmet> excluded = new TreeMap<>();
    List<DeviceName> fitting = new ArrayList<>();
    for (DeviceName name : resolution.members()) {
      Optional.ofNullable(byName.get(name))
          .flatMap(rollout::unmet)
          .ifPresentOrElse(unmet -> excluded.put(name.value(), unmet), () -> fitting.add(name));
    }
    Plan plan = Plan.of(group.name(), wish.strategy(), fitting);
    return new Creation(
        RolloutState.of(rollout, plan, List.of()),
        plan,
        wish.admission().judge(artifact),
        resolution.unresolved(),
        excluded);
  }

  /// Refuses what must not go out: an artifact that the gate keeps back or that does not fit, and a
  /// group without devices or with too many.
  public void check() {
    Rollout.Wish wish = state.rollout().wish();
    if (verdict instanceof Admission.Verdict.NotAnalysed) {
      throw RolloutProblem.ROLLOUT_NOT_ANALYSED.with("artifact", wish.artifact());
    }
    if (verdict instanceof Admission.Verdict.Refused(int open, int closedByVex)) {
      throw RolloutProblem.ROLLOUT_NOT_ADMITTED.with(
          "artifact",
          wish.artifact(),
          "open",
          open,
          "severity",
          wish.admission().block().name().toLowerCase(Locale.ROOT),
          "vex",
          closedByVex == 0 ? "" : "; VEX documents have closed " + closedByVex + " more");
    }
    Strategy.Cohort cohort = wish.strategy().cohort();
    if (!excluded.isEmpty() && cohort.mismatch() == Strategy.Mismatch.REFUSE) {
      Map.Entry<String, Requirements.Unmet> first = excluded.firstEntry();
      throw RolloutProblem.ROLLOUT_DOES_NOT_FIT.with(
          "artifact",
          wish.artifact(),
          "count",
          excluded.size(),
          "device",
          first.getKey(),
          "detail",
          first.getValue().detail());
    }
    if (plan.size() == 0 && !cohort.dynamic()) {
      throw RolloutProblem.ROLLOUT_WITHOUT_DEVICES.with("group", wish.group());
    }
    if (plan.size() > Plan.MAX_DEVICES) {
      throw RolloutProblem.ROLLOUT_TOO_LARGE.with(
          "group", wish.group(), "count", plan.size(), "limit", Plan.MAX_DEVICES);
    }
  }
}
