package io.firmament.tuf.repository;

import io.firmament.tuf.Delegation;
import io.firmament.tuf.Delegations;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import java.time.Instant;
import java.util.List;

/// The online role between the offline targets and the fleets: targets trusts it for all fleets'
/// paths and no others, and it trusts each fleet's role for that fleet's. Whoever has its key can
/// do no more than publish to fleets, until the offline targets delegates to another key.
public final class Publisher {
  public static final String ROLE = "publisher";

  private static final String PATTERN = "fleets/*/*/*/*";

  private Publisher() {}

  /// The first version of the top-level targets: it lists nothing and delegates to the publisher
  /// and to the director.
  public static Targets firstTargets(
      Instant expires, Root.Assignment publisher, Root.Assignment director) {
    return Director.delegateTo(delegateTo(Targets.create(expires), publisher), director);
  }

  /// Targets that trust these keys as publisher, in the place of any others.
  public static Targets delegateTo(Targets targets, Root.Assignment publisher) {
    Delegations delegations = targets.delegations().orElse(Delegations.none());
    return targets.with(
        delegations.with(
            Delegation.of(ROLE, publisher.roleKeys(), true, List.of(PATTERN)), publisher.keys()));
  }

  /// Publisher's targets that trust these keys for a fleet, in the place of any others.
  static Targets delegateTo(Targets publisher, Fleet fleet, Root.Assignment keys) {
    Delegations delegations = publisher.delegations().orElse(Delegations.none());
    return publisher.with(
        delegations.with(
            Delegation.of(fleet.role(), keys.roleKeys(), true, List.of(fleet.pattern())),
            keys.keys()));
  }
}
