package io.firmament.platform.rollout;

import java.time.Instant;
import java.util.Optional;

/// Whether a device that calls is told about its assignment.
///
/// What it has been given before it is told again, for as long as it has not said how it ended:
/// taking it away would not stop it. What it has not, it is given only while the rollout goes on.
public final class Serving {
  private Serving() {}

  /// The assignment as the device is told about it, and as it must be stored before it is; empty
  /// where the device is told nothing.
  ///
  /// @param rollout as it is at this moment; who stores the answer makes sure that it still is
  public static Optional<Assignment> serve(Rollout rollout, Assignment assignment, Instant now) {
    if (assignment.state().underway()) {
      return Optional.of(assignment);
    }
    Rollout.Status status = rollout.progress().status();
    boolean open =
        switch (assignment.action()) {
          case APPLY -> status.serves();
          case REVERT -> status == Rollout.Status.REVERTING;
        };
    return assignment.state() == Assignment.State.OFFERED && open
        ? Optional.of(assignment.delivered(now))
        : Optional.empty();
  }
}
