package io.firmament.rest;

import io.firmament.aws.AwsClients;
import io.firmament.aws.EcrLogin;
import io.firmament.aws.FirmwareAdapters;
import io.firmament.aws.KmsDataKeys;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoLogStore;
import io.firmament.aws.fleet.DynamoRegistryStore;
import io.firmament.aws.fleet.DynamoRolloutStore;
import io.firmament.aws.fleet.DynamoTrustStore;
import io.firmament.aws.identity.AwsIdentity;
import io.firmament.aws.tuf.KmsOnlineKeys;
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
import io.firmament.schema.Setting;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The ports of a deployment in AWS, from the environment that the CDK app wrote.
public final class DeployedPorts implements Ports {
  private final Map<String, String> environment;
  private final AwsClients clients;
  private final AwsIdentity identity;
  private final FirmwareAdapters firmware;
  private final Map<Class<?>, Object> made = new ConcurrentHashMap<>();
  private final TokenSigner idTokenKey;
  private final TokenSigner tenantTokenKey;

  /// Everything stands on the given clients; a port that is not asked for asks for none of them.
  public DeployedPorts(Map<String, String> environment, AwsClients clients) {
    this.environment = Map.copyOf(environment);
    this.clients = clients;
    this.identity = new AwsIdentity(environment, clients);
    this.firmware = new FirmwareAdapters(environment, clients);
    this.idTokenKey = identity.idTokenKey();
    this.tenantTokenKey = identity.tenantTokenKey();
  }

  @Override
  public IdentityStore identity() {
    return once(IdentityStore.class, identity::store);
  }

  @Override
  public FirmwareStore firmware() {
    return once(FirmwareStore.class, firmware::firmware);
  }

  @Override
  public MonitoringStore monitoring() {
    return once(MonitoringStore.class, firmware::monitoring);
  }

  @Override
  public UserVulnerabilityStore userVulnerabilities() {
    return once(UserVulnerabilityStore.class, firmware::userVulnerabilities);
  }

  @Override
  public ObjectStore documents() {
    return once(ObjectStore.class, firmware::documents);
  }

  @Override
  public FleetStore fleet() {
    return once(
        FleetStore.class,
        () -> new DynamoFleetStore(clients.dynamo(), Setting.TABLE_FLEET.in(environment)));
  }

  @Override
  public RolloutStore rollouts() {
    return once(
        RolloutStore.class,
        () -> new DynamoRolloutStore(clients.dynamo(), Setting.TABLE_FLEET.in(environment)));
  }

  @Override
  public TrustStore trust() {
    return once(
        TrustStore.class,
        () -> new DynamoTrustStore(clients.dynamo(), Setting.TABLE_FLEET.in(environment)));
  }

  @Override
  public OnlineKeys onlineKeys() {
    return once(
        OnlineKeys.class,
        () -> new KmsOnlineKeys(clients.kms(), Setting.KEY_PREFIX.in(environment)));
  }

  @Override
  public MetadataStores metadata() {
    return once(
        MetadataStores.class,
        () -> new S3MetadataStores(clients.s3(), Setting.BUCKET_ARTIFACTS.in(environment)));
  }

  @Override
  public ArtifactStore artifacts() {
    return once(ArtifactStore.class, firmware::catalogue);
  }

  @Override
  public ObjectStore artifactFiles() {
    return firmware.artifacts();
  }

  @Override
  public ObjectStore uploads() {
    return firmware.uploads();
  }

  @Override
  public LogStore logs() {
    return once(
        LogStore.class,
        () -> new DynamoLogStore(clients.dynamo(), Setting.TABLE_FLEET.in(environment)));
  }

  @Override
  public RegistryStore registries() {
    return once(
        RegistryStore.class,
        () -> new DynamoRegistryStore(clients.dynamo(), Setting.TABLE_FLEET.in(environment)));
  }

  @Override
  public DataKeys registryKeys() {
    return once(
        DataKeys.class,
        () -> new KmsDataKeys(clients.kms(), Setting.KEY_REGISTRIES.in(environment)));
  }

  @Override
  public Registries.Shared registryAccess() {
    return once(
        Registries.Shared.class,
        () -> {
          Reach reach =
              Setting.REGISTRY_REACH.find(environment).map(Reach::named).orElse(Reach.PUBLIC);
          return new Registries.Shared(
              HttpTransport.within(reach), reach, new EcrLogin(clients, Clock.systemUTC()));
        });
  }

  @Override
  public TokenSigner idTokenKey() {
    return idTokenKey;
  }

  @Override
  public TokenSigner tenantTokenKey() {
    return tenantTokenKey;
  }

  private <T> T once(Class<T> port, Supplier<T> make) {
    return port.cast(made.computeIfAbsent(port, key -> make.get()));
  }
}
