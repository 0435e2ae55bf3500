package io.firmament.rest.fleet;

import io.avaje.jsonb.Json;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.Inventory;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A device as it is answered.
///
/// @param status `online` or `offline`, and `decommissioned` for one that is refused
/// @param lastSeenAt the last heartbeat that was written down; an online device was heard since
@Json(naming = Json.Naming.LowerUnderscore)
record DeviceBody(
    String name,
    String fleet,
    String status,
    @Nullable String lastSeenAt,
    String hardwareId,
    String agentVersion,
    Map<String, String> tags,
    Hardware hardware,
    List<Installed> installed,
    @Nullable Metadata metadata,
    String certificateSerial,
    String certificateExpiresAt,
    String enrolledAt) {

  /// What the device says it is made of.
  @Json(naming = Json.Naming.LowerUnderscore)
  record Hardware(
      String model,
      String soc,
      String architecture,
      long ramBytes,
      int cpuCores,
      List<String> accelerators,
      String osName,
      String kernel) {}

  /// An artifact that the device has.
  @Json(naming = Json.Naming.LowerUnderscore)
  record Installed(String artifact, String version, String sha256) {
    static List<Installed> of(Inventory inventory) {
      return inventory.installed().entrySet().stream()
          .map(
              each ->
                  new Installed(
                      each.getKey(), each.getValue().version(), each.getValue().sha256().hex()))
          .toList();
    }
  }

  /// Versions of the metadata that the device trusts; those of timestamp and snapshot as of the
  /// last time that something else changed.
  @Json
  record Metadata(long root, long timestamp, long snapshot, long targets) {
    static @Nullable Metadata of(Inventory inventory) {
      return inventory
          .metadata()
          .map(is -> new Metadata(is.root(), is.timestamp(), is.snapshot(), is.targets()))
          .orElse(null);
    }
  }

  /// A page of devices.
  ///
  /// @param total of all pages
  /// @param next absent on the last page
  @Json
  record Page(List<DeviceBody> items, int limit, int offset, long total, @Nullable String next) {}

  static DeviceBody of(Devices.Seen seen) {
    Device device = seen.device();
    String status =
        switch (device.state()) {
          case ENROLLED -> seen.liveness().name().toLowerCase(Locale.ROOT);
          case DECOMMISSIONED -> "decommissioned";
        };
    HardwareProfile profile = device.profile();
    return new DeviceBody(
        device.name().value(),
        device.fleet().value(),
        status,
        seen.lastSeen().map(Instant::toString).orElse(null),
        device.hardwareId().value(),
        device.agentVersion(),
        device.tags().values(),
        new Hardware(
            profile.model(),
            profile.soc(),
            profile.architecture(),
            profile.ramBytes(),
            profile.cpuCores(),
            profile.accelerators(),
            profile.osName(),
            profile.kernel()),
        Installed.of(device.inventory()),
        Metadata.of(device.inventory()),
        device.current().serial().hex(),
        device.current().notAfter().toString(),
        device.enrolledAt().toString());
  }
}
