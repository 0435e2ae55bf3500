package io.firmament.agent.update;

/// Hears of the moments within a step at which a stop would leave something behind; tests stop
/// there.
@FunctionalInterface
interface Checkpoint {
  Checkpoint NONE = _ -> {};

  void reached(String moment);
}
