package io.firmament.platform.rollout;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.Inventory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/// Reads what decisions need to know of a tenant's devices.
public final class Fleet {
  private final Devices devices;
  private final RolloutStore store;

  public Fleet(Devices devices, RolloutStore store) {
    this.devices = devices;
    this.store = store;
  }

  /// All devices of a tenant, as a rollout sees them.
  ///
  /// @param self whose own assignments make no device busy; empty for a rollout that is none yet
  /// @param requirements what of them is asked for: what their artifacts provide is read only where
  ///     something depends on it
  public List<DeviceFacts> devices(
      TenantId tenant, Optional<RolloutId> self, Requirements requirements) {
    Map<ArtifactRef, SortedMap<String, String>> provided =
        requirements.depends().isEmpty() ? Map.of() : store.provided(tenant);
    Map<DeviceName, Set<RolloutId>> inFlight = store.inFlight(tenant);
    List<DeviceFacts> all = new ArrayList<>();
    PageRequest request = new PageRequest(PageRequest.MAX_LIMIT, Optional.empty());
    while (true) {
      Page<Devices.Seen> page = devices.list(tenant, request);
      for (Devices.Seen seen : page.items()) {
        Set<RolloutId> others =
            new HashSet<>(inFlight.getOrDefault(seen.device().name(), Set.of()));
        self.ifPresent(others::remove);
        all.add(facts(seen, provided, !others.isEmpty()));
      }
      if (page.next().isEmpty()) {
        return all;
      }
      request = request.after(page.next().get());
    }
  }

  /// What an evaluation of a rollout needs to know.
  public FleetView view(Rollout rollout) {
    Map<DeviceName, DeviceFacts> byName = new HashMap<>();
    Set<DeviceName> members = new HashSet<>();
    Optional<Group> group =
        rollout.progress().dynamic()
            ? store.findGroup(rollout.tenant(), rollout.wish().group())
            : Optional.empty();
    for (DeviceFacts device :
        devices(rollout.tenant(), Optional.of(rollout.id()), rollout.requirements())) {
      byName.put(device.name(), device);
      if (group.filter(each -> each.has(device)).isPresent()) {
        members.add(device.name());
      }
    }
    return new FleetView(byName, members);
  }

  private static DeviceFacts facts(
      Devices.Seen seen, Map<ArtifactRef, SortedMap<String, String>> provided, boolean busy) {
    Device device = seen.device();
    DeviceFacts.Condition condition =
        switch (device.state()) {
          case DECOMMISSIONED -> DeviceFacts.Condition.DECOMMISSIONED;
          case ENROLLED ->
              seen.liveness() == Devices.Liveness.ONLINE
                  ? DeviceFacts.Condition.LIVE
                  : DeviceFacts.Condition.OFFLINE;
        };
    Map<String, String> installed = versions(device.inventory());
    return new DeviceFacts(
        device.name(),
        device.fleet(),
        device.profile(),
        device.tags(),
        device.agentVersion(),
        installed,
        provided.isEmpty() ? Map.of() : properties(installed, provided),
        condition,
        busy);
  }

  private static Map<String, String> versions(Inventory inventory) {
    Map<String, String> versions = new HashMap<>();
    inventory.installed().forEach((name, installed) -> versions.put(name, installed.version()));
    return versions;
  }

  private static Map<String, Set<String>> properties(
      Map<String, String> installed, Map<ArtifactRef, SortedMap<String, String>> provided) {
    Map<String, Set<String>> properties = new HashMap<>();
    installed.forEach(
        (name, version) ->
            provided
                .getOrDefault(new ArtifactRef(name, version), Collections.emptySortedMap())
                .forEach(
                    (property, value) ->
                        properties.computeIfAbsent(property, _ -> new HashSet<>()).add(value)));
    return properties;
  }
}
