package io.firmament.agent;

import io.firmament.agent.update.StateStore;
import io.firmament.agent.update.UpdateState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A simulated device's storage: no files, and it outlives the agents that start on it.
final class MemoryDevice implements DeviceStore, StateStore {
  private @Nullable Identity identity;
  private @Nullable DeviceKey nextKey;
  private boolean decommissioned;
  private UpdateState state = UpdateState.EMPTY;

  @Override
  public AutoCloseable lock() {
    return () -> {};
  }

  @Override
  public synchronized Optional<Identity> identity() {
    return Optional.ofNullable(identity);
  }

  @Override
  public synchronized DeviceKey nextKey() {
    DeviceKey key = nextKey;
    if (key == null) {
      key = DeviceKey.generate();
      nextKey = key;
    }
    return key;
  }

  @Override
  public synchronized void store(Identity next) {
    identity = next;
    nextKey = null;
  }

  @Override
  public synchronized boolean isDecommissioned() {
    return decommissioned;
  }

  @Override
  public synchronized void wipe() {
    decommissioned = true;
    identity = null;
    nextKey = null;
    state = UpdateState.EMPTY;
  }

  @Override
  public synchronized UpdateState load() {
    return state;
  }

  @Override
  public synchronized void save(UpdateState next) {
    state = next;
  }
}
