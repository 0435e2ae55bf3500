package io.firmament.platform.rollout;

import io.firmament.platform.fleet.DeviceName;

/// A step that an evaluation asks for. Each says of itself where it still applies, so that doing
/// one twice is doing it once, and stopping between any two loses nothing: what is left is asked
/// for again by the next evaluation.
public sealed interface Effect {
  /// A step of the rollout itself.
  sealed interface OfRollout extends Effect {}

  /// A step of one of its devices.
  sealed interface OfDevice extends Effect {
    DeviceName device();
  }

  /// The wave is opened, and with it every wave before.
  record OpenWave(int wave) implements OfRollout {}

  /// The wave needs an approval.
  record Park(int wave) implements OfRollout {}

  /// The open wave is through; its soak time begins.
  record Settle(int wave) implements OfRollout {}

  record HaltRollout(Rollout.Halt why) implements OfRollout {}

  /// @param unreached devices that have not said how it ended
  record Complete(int unreached) implements OfRollout {}

  /// All devices have returned.
  record FinishRevert() implements OfRollout {}

  /// A device that joined the group later is taken into the last wave.
  record Join(DeviceName device, int wave) implements OfDevice {}

  /// A device is left out from here on.
  ///
  /// @param state [Assignment.State#INCOMPATIBLE] or [Assignment.State#GONE]
  record Exclude(DeviceName device, Assignment.State state, Assignment.Cause cause, String detail)
      implements OfDevice {}

  /// The device is told to do something.
  ///
  /// @param attempt the number that this attempt gets
  record Offer(DeviceName device, Assignment.Action action, int attempt) implements OfDevice {}

  /// An offer that was not fetched is taken back.
  record Withdraw(DeviceName device, int attempt, Assignment.Cause cause) implements OfDevice {}

  /// The device is not waited for any longer.
  record Stall(DeviceName device, int attempt) implements OfDevice {}
}
