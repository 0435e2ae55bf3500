package io.firmament.platform.rollout;

import io.firmament.platform.fleet.DeviceName;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The fleet as an evaluation sees it.
///
/// @param devices every device of the rollout, and of its group; one that is missing is gone
/// @param group who belongs to the group now
public record FleetView(Map<DeviceName, DeviceFacts> devices, Set<DeviceName> group) {
  public FleetView {
    // Not Map.copyOf: it probes linearly, and names that count upwards hash next to each other.
    devices = Collections.unmodifiableMap(new HashMap<>(devices));
    group = Collections.unmodifiableSet(new HashSet<>(group));
  }

  Optional<DeviceFacts> member(DeviceName name) {
    return Optional.ofNullable(devices.get(name))
        .filter(device -> device.condition() != DeviceFacts.Condition.DECOMMISSIONED);
  }
}
