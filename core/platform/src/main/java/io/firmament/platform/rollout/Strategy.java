package io.firmament.platform.rollout;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How an artifact reaches a group: in which steps, how fast, and at which failures it stops.
///
/// @param waves at least one; the last reaches all
/// @param fourEyes whether the author's own approval does not count
public record Strategy(
    List<Wave> waves, Tolerance tolerance, Pace pace, Cohort cohort, boolean fourEyes) {
  public static final int MAX_WAVES = 50;

  public Strategy {
    waves = List.copyOf(waves);
    Invalid.unless(
        !waves.isEmpty() && waves.size() <= MAX_WAVES,
        "strategy.waves",
        "has 1 to " + MAX_WAVES + " waves");
    for (int i = 1; i < waves.size(); i++) {
      checkOrder(i, waves.get(i - 1).reach(), waves.get(i).reach());
    }
    Invalid.unless(
        waves.getLast().reach().equals(Wave.Reach.Percent.ALL),
        place(waves.size() - 1) + ".percent",
        "must be 100 in the last wave");
    Invalid.unless(
        !fourEyes || waves.stream().anyMatch(wave -> wave.approval() == Wave.Approval.MANUAL),
        "strategy.four_eyes",
        "needs a wave whose approval is manual");
  }

  /// Everything at once, and the first failure halts.
  public static Strategy standard() {
    return new Strategy(
        List.of(new Wave(Wave.Reach.Percent.ALL, Wave.Approval.AUTO, Optional.empty())),
        Tolerance.none(),
        Pace.standard(),
        Cohort.standard(),
        false);
  }

  /// How long the devices of a wave are watched before the next.
  Duration soak(int wave) {
    return waves.get(wave).soak().orElse(pace.soak());
  }

  private static void checkOrder(int i, Wave.Reach before, Wave.Reach after) {
    switch (after) {
      case Wave.Reach.Percent(int hundredths) when before instanceof Wave.Reach.Percent(int less) ->
          Invalid.unless(
              less < hundredths, place(i) + ".percent", "must be larger than in the wave before");
      case Wave.Reach.Count(int count) when before instanceof Wave.Reach.Count(int less) ->
          Invalid.unless(
              less < count, place(i) + ".count", "must be larger than in the wave before");
      case Wave.Reach.Count _ ->
          throw Invalid.field(place(i) + ".count", "cannot follow a wave with a percent");
      case Wave.Reach.Percent _ -> {
        // A count and then a percentage: the percentage reaches what it reaches, the count is kept.
      }
    }
  }

  private static String place(int wave) {
    return "strategy.waves[" + wave + "]";
  }

  /// At which failures a rollout halts: when the share of failed and rolled back devices, those
  /// that were acknowledged left out, is larger than [#maxFailureRate].
  ///
  /// @param maxFailureRate 0 to below 1
  /// @param scope of which devices the share is one
  /// @param minExecuted no share is judged before so many devices of the scope are done, but at the
  ///     end of a wave it is
  /// @param successThreshold the share of a wave's devices that must be healthy at its end, above 0
  ///     to 1; those that did not answer count against it
  public record Tolerance(
      BigDecimal maxFailureRate,
      Scope scope,
      int minExecuted,
      Optional<BigDecimal> successThreshold) {
    static Tolerance none() {
      return new Tolerance(BigDecimal.ZERO, Scope.ROLLOUT, 0, Optional.empty());
    }
  }

  /// Of which devices the failures are a share.
  public enum Scope {
    /// Of all that the rollout targets.
    ROLLOUT,
    /// Of those of a wave, for each wave that was opened.
    WAVE
  }

  /// How fast a rollout goes.
  ///
  /// @param soak how long a wave's devices are watched before the next wave
  /// @param ratePerMinute how many devices are given the update within a minute
  /// @param maxConcurrent how many devices may be updating at once
  /// @param waveTimeout how long a device of a wave may take from when it was given the update;
  ///     afterwards it is stalled and holds nothing up
  /// @param late how long after the last wave devices are waited for that were not seen
  public record Pace(
      Duration soak,
      OptionalInt ratePerMinute,
      OptionalInt maxConcurrent,
      Duration waveTimeout,
      Duration late,
      Optional<DisruptionBudget> budget,
      Optional<MaintenanceWindows> windows) {
    static final Duration DAY = Duration.ofDays(1);

    static Pace standard() {
      return new Pace(
          Duration.ZERO,
          OptionalInt.empty(),
          OptionalInt.empty(),
          DAY,
          DAY,
          Optional.empty(),
          Optional.empty());
    }
  }

  /// Which devices are in which wave.
  ///
  /// @param dynamic whether devices that join the group later are added to the last wave; such a
  ///     rollout goes on until that is ended
  /// @param seed another seed draws other devices for the first waves; with the same one a group
  ///     always has the same
  /// @param mismatch what becomes of a rollout to devices that do not meet the artifact's
  ///     requirements
  /// @param downgrades whether devices that have a newer version are given it too
  public record Cohort(boolean dynamic, String seed, Mismatch mismatch, boolean downgrades) {
    static Cohort standard() {
      return new Cohort(false, "", Mismatch.REFUSE, false);
    }
  }

  /// What becomes of a rollout to devices that do not meet the artifact's requirements.
  public enum Mismatch {
    /// It is not created.
    REFUSE,
    /// They are left out, with the reason.
    EXCLUDE
  }
}
