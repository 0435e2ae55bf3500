package io.firmament.platform.trust;

import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetName;
import io.firmament.trust.Signer;
import io.firmament.tuf.Root;
import io.firmament.tuf.repository.Fleet;
import io.firmament.tuf.repository.Outcome;
import io.firmament.tuf.repository.RepositoryState;
import io.firmament.tuf.repository.Schedule;
import io.firmament.tuf.repository.Signers;
import io.firmament.tuf.repository.TufRepository;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The TUF repositories of the tenants, each with its own store and keys.
public final class TenantRepositories {
  private final MetadataStores stores;
  private final OnlineKeys keys;
  private final Schedule schedule;

  public TenantRepositories(MetadataStores stores, OnlineKeys keys, Schedule schedule) {
    this.stores = stores;
    this.keys = keys;
    this.schedule = schedule;
  }

  /// A tenant's repository, begun or not. Keys are asked for when something is signed with them,
  /// and none is made.
  public TufRepository of(TenantId tenant) {
    return new TufRepository(
        stores.of(tenant),
        Signers.byRole((role, keyIds) -> signers(tenant, role, keyIds)),
        schedule);
  }

  private List<Signer> signers(TenantId tenant, String role, Set<String> keyIds) {
    return OnlineRole.signing(role)
        .map(online -> keys.find(tenant, online, keyIds))
        .orElse(List.of());
  }

  /// A file of a tenant's metadata as it is served: `3.root.json`.
  public Optional<byte[]> file(TenantId tenant, String name) {
    return stores.of(tenant).read(name).map(stored -> stored.file());
  }

  public Schedule schedule() {
    return schedule;
  }

  /// Makes a fleet part of a tenant's repository; one that is part of it already stays as it is. To
  /// be called before something is published to the fleet.
  ///
  /// The fleet's key is not made here: [Ceremonies#prepare] makes keys, and nothing else does.
  ///
  /// @throws io.firmament.base.ProblemException where the repository has not begun or the fleet has
  ///     no key
  public Fleet ensureFleet(TenantId tenant, FleetName name, Instant now) {
    Fleet fleet = new Fleet(name.value());
    TufRepository repository = of(tenant);
    RepositoryState state =
        repository.state(fleet).orElseThrow(() -> RepositoryProblem.REPOSITORY_NOT_BEGUN.with());
    if (state.role(fleet.role()).isPresent()) {
      return fleet;
    }
    Signer signer =
        keys.find(tenant, OnlineRole.of(name))
            .orElseThrow(() -> RepositoryProblem.FLEET_WITHOUT_KEY.with("fleet", name));
    return switch (repository.addFleet(fleet, assignment(signer), now)) {
      case Outcome.Published published -> fleet;
      case Outcome.Unchanged unchanged -> fleet;
      // Somebody else added it at the same moment.
      case Outcome.Refused(Outcome.Reason reason, String detail)
          when reason == Outcome.Reason.FLEET_EXISTS ->
          fleet;
      case Outcome.Refused refused -> throw RefusedOutcome.problem(refused);
      case Outcome.Contended contended -> throw RepositoryProblem.REPOSITORY_BUSY.with();
    };
  }

  static Root.Assignment assignment(Signer signer) {
    return new Root.Assignment(List.of(Signers.keyOf(signer)), 1);
  }
}
