package io.firmament.agent.update;

/// Where a state is kept over stops. A write is there whole or not at all.
public interface StateStore {
  /// The last state that was saved; [UpdateState#EMPTY] before the first.
  UpdateState load();

  void save(UpdateState state);
}
