package io.firmament.platform.logs;

import io.firmament.base.LogRequestId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import java.util.Optional;

/// Requests for logs. Everything is within a tenant. One that is past its time may still be here;
/// readers look at its times.
public interface LogStore {
  /// Where counting ends.
  int COUNTED = 10_000;

  /// Stores a request whose id is new. It waits for its device from here on, and is among the
  /// changes that [io.firmament.platform.fleet.FleetStore#changes] names.
  void add(LogRequest request, AuditEvent audit);

  Optional<LogRequest> find(TenantId tenant, DeviceName device, LogRequestId id);

  /// The requests of a device, newest first. The list knows offsets.
  Page<LogRequest> list(TenantId tenant, DeviceName device, PageRequest page);

  /// How many requests [#list] lists, at most [#COUNTED].
  long count(TenantId tenant, DeviceName device);

  /// Replaces a request that nobody has answered, with what the device's history shall say of it.
  /// It waits no longer, and is among the changes.
  ///
  /// @return false where it was answered, or is gone
  boolean answer(LogRequest answered, DeviceEvent event);
}
