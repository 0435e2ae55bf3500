package io.firmament.tuf.repository;

import io.firmament.tuf.Delegation;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleKeys;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.Snapshot;
import io.firmament.tuf.Targets;
import io.firmament.tuf.Timestamp;
import io.firmament.tuf.TufKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// What a repository says at one moment: the files that belong to one timestamp.
///
/// @param upcoming the next root, where one is announced: snapshot and timestamp are signed for it
///     too
/// @param timestampTag of the timestamp in its store
/// @param targets by role: top-level, publisher, and the fleets' that were read
public record RepositoryState(
    Metadata<Root> root,
    Optional<Root> upcoming,
    Metadata<Timestamp> timestamp,
    String timestampTag,
    Metadata<Snapshot> snapshot,
    SequencedMap<String, Metadata<Targets>> targets) {
  public RepositoryState {
    targets = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(targets));
  }

  /// What a targets role says.
  public Optional<Targets> role(String name) {
    return Optional.ofNullable(targets.get(name)).map(Metadata::signed);
  }

  Targets topLevelTargets() {
    return role(RoleName.TARGETS).orElseThrow();
  }

  Optional<Targets> publisher() {
    return role(Publisher.ROLE);
  }

  /// A role's keys, as the role above it names them.
  public record Trust(RoleKeys roleKeys, Map<String, TufKey> keys) {
    /// Whether enough of the keys have signed.
    public boolean accepts(Metadata<?> metadata) {
      return roleKeys.signersOf(metadata, keys).size() >= roleKeys.threshold();
    }
  }

  /// Whose signatures a top-level role needs under a root.
  public static Trust trust(Root root, String role) {
    return new Trust(root.role(role), root.keys());
  }

  /// Whose signatures a role needs that targets delegates to; empty where it does not.
  public static Optional<Trust> trust(Targets delegator, String role) {
    return delegator
        .delegations()
        .flatMap(
            delegations ->
                delegations
                    .role(role)
                    .map(Delegation::roleKeys)
                    .map(keys -> new Trust(keys, delegations.keys())));
  }
}
