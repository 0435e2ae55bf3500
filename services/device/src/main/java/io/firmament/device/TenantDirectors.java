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
import io.firmament.tuf.repository.Fleet;
import io.firmament.tuf.repository.RepositoryState;
import java.util.Optional;
import java.util.Set;

/// What the repositories of the tenants list or have listed, and the director keys that they trust.
/// It only reads: what was never prepared is not there.
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
  public DirectorSigner.Said said(TenantId tenant, FleetName fleet) {
    Fleet role = new Fleet(fleet.value());
    return repositories
        .of(tenant)
        .state(role)
        .map(state -> said(tenant, role, state))
        .orElseGet(DirectorSigner.Said::nothing);
  }

  private DirectorSigner.Said said(TenantId tenant, Fleet fleet, RepositoryState state) {
    Set<String> trusted = OnlineRole.DIRECTOR.trustedIn(state);
    Optional<Signer> director =
        keys.find(tenant, OnlineRole.DIRECTOR, trusted).stream().findFirst();
    return new DirectorSigner.Said(state.role(fleet.role()), trusted, director);
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
}
