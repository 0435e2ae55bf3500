package io.firmament.local;

import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.aws.DynamoMonitoringStore;
import io.firmament.aws.DynamoUserVulnerabilityStore;
import io.firmament.aws.EcrLogin;
import io.firmament.aws.S3ObjectStore;
import io.firmament.aws.fleet.AuditTrail;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoLogStore;
import io.firmament.aws.fleet.DynamoRegistryStore;
import io.firmament.aws.fleet.DynamoRolloutStore;
import io.firmament.aws.fleet.DynamoTrustStore;
import io.firmament.aws.identity.DynamoIdentityStore;
import io.firmament.aws.tuf.S3MetadataStores;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.TokenSigner;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.monitoring.MonitoringStore;
import io.firmament.platform.registry.Reach;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.registry.RegistryStore;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.secret.DataKeys;
import io.firmament.platform.trust.MetadataStores;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.TrustStore;
import io.firmament.platform.vulnerability.UserVulnerabilityStore;
import io.firmament.registry.HttpTransport;
import io.firmament.rest.Ports;
import io.firmament.schema.Setting;
import java.time.Clock;

/// The ports of a local platform: the adapters of the cloud on local servers, and software keys.
public final class LocalPorts implements Ports {
  private final IdentityStore identity;
  private final FirmwareStore firmware;
  private final MonitoringStore monitoring;
  private final UserVulnerabilityStore userVulnerabilities;
  private final FleetStore fleet;
  private final RolloutStore rollouts;
  private final TrustStore trust;
  private final OnlineKeys onlineKeys;
  private final MetadataStores metadata;
  private final ArtifactStore artifacts;
  private final ObjectStore artifactFiles;
  private final LogStore logs;
  private final RegistryStore registries;
  private final DataKeys registryKeys;
  private final Registries.Shared registryAccess;
  private final ObjectStore uploads;
  private final ObjectStore documents;
  private final TokenSigner idTokenKey;
  private final TokenSigner tenantTokenKey;

  LocalPorts(LocalServers servers, KeyFolder keys) {
    this.identity =
        new DynamoIdentityStore(servers.dynamo(), Setting.TABLE_IDENTITY.in(servers.environment()));
    this.firmware =
        new DynamoFirmwareStore(servers.dynamo(), Setting.TABLE_FIRMWARE.in(servers.environment()));
    this.monitoring =
        new DynamoMonitoringStore(
            servers.dynamo(), Setting.TABLE_FIRMWARE.in(servers.environment()));
    this.userVulnerabilities =
        new DynamoUserVulnerabilityStore(
            servers.dynamo(),
            Setting.TABLE_FIRMWARE.in(servers.environment()),
            new AuditTrail(Setting.TABLE_FLEET.in(servers.environment())));
    this.fleet =
        new DynamoFleetStore(servers.dynamo(), Setting.TABLE_FLEET.in(servers.environment()));
    this.rollouts =
        new DynamoRolloutStore(servers.dynamo(), Setting.TABLE_FLEET.in(servers.environment()));
    this.trust =
        new DynamoTrustStore(servers.dynamo(), Setting.TABLE_FLEET.in(servers.environment()));
    this.onlineKeys = new GuardedKeys(keys.onlineKeys());
    this.metadata =
        new S3MetadataStores(servers.s3(), Setting.BUCKET_ARTIFACTS.in(servers.environment()));
    this.artifacts =
        new DynamoArtifactStore(servers.dynamo(), Setting.TABLE_FLEET.in(servers.environment()));
    this.artifactFiles = bucket(servers, Setting.BUCKET_ARTIFACTS);
    this.logs = new DynamoLogStore(servers.dynamo(), Setting.TABLE_FLEET.in(servers.environment()));
    this.registries =
        new DynamoRegistryStore(servers.dynamo(), Setting.TABLE_FLEET.in(servers.environment()));
    this.registryKeys = keys.dataKeys("registry-credentials");
    this.registryAccess =
        new Registries.Shared(
            HttpTransport.within(Reach.LOCAL),
            Reach.LOCAL,
            new EcrLogin(AwsClients.of(System.getenv()), Clock.systemUTC()));
    this.uploads = bucket(servers, Setting.BUCKET_UPLOADS);
    this.documents = bucket(servers, Setting.BUCKET_DOCUMENTS);
    this.idTokenKey = keys.tokenSigner("id-token");
    this.tenantTokenKey = keys.tokenSigner("tenant-token");
  }

  private static ObjectStore bucket(LocalServers servers, Setting setting) {
    return new S3ObjectStore(servers.s3(), servers.presigner(), setting.in(servers.environment()));
  }

  @Override
  public IdentityStore identity() {
    return identity;
  }

  @Override
  public FirmwareStore firmware() {
    return firmware;
  }

  @Override
  public MonitoringStore monitoring() {
    return monitoring;
  }

  @Override
  public UserVulnerabilityStore userVulnerabilities() {
    return userVulnerabilities;
  }

  @Override
  public FleetStore fleet() {
    return fleet;
  }

  @Override
  public RolloutStore rollouts() {
    return rollouts;
  }

  @Override
  public TrustStore trust() {
    return trust;
  }

  @Override
  public OnlineKeys onlineKeys() {
    return onlineKeys;
  }

  @Override
  public MetadataStores metadata() {
    return metadata;
  }

  @Override
  public ArtifactStore artifacts() {
    return artifacts;
  }

  @Override
  public ObjectStore artifactFiles() {
    return artifactFiles;
  }

  @Override
  public LogStore logs() {
    return logs;
  }

  @Override
  public RegistryStore registries() {
    return registries;
  }

  @Override
  public DataKeys registryKeys() {
    return registryKeys;
  }

  @Override
  public Registries.Shared registryAccess() {
    return registryAccess;
  }

  @Override
  public ObjectStore uploads() {
    return uploads;
  }

  @Override
  public ObjectStore documents() {
    return documents;
  }

  @Override
  public TokenSigner idTokenKey() {
    return idTokenKey;
  }

  @Override
  public TokenSigner tenantTokenKey() {
    return tenantTokenKey;
  }
}
