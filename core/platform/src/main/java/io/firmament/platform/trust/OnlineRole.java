package io.firmament.platform.trust;

import io.firmament.platform.fleet.FleetName;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.repository.Director;
import io.firmament.tuf.repository.Fleet;
import io.firmament.tuf.repository.Publisher;
import io.firmament.tuf.repository.RepositoryState;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What an online key of a tenant is for. Every role has a key of its own, so that one that is
/// stolen opens nothing else.
///
/// @param id `freshness`, `publisher`, `director`, `manifest`, or `fleet-` and the fleet's name
public record OnlineRole(String id) {
  private static final String FLEET = "fleet-";
  private static final int SLOTS = 8;
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

  /// The role of an id; empty where there is none.
  public static Optional<OnlineRole> of(String id) {
    return ID.matcher(id).matches() ? Optional.of(new OnlineRole(id)) : Optional.empty();
  }

  /// Whose key signs a role's metadata; empty for a role that is signed elsewhere.
  public static Optional<OnlineRole> signing(String role) {
    return switch (role) {
      case RoleName.TIMESTAMP, RoleName.SNAPSHOT -> Optional.of(FRESHNESS);
      case Publisher.ROLE -> Optional.of(PUBLISHER);
      default -> of(role).filter(OnlineRole::isFleet);
    };
  }

  /// The offline document that names the role's key; empty where none does.
  public Optional<String> document() {
    if (isFleet() || equals(MANIFEST)) {
      return Optional.empty();
    }
    return Optional.of(equals(FRESHNESS) ? RoleName.ROOT : RoleName.TARGETS);
  }

  /// Ids of the keys that published metadata trusts for this role; none where it names none.
  public Set<String> trustedIn(RepositoryState state) {
    Set<String> trusted = new LinkedHashSet<>();
    if (equals(FRESHNESS)) {
      Root root = state.root().signed();
      trusted.addAll(root.role(RoleName.TIMESTAMP).keyIds());
      trusted.addAll(root.role(RoleName.SNAPSHOT).keyIds());
    } else {
      state
          .role(isFleet() ? Publisher.ROLE : RoleName.TARGETS)
          .flatMap(delegator -> RepositoryState.trust(delegator, id))
          .ifPresent(trust -> trusted.addAll(trust.roleKeys().keyIds()));
    }
    return trusted;
  }

  /// How the key signs.
  public SignatureAlgorithm algorithm() {
    return equals(MANIFEST) ? SignatureAlgorithm.ED25519 : SignatureAlgorithm.ECDSA_P256_SHA256;
  }

  /// How many keys the role can have at a time, those counted that are trusted no more. The key of
  /// manifests cannot be replaced, for devices pin it.
  public int slots() {
    return equals(MANIFEST) ? 1 : SLOTS;
  }

  /// Whether the key is a fleet's.
  public boolean isFleet() {
    return id.startsWith(FLEET);
  }

  /// The fleet whose key it is; empty where it is no fleet's.
  Optional<Fleet> fleet() {
    return isFleet() ? Optional.of(new Fleet(id.substring(FLEET.length()))) : Optional.empty();
  }

  @Override
  public String toString() {
    return id;
  }
}
