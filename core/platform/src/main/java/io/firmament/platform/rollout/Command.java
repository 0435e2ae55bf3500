package io.firmament.platform.rollout;

import io.firmament.base.UserId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/// What somebody can tell a rollout to do.
public sealed interface Command {
  /// Ends the draft.
  record Release() implements Command {}

  /// Lets the wave open that waits for it.
  ///
  /// @param wave the wave that is meant; whichever waits unless given
  record Approve(OptionalInt wave) implements Command {}

  /// Goes on after a halt. The failures until now do not count any more.
  record Resume() implements Command {}

  /// Gives the rollout up.
  record Abort(Policy policy) implements Command {}

  /// Takes in no further devices; the rollout can then be completed.
  record CloseTail() implements Command {}

  /// What becomes of the devices that have the artifact.
  enum Policy {
    /// They keep what they have.
    KEEP,
    /// They return to what they had before, those that are offline when they are back.
    REVERT
  }

  /// What a command does.
  ///
  /// @param facts for the timeline and the audit trail
  record Change(Rollout rollout, RolloutEvent.Kind kind, Map<String, String> facts) {}

  /// Carries the command out.
  ///
  /// @param by who says so
  /// @throws io.firmament.base.ProblemException where the rollout is in no state for it, or it is
  ///     not that person's to say
  default Change on(RolloutState state, UserId by) {
    Rollout rollout = state.rollout();
    Rollout.Progress progress = rollout.progress();
    return switch (this) {
      case Release _ -> {
        need(rollout, Rollout.Status.DRAFT);
        yield new Change(
            rollout.with(progress.with(Rollout.Status.PENDING)),
            RolloutEvent.Kind.RELEASED,
            Map.of());
      }
      case Approve(OptionalInt wave) -> {
        need(rollout, Rollout.Status.WAITING_FOR_APPROVAL);
        if (wave.isPresent() && wave.getAsInt() != progress.next()) {
          throw RolloutProblem.ROLLOUT_APPROVAL_STALE.with(
              "wave", wave.getAsInt(), "waiting", progress.next());
        }
        if (rollout.wish().strategy().fourEyes() && by.equals(rollout.author())) {
          throw RolloutProblem.ROLLOUT_FOUR_EYES.with();
        }
        yield new Change(
            rollout.with(progress.approvedNext()),
            RolloutEvent.Kind.APPROVED,
            Map.of("wave", String.valueOf(progress.next())));
      }
      case Resume _ -> {
        need(rollout, Rollout.Status.HALTED);
        List<Integer> failures = state.failures();
        yield new Change(
            rollout.with(progress.resumed(failures)),
            RolloutEvent.Kind.RESUMED,
            Map.of(
                "acknowledged_failures",
                String.valueOf(failures.stream().mapToInt(Integer::intValue).sum())));
      }
      case Abort(Policy policy) -> {
        need(
            rollout,
            Rollout.Status.DRAFT,
            Rollout.Status.PENDING,
            Rollout.Status.RUNNING,
            Rollout.Status.WAITING_FOR_APPROVAL,
            Rollout.Status.HALTED);
        yield new Change(
            rollout.with(
                progress.with(
                    policy == Policy.KEEP ? Rollout.Status.ABORTED : Rollout.Status.REVERTING)),
            RolloutEvent.Kind.ABORTED,
            Map.of("policy", policy.name().toLowerCase(Locale.ROOT)));
      }
      case CloseTail _ -> {
        if (!progress.dynamic() || progress.status().isFinal()) {
          throw notIn(rollout, "one that takes in later devices");
        }
        yield new Change(rollout.with(progress.closed()), RolloutEvent.Kind.TAIL_CLOSED, Map.of());
      }
    };
  }

  private static void need(Rollout rollout, Rollout.Status... allowed) {
    if (!List.of(allowed).contains(rollout.progress().status())) {
      throw notIn(
          rollout,
          "one that is "
              + String.join(" or ", List.of(allowed).stream().map(Command::word).toList()));
    }
  }

  private static RuntimeException notIn(Rollout rollout, String needed) {
    return RolloutProblem.ROLLOUT_NOT_IN_STATE.with(
        "status", word(rollout.progress().status()), "needed", needed);
  }

  private static String word(Rollout.Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }
}
