package io.firmament.platform.fleet;

import io.firmament.base.TenantId;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/// Something that happened to a device, kept as its history.
///
/// @param facts what there is to know, by name; for people and programs alike
public record DeviceEvent(
    UUID id,
    TenantId tenant,
    DeviceName device,
    Instant at,
    Kind kind,
    SortedMap<String, String> facts) {
  /// What happened.
  public enum Kind {
    ENROLLED,
    REENROLLED,
    REGISTERED,
    INVENTORY_CHANGED,
    ONLINE,
    OFFLINE,
    CERTIFICATE_RENEWED,
    CERTIFICATE_CONFIRMED,
    LOGS_RECEIVED,
    DECOMMISSIONED
  }

  public DeviceEvent {
    facts = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(facts));
  }

  static DeviceEvent of(UUID id, Device device, Instant at, Kind kind, Map<String, String> facts) {
    return new DeviceEvent(id, device.tenant(), device.name(), at, kind, new TreeMap<>(facts));
  }
}
