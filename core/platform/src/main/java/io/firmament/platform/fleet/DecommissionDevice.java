package io.firmament.platform.fleet;

import io.firmament.base.Ids;
import io.firmament.platform.fleet.FleetStore.DeviceChange;
import io.firmament.platform.identity.Caller;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/// Ends a device's membership: its certificates are refused from then on; its record stays.
public final class DecommissionDevice {
  private static final int ATTEMPTS = 5;

  private final FleetStore store;
  private final Clock clock;
  private final Ids ids;

  public DecommissionDevice(FleetStore store, Clock clock, Ids ids) {
    this.store = store;
    this.clock = clock;
    this.ids = ids;
  }

  public void decommission(Caller caller, DeviceName name) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Device device =
          store
              .findDevice(caller.tenant(), name)
              .orElseThrow(() -> FleetProblem.DEVICE_NOT_FOUND.with("device", name));
      if (device.state() == Device.State.DECOMMISSIONED) {
        throw FleetProblem.DEVICE_ALREADY_DECOMMISSIONED.with("device", name);
      }
      if (store.update(change(caller, device))) {
        return;
      }
    }
    throw FleetProblem.DEVICE_CHANGED.with("device", name);
  }

  private DeviceChange change(Caller caller, Device device) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    String actor = "user:" + caller.user();
    Map<String, String> facts = Map.of("serial", device.current().serial().hex());
    return new DeviceChange(
        device.decommissioned(now),
        DeviceEvent.of(
            ids.next(), device, now, DeviceEvent.Kind.DECOMMISSIONED, Map.of("actor", actor)),
        Optional.of(
            AuditEvent.of(
                new AuditEvent.Moment(ids.next(), now, actor),
                caller.tenant(),
                "device.decommissioned",
                "device:" + device.name(),
                facts)));
  }
}
