package io.firmament.agent.update;

import java.time.Instant;
import java.util.Optional;

/// An order that is being carried out, and how far it is.
///
/// @param backup what the host needs to return to what was before; known from [Phase#APPLYING] on
/// @param starts how often the phase was begun; a stop in its midst makes it more than 1
/// @param detail why it is rolled back
public record Job(
    Order order,
    Delivery delivery,
    Phase phase,
    int starts,
    Optional<String> backup,
    String detail) {

  /// How far it is. What a phase says is done when the next one begins.
  public enum Phase {
    /// The content is being fetched.
    DOWNLOADING,
    /// It is all here and is checked.
    VERIFYING,
    /// It is put beside what runs. Until here nothing has changed.
    PREPARING,
    /// It is put in the place of what ran.
    APPLYING,
    /// It runs, and is asked whether it works.
    PROBING,
    /// What was before is put in its place again.
    ROLLING_BACK;

    /// Whether the device is as it was before.
    boolean untouched() {
      return compareTo(APPLYING) < 0;
    }
  }

  static Job begin(Order order, Delivery delivery) {
    return new Job(order, delivery, Phase.DOWNLOADING, 0, Optional.empty(), "");
  }

  Job in(Phase next) {
    return new Job(order, delivery, next, 0, backup, detail);
  }

  Job started() {
    return new Job(order, delivery, phase, starts + 1, backup, detail);
  }

  Job withBackup(String kept) {
    return new Job(order, delivery, phase, starts, Optional.of(kept), detail);
  }

  Job rollingBack(String why) {
    return new Job(order, delivery, Phase.ROLLING_BACK, 0, backup, why);
  }

  /// The same order, signed anew.
  Job renewed(Instant issued, Instant expires) {
    Order again =
        new Order(
            order.key(),
            order.action(),
            order.artifact(),
            order.target(),
            order.probe(),
            issued,
            expires);
    return new Job(again, delivery, phase, starts, backup, detail);
  }
}
