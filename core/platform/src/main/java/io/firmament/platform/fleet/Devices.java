package io.firmament.platform.fleet;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What an operator sees of devices, with their liveness as of now.
public final class Devices {
  private final FleetStore store;
  private final Clock clock;

  public Devices(FleetStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /// A device and whether it is alive.
  ///
  /// @param lastSeen the last heartbeat that is written down; an online device has been heard since
  public record Seen(Device device, Liveness liveness, Optional<Instant> lastSeen) {}

  /// Whether a device's last heartbeat is younger than three intervals.
  public enum Liveness {
    ONLINE,
    OFFLINE
  }

  public Page<Seen> list(TenantId tenant, PageRequest request) {
    return seen(store.listDevices(tenant, request));
  }

  /// The devices that have an artifact installed.
  public Page<Seen> list(TenantId tenant, FleetStore.Having having, PageRequest request) {
    return seen(store.listDevices(tenant, having, request));
  }

  /// One device.
  ///
  /// @throws io.firmament.base.ProblemException `device_not_found`
  public Seen get(TenantId tenant, DeviceName name) {
    Device device =
        store
            .findDevice(tenant, name)
            .orElseThrow(() -> FleetProblem.DEVICE_NOT_FOUND.with("device", name));
    return seen(Page.last(List.of(device))).items().getFirst();
  }

  private Page<Seen> seen(Page<Device> page) {
    Map<WatcherId, Instant> leases = leases(page);
    Instant now = clock.instant();
    return page.map(device -> seen(device, leases, now));
  }

  /// How many devices [#list] lists.
  public long count(TenantId tenant) {
    return store.countDevices(tenant);
  }

  /// How many devices the list of those with an artifact has; more than [FleetStore#COUNTED] are
  /// not counted.
  public long count(TenantId tenant, FleetStore.Having having) {
    return store.countDevices(tenant, having);
  }

  /// The history of a device, newest first.
  public Page<DeviceEvent> history(TenantId tenant, DeviceName name, PageRequest request) {
    if (store.findDevice(tenant, name).isEmpty()) {
      throw FleetProblem.DEVICE_NOT_FOUND.with("device", name);
    }
    return store.history(tenant, name, request);
  }

  /// How many events the history has; more than [FleetStore#COUNTED] are not counted.
  public long countHistory(TenantId tenant, DeviceName name) {
    return store.countEvents(tenant, name);
  }

  private Map<WatcherId, Instant> leases(Page<Device> page) {
    Set<WatcherId> watchers =
        page.items().stream()
            .flatMap(
                device ->
                    device.presence() instanceof Presence.Online online
                        ? java.util.stream.Stream.of(online.watcher())
                        : java.util.stream.Stream.empty())
            .collect(Collectors.toSet());
    return watchers.isEmpty() ? Map.of() : store.leases(watchers);
  }

  private static Seen seen(Device device, Map<WatcherId, Instant> leases, Instant now) {
    return switch (device.presence()) {
      case Presence.Unseen _ -> new Seen(device, Liveness.OFFLINE, Optional.empty());
      case Presence.Offline offline ->
          new Seen(device, Liveness.OFFLINE, Optional.of(offline.lastSeen()));
      case Presence.Online online -> {
        boolean watched = now.isBefore(leases.getOrDefault(online.watcher(), Instant.MIN));
        Instant silentAt =
            online.lastSeen().plus(online.interval().multipliedBy(Presence.MISSED_INTERVALS));
        boolean alive =
            device.state() == Device.State.ENROLLED && (watched || now.isBefore(silentAt));
        yield new Seen(
            device, alive ? Liveness.ONLINE : Liveness.OFFLINE, Optional.of(online.lastSeen()));
      }
    };
  }
}
