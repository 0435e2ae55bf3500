package io.firmament.device;

import io.firmament.base.TenantId;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.TenantRepositories;
import io.firmament.trust.Signer;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.repository.Fleet;
import java.util.Optional;

/// What the repositories of the tenants list or have listed, and their director keys. It only
/// reads: what was never prepared is not there.
public final class TenantDirectors implements DirectorSigner.Repositories {
  private final TenantRepositories repositories;
  private final ArtifactStore artifacts;
  private final OnlineKeys keys;

  public TenantDirectors(
      TenantRepositories repositories, ArtifactStore artifacts, OnlineKeys keys) {
    this.repositories = repositories;
    this.artifacts = artifacts;
    this.keys = keys;
  }

  @Override
  public Optional<Targets> targets(TenantId tenant, FleetName fleet) {
    Fleet role = new Fleet(fleet.value());
    return repositories.of(tenant).state(role).flatMap(state -> state.role(role.role()));
  }

  @Override
  public Optional<DirectorSigner.Published> published(
      TenantId tenant, FleetName fleet, ArtifactRef ref) {
    return artifacts
        .find(tenant, ref)
        .filter(found -> found.publishedAt().isPresent() && found.fleets().contains(fleet))
        .map(
            found ->
                new DirectorSigner.Published(
                    found.path(fleet),
                    TargetFile.of(
                        found.content().length(), found.content().sha256().hex(), Optional.empty()),
                    found.manifest().kind().word()));
  }

  @Override
  public Optional<Signer> director(TenantId tenant) {
    return keys.find(tenant, OnlineRole.DIRECTOR);
  }
}
