package io.firmament.platform.rollout;

import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.fleet.FleetName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One artifact on its way to one group.
///
/// @param fleet the group's
/// @param requirements what a device must be and have for the artifact, as it was when the rollout
///     was created
/// @param author who created it
/// @param progress how far it is
/// @param version counts the changes of [#progress] and of [#wish]; a write names the version it is
///     based on
public record Rollout(
    TenantId tenant,
    RolloutId id,
    Wish wish,
    FleetName fleet,
    Requirements requirements,
    UserId author,
    Instant createdAt,
    Progress progress,
    long version) {
  /// What is asked of a new rollout.
  ///
  /// @param label for people; at most 100 characters
  /// @param draft whether it waits, and can be changed, until it is released
  /// @param startAt not before
  public record Wish(
      String label,
      ArtifactRef artifact,
      GroupName group,
      HealthProbe probe,
      Strategy strategy,
      Admission admission,
      boolean draft,
      Optional<Instant> startAt) {
    public static final int MAX_LABEL = 100;

    public Wish {
      Invalid.unless(
          label.length() <= MAX_LABEL && label.chars().noneMatch(Character::isISOControl),
          "name",
          "has at most " + MAX_LABEL + " characters, none of control");
    }

    Wish labelled(String newLabel) {
      return new Wish(newLabel, artifact, group, probe, strategy, admission, draft, startAt);
    }
  }

  /// Where a rollout stands.
  public enum Status {
    /// It can be changed, and waits to be released.
    DRAFT,
    /// It waits for its time.
    PENDING,
    RUNNING,
    /// The next wave waits for somebody's approval.
    WAITING_FOR_APPROVAL,
    /// Too much failed: no further waves, and nothing is given to any device.
    HALTED,
    /// All waves are through.
    COMPLETED,
    /// It was given up; devices keep what they have.
    ABORTED,
    /// It was given up; devices return to what they had before.
    REVERTING,
    /// Every device that had it has been told to return to what it had before.
    REVERTED;

    /// Whether nothing follows.
    public boolean isFinal() {
      return this == COMPLETED || this == ABORTED || this == REVERTED;
    }

    /// Whether devices are given the artifact, or may be later.
    public boolean givesOut() {
      return !isFinal() && this != REVERTING;
    }

    /// Whether devices are given the artifact.
    public boolean serves() {
      return this == RUNNING || this == WAITING_FOR_APPROVAL;
    }
  }

  /// How far a rollout is.
  ///
  /// @param wave the last wave that was opened, from 0; -1 before the first
  /// @param openedAt when that was
  /// @param settledAt when that wave was through; empty until then
  /// @param next the wave that waits for approval; -1 for none
  /// @param approved the last wave that was approved; -1 for none
  /// @param acknowledged how many failures of each wave do not count any more
  /// @param waived the last wave whose share of success does not matter any more; -1 for none
  /// @param halt why it was halted last
  /// @param dynamic whether devices that join the group later are taken in
  /// @param unreached devices that never were given it, or have not said how it ended, when the
  ///     rollout was completed
  public record Progress(
      Status status,
      int wave,
      Optional<Instant> openedAt,
      Optional<Instant> settledAt,
      int next,
      int approved,
      List<Integer> acknowledged,
      int waived,
      Optional<Halt> halt,
      boolean dynamic,
      int unreached) {
    public Progress {
      acknowledged = List.copyOf(acknowledged);
    }

    static Progress first(Wish wish) {
      return new Progress(
          wish.draft() ? Status.DRAFT : Status.PENDING,
          -1,
          Optional.empty(),
          Optional.empty(),
          -1,
          -1,
          wish.strategy().waves().stream().map(_ -> 0).toList(),
          -1,
          Optional.empty(),
          wish.strategy().cohort().dynamic(),
          0);
    }

    Progress with(Status newStatus) {
      return new Progress(
          newStatus,
          wave,
          openedAt,
          settledAt,
          next,
          approved,
          acknowledged,
          waived,
          halt,
          dynamic,
          unreached);
    }

    Progress opened(int newWave, Instant now) {
      return new Progress(
          Status.RUNNING,
          newWave,
          Optional.of(now),
          Optional.empty(),
          -1,
          approved,
          acknowledged,
          waived,
          halt,
          dynamic,
          unreached);
    }

    Progress settled(Instant now) {
      return new Progress(
          status,
          wave,
          openedAt,
          Optional.of(now),
          next,
          approved,
          acknowledged,
          waived,
          halt,
          dynamic,
          unreached);
    }

    Progress parked(int newNext) {
      return new Progress(
          Status.WAITING_FOR_APPROVAL,
          wave,
          openedAt,
          settledAt,
          newNext,
          approved,
          acknowledged,
          waived,
          halt,
          dynamic,
          unreached);
    }

    Progress approvedNext() {
      return new Progress(
          Status.RUNNING,
          wave,
          openedAt,
          settledAt,
          -1,
          next,
          acknowledged,
          waived,
          halt,
          dynamic,
          unreached);
    }

    Progress halted(Halt why) {
      return new Progress(
          Status.HALTED,
          wave,
          openedAt,
          settledAt,
          -1,
          approved,
          acknowledged,
          waived,
          Optional.of(why),
          dynamic,
          unreached);
    }

    Progress resumed(List<Integer> failures) {
      boolean bySuccess = halt.filter(why -> why.rule() == Halt.Rule.SUCCESS_THRESHOLD).isPresent();
      return new Progress(
          Status.RUNNING,
          wave,
          openedAt,
          settledAt,
          -1,
          approved,
          failures,
          bySuccess ? wave : waived,
          halt,
          dynamic,
          unreached);
    }

    Progress completed(int left) {
      return new Progress(
          Status.COMPLETED,
          wave,
          openedAt,
          settledAt,
          -1,
          approved,
          acknowledged,
          waived,
          halt,
          dynamic,
          left);
    }

    Progress closed() {
      return new Progress(
          status,
          wave,
          openedAt,
          settledAt,
          next,
          approved,
          acknowledged,
          waived,
          halt,
          false,
          unreached);
    }
  }

  /// Why a rollout was halted.
  ///
  /// @param wave the wave that was open, or, where each wave is judged by itself, the one judged
  /// @param count the failures that counted; for the threshold, the devices that are healthy
  /// @param of how many devices that is a share of
  /// @param limit the share that was allowed, or, for the threshold, needed
  public record Halt(Rule rule, int wave, int count, int of, String limit) {
    /// What was broken.
    public enum Rule {
      FAILURE_RATE,
      SUCCESS_THRESHOLD
    }
  }

  /// What keeps the artifact from a device; empty where nothing does.
  Optional<Requirements.Unmet> unmet(DeviceFacts device) {
    return requirements.unmet(wish.artifact(), wish.strategy().cohort().downgrades(), device);
  }

  Rollout with(Progress newProgress) {
    return new Rollout(
        tenant, id, wish, fleet, requirements, author, createdAt, newProgress, version);
  }

  Rollout with(Wish newWish) {
    return new Rollout(
        tenant, id, newWish, fleet, requirements, author, createdAt, progress, version);
  }

  /// The same rollout at another version.
  public Rollout atVersion(long newVersion) {
    return new Rollout(
        tenant, id, wish, fleet, requirements, author, createdAt, progress, newVersion);
  }
}
