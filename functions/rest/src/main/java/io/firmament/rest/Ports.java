package io.firmament.rest;

import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.TokenSigner;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.monitoring.MonitoringStore;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.registry.RegistryStore;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.secret.DataKeys;
import io.firmament.platform.trust.MetadataStores;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.TrustStore;
import io.firmament.platform.vulnerability.UserVulnerabilityStore;

/// The outside world of the REST operations. Each port is made once, when it is first asked for.
public interface Ports {
  IdentityStore identity();

  FirmwareStore firmware();

  MonitoringStore monitoring();

  UserVulnerabilityStore userVulnerabilities();

  /// What the stages of an analysis wrote.
  ObjectStore documents();

  FleetStore fleet();

  RolloutStore rollouts();

  TrustStore trust();

  /// The keys of the tenants' repositories that sign without people.
  OnlineKeys onlineKeys();

  /// The metadata of the tenants' repositories.
  MetadataStores metadata();

  ArtifactStore artifacts();

  /// What devices fetch: artifacts, and the SBOMs beside them.
  ObjectStore artifactFiles();

  /// What clients upload.
  ObjectStore uploads();

  LogStore logs();

  RegistryStore registries();

  /// The keys under which credentials for registries are stored.
  DataKeys registryKeys();

  /// How registries are reached.
  Registries.Shared registryAccess();

  TokenSigner idTokenKey();

  TokenSigner tenantTokenKey();
}
