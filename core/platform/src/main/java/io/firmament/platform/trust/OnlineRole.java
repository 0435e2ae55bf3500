package io.firmament.platform.trust;

import io.firmament.platform.fleet.FleetName;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.repository.Director;
import io.firmament.tuf.repository.Fleet;
import io.firmament.tuf.repository.Publisher;
import java.util.Optional;
import java.util.regex.Pattern;

/// What an online key of a tenant is for. Every role has a key of its own, so that one that is
/// stolen opens nothing else.
///
/// @param id `freshness`, `publisher`, `director`, `manifest`, or `fleet-` and the fleet's name
public record OnlineRole(String id) {
  private static final String FLEET = "fleet-";
  private static final Pattern ID =
      Pattern.compile(
          "freshness|publisher|director|manifest|fleet-[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  /// Signs snapshot and timestamp.
  public static final OnlineRole FRESHNESS = new OnlineRole("freshness");

  /// Says which fleets there are.
  public static final OnlineRole PUBLISHER = new OnlineRole(Publisher.ROLE);

  /// Signs what single devices are told to do.
  public static final OnlineRole DIRECTOR = new OnlineRole(Director.ROLE);

  /// Signs the manifests of devices that are too small for metadata; no role of the repository.
  public static final OnlineRole MANIFEST = new OnlineRole("manifest");

  public OnlineRole {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("no role of an online key: " + id);
    }
  }

  /// Signs what is published to a fleet.
  public static OnlineRole of(FleetName fleet) {
    return new OnlineRole(new Fleet(fleet.value()).role());
  }

  /// Whose key signs a role's metadata; empty for a role that is signed elsewhere.
  public static Optional<OnlineRole> signing(String role) {
    return switch (role) {
      case RoleName.TIMESTAMP, RoleName.SNAPSHOT -> Optional.of(FRESHNESS);
      case Publisher.ROLE -> Optional.of(PUBLISHER);
      default ->
          role.startsWith(FLEET) && ID.matcher(role).matches()
              ? Optional.of(new OnlineRole(role))
              : Optional.empty();
    };
  }

  /// How the key signs.
  public SignatureAlgorithm algorithm() {
    return equals(MANIFEST) ? SignatureAlgorithm.ED25519 : SignatureAlgorithm.ECDSA_P256_SHA256;
  }

  /// Whether the key is a fleet's.
  public boolean isFleet() {
    return id.startsWith(FLEET);
  }

  @Override
  public String toString() {
    return id;
  }
}
