package io.firmament.platform.fleet;

import io.firmament.base.EnrollTokenId;
import io.firmament.base.TenantId;
import java.time.Instant;
import java.util.Optional;

/// A device of a tenant.
///
/// @param tags those of the enrolment token and those that the device reports
/// @param assignedTags those of the enrolment token, which the device cannot change
/// @param inventory what it last said that it has installed
/// @param current the certificate in use
/// @param renewed the certificate that replaces [#current] as soon as the device first uses it
/// @param enrolledBy the token of the last enrolment
/// @param presence written apart from the rest, without changing the version
/// @param version counts the changes; a write names the version it is based on
public record Device(
    TenantId tenant,
    DeviceName name,
    FleetName fleet,
    HardwareId hardwareId,
    HardwareProfile profile,
    Tags tags,
    Tags assignedTags,
    String agentVersion,
    Inventory inventory,
    State state,
    DeviceCertificate current,
    Optional<DeviceCertificate> renewed,
    EnrollTokenId enrolledBy,
    Instant enrolledAt,
    Optional<Instant> decommissionedAt,
    Presence presence,
    long version) {
  /// Whether the platform still accepts the device's identity.
  public enum State {
    ENROLLED,
    DECOMMISSIONED
  }

  /// A device that has just enrolled.
  static Device enrolled(
      EnrollToken token,
      DeviceName name,
      HardwareId hardwareId,
      DeviceCertificate certificate,
      Instant now) {
    return new Device(
        token.tenant(),
        name,
        token.binding().fleet(),
        hardwareId,
        HardwareProfile.unknown(),
        token.binding().tags(),
        token.binding().tags(),
        "",
        Inventory.none(),
        State.ENROLLED,
        certificate,
        Optional.empty(),
        token.id(),
        now,
        Optional.empty(),
        new Presence.Unseen(),
        1);
  }

  /// Whether a certificate still stands for this device.
  public boolean accepts(CertificateSerial serial) {
    return state == State.ENROLLED && (current.serial().equals(serial) || isRenewedBy(serial));
  }

  /// Whether this is the renewed certificate, not used before.
  public boolean isRenewedBy(CertificateSerial serial) {
    return renewed.filter(certificate -> certificate.serial().equals(serial)).isPresent();
  }

  Device registered(HardwareProfile newProfile, Tags newTags, String newAgentVersion) {
    return new Device(
        tenant,
        name,
        fleet,
        hardwareId,
        newProfile,
        newTags,
        assignedTags,
        newAgentVersion,
        inventory,
        state,
        current,
        renewed,
        enrolledBy,
        enrolledAt,
        decommissionedAt,
        presence,
        version);
  }

  Device withInventory(Inventory newInventory) {
    return new Device(
        tenant,
        name,
        fleet,
        hardwareId,
        profile,
        tags,
        assignedTags,
        agentVersion,
        newInventory,
        state,
        current,
        renewed,
        enrolledBy,
        enrolledAt,
        decommissionedAt,
        presence,
        version);
  }

  Device withCertificates(DeviceCertificate newCurrent, Optional<DeviceCertificate> newRenewed) {
    return new Device(
        tenant,
        name,
        fleet,
        hardwareId,
        profile,
        tags,
        assignedTags,
        agentVersion,
        inventory,
        state,
        newCurrent,
        newRenewed,
        enrolledBy,
        enrolledAt,
        decommissionedAt,
        presence,
        version);
  }

  Device decommissioned(Instant now) {
    return new Device(
        tenant,
        name,
        fleet,
        hardwareId,
        profile,
        tags,
        assignedTags,
        agentVersion,
        inventory,
        State.DECOMMISSIONED,
        current,
        Optional.empty(),
        enrolledBy,
        enrolledAt,
        Optional.of(now),
        presence,
        version);
  }

  /// The same device at another version.
  public Device atVersion(long newVersion) {
    return new Device(
        tenant,
        name,
        fleet,
        hardwareId,
        profile,
        tags,
        assignedTags,
        agentVersion,
        inventory,
        state,
        current,
        renewed,
        enrolledBy,
        enrolledAt,
        decommissionedAt,
        presence,
        newVersion);
  }
}
