package io.firmament.platform.rollout;

import io.firmament.platform.fleet.DeviceName;
import java.time.Instant;
import java.util.Optional;

/// What a rollout wants of one of its devices, and how far that is.
///
/// It only moves forward: a report that says less than what is known, or says it of an attempt that
/// was given up, changes nothing, and what is final stays. Only the platform begins anew, with the
/// next attempt.
///
/// @param wave the wave that the device is in, for as long as the rollout lasts
/// @param attempt counts what the device was told to do; 0 before the first
/// @param stalled whether it took longer than a wave waits; it may still end well
/// @param offeredAt when the attempt was made
/// @param changedAt when the state was last changed
/// @param cause why the state is what it is
/// @param detail what there is to say about that; a device's own words, or empty
/// @param counter names the attempt in manifests; empty where the device has fetched none for it
/// @param replaces the version of the artifact that a device with manifests had before; empty for
///     others, and where that is not known
public record Assignment(
    DeviceName device,
    int wave,
    Action action,
    int attempt,
    State state,
    boolean stalled,
    Optional<Instant> offeredAt,
    Optional<Instant> changedAt,
    Cause cause,
    String detail,
    Optional<Long> counter,
    Optional<String> replaces) {
  public static final int MAX_DETAIL = 1_000;

  /// What the device shall do.
  public enum Action {
    /// Install the rollout's artifact.
    APPLY,
    /// Return to what it had before.
    REVERT
  }

  /// How far it is.
  public enum State {
    /// The device waits for its turn.
    QUEUED,
    /// It had been offered, and the offer was taken back before the device fetched it.
    WITHDRAWN,
    /// The next heartbeat fetches it.
    OFFERED,
    /// The device has it. It cannot be taken back from here on.
    DELIVERED,
    DOWNLOADING,
    VERIFYING,
    APPLYING,
    /// Final: installed, and the probe says that it works.
    HEALTHY,
    /// Final: the device has returned to what it had before.
    ROLLED_BACK,
    /// Final: neither installed nor, where that was needed, reverted.
    FAILED,
    /// Final: the artifact does not fit the device; it is counted nowhere.
    INCOMPATIBLE,
    /// Final: the device is no member of the fleet any more; it is counted nowhere.
    GONE;

    public boolean isFinal() {
      return compareTo(HEALTHY) >= 0;
    }

    /// Whether it counts among the devices that the rollout targets.
    boolean counts() {
      return this != INCOMPATIBLE && this != GONE;
    }

    /// Whether the device is told about it, or works on it.
    boolean inFlight() {
      return compareTo(OFFERED) >= 0 && compareTo(APPLYING) <= 0;
    }

    /// Whether the device has it, and has not said how it ended.
    boolean underway() {
      return compareTo(DELIVERED) >= 0 && compareTo(APPLYING) <= 0;
    }
  }

  /// Why an assignment is in its state.
  public enum Cause {
    PLANNED,
    JOINED_LATER,
    OFFERED,
    FETCHED,
    REPORTED,
    ROLLOUT_HALTED,
    ROLLOUT_ENDED,
    WENT_OFFLINE,
    WINDOW_CLOSED,
    TIMED_OUT,
    DOES_NOT_FIT,
    LACKS_DEPENDENCY,
    MUST_PASS_FIRST,
    DOWNGRADE,
    DECOMMISSIONED
  }

  /// Of a device that the rollout's plan has.
  static Assignment planned(DeviceName device, int wave, Cause cause) {
    return new Assignment(
        device,
        wave,
        Action.APPLY,
        0,
        State.QUEUED,
        false,
        Optional.empty(),
        Optional.empty(),
        cause,
        "",
        Optional.empty(),
        Optional.empty());
  }

  /// Whether the device may be among the failures that halt a rollout.
  boolean failed() {
    return action == Action.APPLY && (state == State.FAILED || state == State.ROLLED_BACK);
  }

  /// Whether nothing is waited for.
  boolean settled() {
    return state.isFinal() || stalled;
  }

  /// Whether it takes part of a budget.
  boolean occupies() {
    return state.inFlight() && !stalled;
  }

  /// Whether the device must still be told to return to what it had before.
  boolean owesRevert() {
    return switch (action) {
      case APPLY ->
          state == State.HEALTHY || state == State.FAILED || (stalled && state.underway());
      case REVERT -> state == State.WITHDRAWN || state == State.OFFERED;
    };
  }

  /// The next attempt.
  Assignment offered(Action newAction, Instant now) {
    return new Assignment(
        device,
        wave,
        newAction,
        attempt + 1,
        State.OFFERED,
        false,
        Optional.of(now),
        Optional.of(now),
        Cause.OFFERED,
        "",
        Optional.empty(),
        replaces);
  }

  /// The device has fetched it; doing so again changes nothing.
  public Assignment delivered(Instant now) {
    return state == State.OFFERED ? moved(State.DELIVERED, Cause.FETCHED, "", now) : this;
  }

  /// The device has fetched a manifest for it that says this counter.
  ///
  /// @param had the version of the artifact that the device had just then; what it had at the first
  ///     attempt stays
  public Assignment counted(long as, Optional<String> had) {
    return new Assignment(
        device,
        wave,
        action,
        attempt,
        state,
        stalled,
        offeredAt,
        changedAt,
        cause,
        detail,
        Optional.of(as),
        action == Action.APPLY && replaces.isEmpty() ? had : replaces);
  }

  Assignment withdrawn(Cause why, Instant now) {
    return moved(State.WITHDRAWN, why, "", now);
  }

  Assignment excluded(State newState, Cause why, String text, Instant now) {
    return moved(newState, why, text, now);
  }

  /// One that the device has not even fetched is taken back.
  Assignment stalledNow(Instant now) {
    return new Assignment(
        device,
        wave,
        action,
        attempt,
        state == State.OFFERED ? State.WITHDRAWN : state,
        true,
        offeredAt,
        Optional.of(now),
        Cause.TIMED_OUT,
        detail,
        counter,
        replaces);
  }

  /// What a device says about its assignment.
  ///
  /// @param attempt the attempt that it is about
  /// @param detail in the device's words; cut after [#MAX_DETAIL] characters
  public record Report(int attempt, Status status, String detail) {
    public Report {
      detail = detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL);
    }
  }

  /// What a device can say.
  public enum Status {
    DOWNLOADING(State.DOWNLOADING),
    VERIFYING(State.VERIFYING),
    APPLYING(State.APPLYING),
    HEALTHY(State.HEALTHY),
    ROLLED_BACK(State.ROLLED_BACK),
    FAILED(State.FAILED),
    INCOMPATIBLE(State.INCOMPATIBLE);

    private final State state;

    Status(State state) {
      this.state = state;
    }

    public boolean isFinal() {
      return state.isFinal();
    }
  }

  /// What a report does.
  public sealed interface Outcome {
    /// The assignment has moved.
    record Moved(Assignment assignment) implements Outcome {}

    /// Nothing new; the device is told that all is well.
    record Ignored(Why why) implements Outcome {}

    /// The device was never told to do this.
    record Unknown() implements Outcome {}
  }

  /// Why a report changes nothing.
  public enum Why {
    /// The same was said before.
    DUPLICATE,
    /// More is known already.
    LATE,
    /// It is about an attempt that another has replaced.
    OTHER_ATTEMPT,
    /// It was final already.
    FINAL
  }

  /// Takes a report in.
  public Outcome report(Report report, Instant now) {
    if (report.attempt() < 1 || report.attempt() > attempt) {
      return new Outcome.Unknown();
    }
    if (report.attempt() < attempt) {
      return new Outcome.Ignored(Why.OTHER_ATTEMPT);
    }
    State said = report.status().state;
    if (state.isFinal()) {
      return new Outcome.Ignored(said == state ? Why.DUPLICATE : Why.FINAL);
    }
    if (state.compareTo(State.DELIVERED) < 0 && state != State.OFFERED) {
      return new Outcome.Unknown();
    }
    if (said.compareTo(state) <= 0) {
      return new Outcome.Ignored(said == state ? Why.DUPLICATE : Why.LATE);
    }
    return new Outcome.Moved(moved(said, Cause.REPORTED, report.detail(), now));
  }

  private Assignment moved(State newState, Cause why, String text, Instant now) {
    return new Assignment(
        device,
        wave,
        action,
        attempt,
        newState,
        stalled,
        offeredAt,
        Optional.of(now),
        why,
        text,
        counter,
        replaces);
  }
}
