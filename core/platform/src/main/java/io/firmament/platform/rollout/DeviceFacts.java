package io.firmament.platform.rollout;

import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.Tags;
import java.util.Map;

/// What a decision needs to know of a device, as of one moment.
///
/// @param installed versions of what it says it has installed, by the artifact's name
/// @param busy whether another rollout's assignment is with the device now
public record DeviceFacts(
    DeviceName name,
    FleetName fleet,
    HardwareProfile profile,
    Tags tags,
    String agentVersion,
    Map<String, String> installed,
    Condition condition,
    boolean busy) {
  public DeviceFacts {
    installed = Map.copyOf(installed);
  }

  /// Of a device that has nothing installed.
  public DeviceFacts(
      DeviceName name,
      FleetName fleet,
      HardwareProfile profile,
      Tags tags,
      String agentVersion,
      Condition condition,
      boolean busy) {
    this(name, fleet, profile, tags, agentVersion, Map.of(), condition, busy);
  }

  /// Whether a device can be reached.
  public enum Condition {
    /// Heard within three heartbeat intervals.
    LIVE,
    /// Not heard for longer, and still a member of the fleet.
    OFFLINE,
    /// Refused from now on.
    DECOMMISSIONED
  }

  boolean live() {
    return condition == Condition.LIVE;
  }

  /// The value of a tag; empty where the device has none of that key.
  String tag(String key) {
    return tags.values().getOrDefault(key, "");
  }

  /// The version of an artifact; empty where the device does not have it.
  String installed(String artifact) {
    return installed.getOrDefault(artifact, "");
  }
}
