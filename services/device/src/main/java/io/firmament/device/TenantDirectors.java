package io.firmament.device;

import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.TenantRepositories;
import io.firmament.trust.Signer;
import io.firmament.tuf.Targets;
import io.firmament.tuf.repository.Fleet;
import java.util.Optional;

/// What the repositories of the tenants list, and their director keys. It only reads: what was
/// never prepared is not there.
public final class TenantDirectors implements DirectorSigner.Repositories {
  private final TenantRepositories repositories;
  private final OnlineKeys keys;

  public TenantDirectors(TenantRepositories repositories, OnlineKeys keys) {
    this.repositories = repositories;
    this.keys = keys;
  }

  @Override
  public Optional<Targets> targets(TenantId tenant, FleetName fleet) {
    Fleet role = new Fleet(fleet.value());
    return repositories.of(tenant).state(role).flatMap(state -> state.role(role.role()));
  }

  @Override
  public Optional<Signer> director(TenantId tenant) {
    return keys.find(tenant, OnlineRole.DIRECTOR);
  }
}
