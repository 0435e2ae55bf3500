package io.firmament.platform.fleet;

import io.firmament.base.Ids;
import io.firmament.platform.fleet.FleetStore.DeviceChange;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Records what a device says it is. Saying the same again changes nothing.
public final class RegisterDevice {
  private static final int ATTEMPTS = 5;
  private static final int MAX_VERSION = 64;

  private final FleetStore store;
  private final DeviceDirectory directory;
  private final Clock clock;
  private final Ids ids;

  public RegisterDevice(FleetStore store, DeviceDirectory directory, Clock clock, Ids ids) {
    this.store = store;
    this.directory = directory;
    this.clock = clock;
    this.ids = ids;
  }

  /// What a device reports of itself.
  public record Report(HardwareProfile profile, Tags tags, String agentVersion) {
    public Report {
      checkVersion(agentVersion);
    }
  }

  /// Records a report of an authenticated device.
  public Device register(Device device, Report report) {
    Device known = device;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Device wanted =
          known.registered(
              report.profile(),
              report.tags().overlaidWith(known.assignedTags()),
              report.agentVersion());
      if (wanted.equals(known)) {
        return known;
      }
      if (store.update(new DeviceChange(wanted, event(known, wanted), Optional.empty()))) {
        Device stored = wanted.atVersion(wanted.version() + 1);
        directory.changed(stored);
        return stored;
      }
      known = reread(known);
    }
    throw FleetProblem.DEVICE_CHANGED.with("device", device.name());
  }

  /// Records the agent's version where a heartbeat brings a new one; the rest stays.
  public Device agentVersion(Device device, String version) {
    if (version.isEmpty() || version.equals(device.agentVersion())) {
      return device;
    }
    return register(device, new Report(device.profile(), device.tags(), version));
  }

  private Device reread(Device device) {
    Device found =
        store
            .findDevice(device.tenant(), device.name())
            .orElseThrow(FleetProblem.CERTIFICATE_REVOKED::with);
    if (found.state() == Device.State.DECOMMISSIONED) {
      throw FleetProblem.DEVICE_DECOMMISSIONED.with("device", device.name());
    }
    return found;
  }

  private DeviceEvent event(Device before, Device after) {
    Map<String, String> facts = new TreeMap<>();
    if (!before.agentVersion().equals(after.agentVersion())) {
      facts.put("agent_version", after.agentVersion());
    }
    if (!before.profile().equals(after.profile())) {
      facts.put("model", after.profile().model());
      facts.put("os_name", after.profile().osName());
      facts.put("kernel", after.profile().kernel());
    }
    if (!before.tags().equals(after.tags())) {
      facts.put("tags", after.tags().values().toString());
    }
    return DeviceEvent.of(ids.next(), after, clock.instant(), DeviceEvent.Kind.REGISTERED, facts);
  }

  static void checkVersion(String version) {
    if (version.length() > MAX_VERSION || version.chars().anyMatch(Character::isISOControl)) {
      throw io.firmament.base.BaseProblem.INVALID_FIELD.with(
          "field", "agent_version", "detail", "has at most 64 characters, none of control");
    }
  }
}
