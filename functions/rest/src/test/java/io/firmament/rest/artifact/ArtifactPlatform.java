package io.firmament.rest.artifact;

import io.firmament.aws.AwsUnderTest;
import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.aws.DynamoMonitoringStore;
import io.firmament.aws.DynamoUserVulnerabilityStore;
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
import io.firmament.base.Ids;
import io.firmament.base.Secret;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.CreateTenant;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.PasswordHash;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.identity.SoftwareTokenSigner;
import io.firmament.platform.identity.TokenSigner;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.monitoring.MonitoringStore;
import io.firmament.platform.registry.Reach;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.registry.RegistryStore;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.secret.DataKeys;
import io.firmament.platform.secret.SoftwareDataKeys;
import io.firmament.platform.trust.Ceremonies;
import io.firmament.platform.trust.CeremonyWish;
import io.firmament.platform.trust.MetadataStores;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.SoftwareKeys;
import io.firmament.platform.trust.TrustStore;
import io.firmament.platform.vulnerability.UserVulnerabilityStore;
import io.firmament.registry.HttpTransport;
import io.firmament.rest.Platform;
import io.firmament.rest.Ports;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Json;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.Signers;
import io.firmament.tuf.repository.SigningRequest;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/// The platform of the operations over real stores, with software keys.
final class ArtifactPlatform implements Ports, AutoCloseable {
  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final S3Client s3 = aws.s3();
  private final String fleetTable = aws.table(dynamo, "fleet");
  private final String bucket = aws.bucket(s3, "artifacts");
  private final IdentityStore identity =
      new DynamoIdentityStore(dynamo, aws.table(dynamo, "identity"));
  private final String firmwareTable = aws.table(dynamo, "firmware");
  private final FirmwareStore firmware = new DynamoFirmwareStore(dynamo, firmwareTable);
  private final ObjectStore documents = bucket(aws.bucket(s3, "documents"));
  private final ObjectStore uploads = bucket(aws.bucket(s3, "uploads"));
  private final OnlineKeys keys = SoftwareKeys.inMemory();
  private final DataKeys registryKeys = SoftwareDataKeys.generate(new SecureRandom());
  private final TokenSigner tokens = SoftwareTokenSigner.generate();
  final Platform platform = new Platform(this, Clock.systemUTC(), Ids.random(), new SecureRandom());

  private ObjectStore bucket(String name) {
    return new S3ObjectStore(s3, aws.presigner(), name);
  }

  /// An administrator of a new tenant, whose repository has not begun.
  Caller administrator() {
    NewTenant created =
        new CreateTenant(
                identity, new PasswordHash(new SecureRandom()), Ids.random(), platform.clock())
            .create(
                "Acme", UUID.randomUUID() + "@example.com", new Secret("correct horse battery"));
    return new Caller(
        created.tenant().id(),
        created.admin().id(),
        created.admin().email(),
        Caller.Credential.SESSION,
        ofScope(Permission.Scope.TENANT),
        new ProductGroupAccess(ofScope(Permission.Scope.PRODUCT_GROUP), Map.of()));
  }

  private static Set<Permission> ofScope(Permission.Scope scope) {
    return Arrays.stream(Permission.values())
        .filter(permission -> permission.scope() == scope)
        .collect(Collectors.toSet());
  }

  /// One whose repository has begun, by a ceremony, with keys for the fleets `default` and `plant`.
  Caller begun() throws TufException {
    Caller caller = administrator();
    SoftwareSigner offline = SoftwareSigner.generate();
    Json.Obj role =
        Json.Obj.EMPTY
            .with("keys", new Json.Arr(List.of(Signers.keyOf(offline).json())))
            .with("threshold", 1);
    Ceremonies ceremonies = platform.ceremonies();
    Ceremonies.Progress prepared =
        ceremonies.prepare(
            caller,
            CeremonyWish.read(
                Json.Obj.EMPTY
                    .with(RoleName.ROOT, role)
                    .with(RoleName.TARGETS, role)
                    .with("fleets", Json.Arr.ofTexts(List.of("default", "plant")))
                    .toBytes()));
    for (Ceremonies.Document document : prepared.documents()) {
      byte[] signature =
          SigningRequest.sign(document.document().toBytes(), offline).json().toBytes();
      if (document.role().equals(RoleName.ROOT)) {
        ceremonies.submitRoot(caller, signature);
      } else {
        ceremonies.submitTargets(caller, signature);
      }
    }
    return caller;
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
  public UserVulnerabilityStore userVulnerabilities() {
    return new DynamoUserVulnerabilityStore(dynamo, firmwareTable, new AuditTrail(fleetTable));
  }

  @Override
  public MonitoringStore monitoring() {
    return new DynamoMonitoringStore(dynamo, firmwareTable);
  }

  @Override
  public ObjectStore documents() {
    return documents;
  }

  @Override
  public FleetStore fleet() {
    return new DynamoFleetStore(dynamo, fleetTable);
  }

  @Override
  public LogStore logs() {
    return new DynamoLogStore(dynamo, fleetTable);
  }

  @Override
  public RolloutStore rollouts() {
    return new DynamoRolloutStore(dynamo, fleetTable);
  }

  @Override
  public TrustStore trust() {
    return new DynamoTrustStore(dynamo, fleetTable);
  }

  @Override
  public OnlineKeys onlineKeys() {
    return keys;
  }

  @Override
  public MetadataStores metadata() {
    return new S3MetadataStores(s3, bucket);
  }

  @Override
  public ArtifactStore artifacts() {
    return new DynamoArtifactStore(dynamo, fleetTable);
  }

  @Override
  public ObjectStore artifactFiles() {
    return bucket(bucket);
  }

  @Override
  public ObjectStore uploads() {
    return uploads;
  }

  @Override
  public RegistryStore registries() {
    return new DynamoRegistryStore(dynamo, fleetTable);
  }

  @Override
  public DataKeys registryKeys() {
    return registryKeys;
  }

  @Override
  public Registries.Shared registryAccess() {
    return new Registries.Shared(
        HttpTransport.within(Reach.LOCAL),
        Reach.LOCAL,
        (tenant, host, role) -> {
          throw new IllegalStateException("nobody asks AWS here");
        });
  }

  @Override
  public TokenSigner idTokenKey() {
    return tokens;
  }

  @Override
  public TokenSigner tenantTokenKey() {
    return tokens;
  }

  @Override
  public void close() {
    aws.close();
  }
}
