package io.firmament.platform.fleet;

import io.firmament.base.EnrollTokenId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import java.time.Instant;
import java.util.Optional;

/// The right to enrol a number of devices until an instant. Its secret is shown once; what is kept
/// is the secret's digest.
///
/// @param label what people call it; may be empty
/// @param secret SHA-256 of the secret
/// @param maxUses how many devices it may enrol in all
/// @param uses how many it has enrolled
public record EnrollToken(
    TenantId tenant,
    EnrollTokenId id,
    String label,
    Sha256 secret,
    Binding binding,
    int maxUses,
    int uses,
    UserId createdBy,
    Instant createdAt,
    Instant expiresAt) {
  /// What a token fixes for the devices it enrols.
  ///
  /// @param tags every device gets them and cannot change them
  /// @param hardwareId the only hardware it may be used for; it may then also replace the
  ///     certificate of a device that lost its key
  public record Binding(FleetName fleet, Tags tags, Optional<HardwareId> hardwareId) {
    public static Binding toFleet(FleetName fleet) {
      return new Binding(fleet, Tags.none(), Optional.empty());
    }
  }

  /// What can still be done with a token. A deleted one is gone.
  public enum State {
    ACTIVE,
    EXHAUSTED,
    EXPIRED
  }

  public State state(Instant now) {
    if (!now.isBefore(expiresAt)) {
      return State.EXPIRED;
    }
    return uses >= maxUses ? State.EXHAUSTED : State.ACTIVE;
  }

  public int remainingUses() {
    return Math.max(0, maxUses - uses);
  }
}
