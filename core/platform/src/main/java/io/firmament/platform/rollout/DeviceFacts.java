package io.firmament.platform.rollout;

import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.Tags;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What a decision needs to know of a device, as of one moment.
///
/// @param installed versions of what it says it has installed, by the artifact's name
/// @param provided what these provide, by name
/// @param busy whether another rollout's assignment is with the device now
public record DeviceFacts(
    DeviceName name,
    FleetName fleet,
    HardwareProfile profile,
    Tags tags,
    String agentVersion,
    Map<String, String> installed,
    Map<String, Set<String>> provided,
    Condition condition,
    boolean busy) {
  public DeviceFacts {
    installed = Map.copyOf(installed);
    provided = Map.copyOf(provided);
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
    this(name, fleet, profile, tags, agentVersion, Map.of(), Map.of(), condition, busy);
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

  /// The same device, reached or not, and at work or not.
  DeviceFacts in(Condition newCondition, boolean newBusy) {
    return new DeviceFacts(
        name, fleet, profile, tags, agentVersion, installed, provided, newCondition, newBusy);
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

  /// All that it has under a name: what it says of itself, its tag, what is installed, and what
  /// that provides.
  SortedSet<String> has(String name) {
    NavigableSet<String> values = new TreeSet<>(provided.getOrDefault(name, Set.of()));
    SelectorField.find(name).ifPresent(field -> values.addAll(field.values(this)));
    Stream.of(tag(name), installed(name)).filter(value -> !value.isEmpty()).forEach(values::add);
    return values;
  }
}
