package io.firmament.platform.fleet;

import io.firmament.base.LogRequestId;
import io.firmament.base.RolloutId;

/// Something that waits for a device, and that its next heartbeat tells it.
public sealed interface Work {
  /// A rollout offers the device something.
  record Update(RolloutId rollout) implements Work {}

  /// Somebody wants its logs.
  record Logs(LogRequestId request) implements Work {}
}
