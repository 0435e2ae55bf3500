package io.firmament.agent;

import java.util.Optional;

/// What an agent keeps of who its device is.
interface DeviceStore {
  /// Keeps other agents out until it is closed, or the process is gone.
  AutoCloseable lock();

  Optional<Identity> identity();

  /// The key to ask a certificate for: the same until a certificate for it is stored.
  DeviceKey nextKey();

  /// Takes a new identity into use.
  void store(Identity next);

  boolean isDecommissioned();

  /// Destroys the keys, and what the device trusts, for good.
  void wipe();
}
