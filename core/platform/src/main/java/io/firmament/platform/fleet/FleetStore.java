package io.firmament.platform.fleet;

import io.firmament.base.EnrollTokenId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Tokens, devices, their history and the audit events of what operators did. Everything is within
/// a tenant; every write is one transaction, conditional, and all or nothing. The lists know
/// offsets.
public interface FleetStore {
  /// Where counting ends, unless a count is kept.
  int COUNTED = 10_000;

  /// Stores a token whose id is new.
  void addToken(EnrollToken token, AuditEvent audit);

  Optional<EnrollToken> findToken(TenantId tenant, EnrollTokenId id);

  /// The tokens of a tenant by id, the deleted ones not among them.
  Page<EnrollToken> listTokens(TenantId tenant, PageRequest page);

  /// How many tokens [#listTokens] lists, at most [#COUNTED].
  long countTokens(TenantId tenant);

  /// Deletes a token; from the moment this returns it enrols nobody.
  ///
  /// @return false where there is none
  boolean deleteToken(TenantId tenant, EnrollTokenId id, AuditEvent audit);

  /// Spends a use of the token, where the enrolment says so, and stores the device, its history and
  /// the audit event.
  EnrollOutcome enroll(Enrolment enrolment, Instant now);

  Optional<Device> findDevice(TenantId tenant, DeviceName name);

  /// The devices of a tenant by name, decommissioned ones included.
  Page<Device> listDevices(TenantId tenant, PageRequest page);

  /// How many devices [#listDevices] lists, however many: the count is kept by [#enroll].
  long countDevices(TenantId tenant);

  /// Replaces a device, all but its presence, if it still has the version of the change's device.
  /// The stored version is one higher.
  ///
  /// @return false where the device has another version by now, or is none
  boolean update(DeviceChange change);

  /// The devices that have an artifact installed, by version and name, decommissioned ones
  /// included.
  Page<Device> listDevices(TenantId tenant, Having having, PageRequest page);

  /// How many devices that are, at most [#COUNTED].
  long countDevices(TenantId tenant, Having having);

  /// What happened to devices of all tenants between two instants: which were enrolled or updated,
  /// by [#enroll] and [#update], by the times of their events, and what waits for which since. It
  /// may name more than these, and anything more than once. What is more than an hour ago is
  /// forgotten.
  List<Change> changes(Instant from, Instant to);

  /// What waits for a device. What was written this second may be missing; [#changes] has it.
  Set<Work> waiting(TenantId tenant, DeviceName name);

  /// What happened to a device, newest first.
  Page<DeviceEvent> history(TenantId tenant, DeviceName name, PageRequest page);

  /// How many events the history of a device has, at most [#COUNTED].
  long countEvents(TenantId tenant, DeviceName name);

  /// The audit events of a tenant in the order of time.
  Page<AuditEvent> auditEvents(TenantId tenant, PageRequest page);

  /// Writes what became of devices' liveness. A report that is older than what another watcher has
  /// stored, or of a watcher that no longer watches the device, or of a device that is gone, is
  /// dropped. A watcher's own reports come in order, whatever its time of day has been set to.
  void recordPresence(List<PresenceReport> reports);

  /// Says that a watcher is at work until an instant.
  void renewLease(WatcherId watcher, Instant until);

  /// Until when these watchers were last known to be at work; absent ones never were.
  Map<WatcherId, Instant> leases(Set<WatcherId> watchers);

  /// What an enrolment changes.
  ///
  /// @param device as it shall be; a new device has version 1, a changed one the version it had
  /// @param use what it costs
  /// @param base what must be true of the stored device
  record Enrolment(Device device, TokenUse use, Base base, DeviceEvent event, AuditEvent audit) {}

  /// Whether an enrolment spends a use of the token, or repeats one already spent.
  enum TokenUse {
    SPEND,
    ALREADY_SPENT
  }

  /// What must be stored for a write to happen.
  enum Base {
    NO_DEVICE,
    SAME_VERSION
  }

  /// How a write of an enrolment ended.
  sealed interface EnrollOutcome {
    record Enrolled(Device device) implements EnrollOutcome {}

    /// The token was deleted, used up or has expired in the meantime.
    record TokenRefused() implements EnrollOutcome {}

    /// The device is not what the enrolment is based on.
    record DeviceConflict() implements EnrollOutcome {}
  }

  /// A change of a device with what it leaves behind.
  ///
  /// @param replaced the inventory that the device's own replaces; empty where it stays as it is
  record DeviceChange(
      Device device, DeviceEvent event, Optional<AuditEvent> audit, Optional<Inventory> replaced) {
    /// Of anything but the inventory.
    public DeviceChange(Device device, DeviceEvent event, Optional<AuditEvent> audit) {
      this(device, event, audit, Optional.empty());
    }
  }

  /// Whose devices a list is about.
  ///
  /// @param version any unless given
  record Having(String artifact, Optional<String> version) {}

  /// Something that happened to a device.
  sealed interface Change {
    TenantId tenant();

    DeviceName name();
  }

  /// @param version the one that the device was given
  record ChangedDevice(TenantId tenant, DeviceName name, long version) implements Change {}

  /// Something waits for a device, or waits no longer.
  record ChangedWork(TenantId tenant, DeviceName name, Work work) implements Change {}

  /// @param presence [Presence.Online] or [Presence.Offline]
  /// @param watcher who says so
  /// @param event what the history shall say; empty where only the last heartbeat moved
  record PresenceReport(
      TenantId tenant,
      DeviceName device,
      Presence presence,
      WatcherId watcher,
      Optional<DeviceEvent> event) {}
}
