package io.firmament.rest;

import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.TokenSigner;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.rollout.RolloutStore;

/// The outside world of the REST operations. Each port is made once, when it is first asked for.
public interface Ports {
  IdentityStore identity();

  FirmwareStore firmware();

  /// What the stages of an analysis wrote.
  ObjectStore documents();

  FleetStore fleet();

  RolloutStore rollouts();

  LogStore logs();

  TokenSigner idTokenKey();

  TokenSigner tenantTokenKey();
}
