package io.firmament.rest.trust;

import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoTables;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoLogStore;
import io.firmament.aws.fleet.DynamoRolloutStore;
import io.firmament.aws.fleet.DynamoTrustStore;
import io.firmament.aws.tuf.S3MetadataStores;
import io.firmament.base.Ids;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Request;
import io.firmament.engines.DynamoEngine;
import io.firmament.engines.GrantGuard;
import io.firmament.engines.ObjectEngine;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.identity.SoftwareTokenSigner;
import io.firmament.platform.identity.TokenSigner;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.monitoring.MonitoringStore;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.registry.RegistryStore;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.secret.DataKeys;
import io.firmament.platform.trust.MetadataStores;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.SoftwareKeys;
import io.firmament.platform.trust.TrustStore;
import io.firmament.platform.vulnerability.UserVulnerabilityStore;
import io.firmament.rest.Operations;
import io.firmament.rest.Platform;
import io.firmament.rest.Ports;
import io.firmament.schema.Contract;
import io.firmament.schema.TableDefinition;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.Signers;
import io.firmament.tuf.repository.SigningRequest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/// The operations of trust over a real table and a real S3 server, under the grants of the
/// contract.
final class TrustUnderTest implements AutoCloseable, Ports {
  private static final String BUCKET = "artifacts";

  private final DynamoEngine tables = DynamoEngine.inMemory();
  private final ObjectEngine objects = ObjectEngine.inMemory((bucket, key, reason) -> {});
  private final AwsClients clients;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-06-01T12:00:00Z"));
  final Clock clock = new SettableClock();
  final AtomicReference<OnlineKeys> keys = new AtomicReference<>(SoftwareKeys.inMemory());
  final AtomicReference<TrustStore> store;
  final AtomicReference<MetadataStores> metadata;
  final Platform platform = new Platform(this, clock, Ids.random(), new SecureRandom());

  TrustUnderTest() {
    clients =
        AwsClients.pooled(
            Map.of(
                "AWS_REGION", "eu-central-1",
                "AWS_ACCESS_KEY_ID", objects.accessKey(),
                "AWS_SECRET_ACCESS_KEY", objects.secretKey(),
                "AWS_ENDPOINT_URL_DYNAMODB", tables.endpoint().toString(),
                "AWS_ENDPOINT_URL_S3", objects.endpoint().toString()),
            16);
    DynamoTables definitions = new DynamoTables(clients.dynamo());
    TableDefinition.all().forEach(table -> definitions.create(table, table.name()));
    clients.s3().createBucket(request -> request.bucket(BUCKET));
    store = new AtomicReference<>(new DynamoTrustStore(clients.dynamo(), "fleet"));
    metadata = new AtomicReference<>(new S3MetadataStores(clients.s3(), BUCKET));
  }

  /// Offline keys, with what people do with them.
  record OfflineKeys(List<SoftwareSigner> signers, int threshold) {
    static OfflineKeys of(int threshold, int count) {
      List<SoftwareSigner> signers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        signers.add(SoftwareSigner.generate());
      }
      return new OfflineKeys(signers, threshold);
    }

    Json.Obj json() {
      return Json.Obj.EMPTY
          .with(
              "keys",
              new Json.Arr(signers.stream().<Json>map(each -> Signers.keyOf(each).json()).toList()))
          .with("threshold", threshold);
    }
  }

  static Json.Obj wish(OfflineKeys root, OfflineKeys targets) {
    return Json.Obj.EMPTY.with("root", root.json()).with("targets", targets.json());
  }

  static Caller caller() {
    return new Caller(
        new TenantId(UUID.randomUUID()),
        new UserId(UUID.randomUUID()),
        "admin@example.com",
        Caller.Credential.SESSION,
        java.util.Set.of(Permission.values()),
        new ProductGroupAccess(java.util.Set.of(), Map.of()));
  }

  Json.Obj call(Caller caller, String operation, Json.Obj body) {
    return call(caller, operation, Map.of(), body.toBytes());
  }

  /// Calls an operation as the edge does once it knows the caller.
  Json.Obj call(Caller caller, String operation, Map<String, String> query, byte[] body) {
    Map<String, List<String>> parameters = new HashMap<>();
    query.forEach((name, value) -> parameters.put(name, List.of(value)));
    Request request =
        new Request(
            "POST",
            "/",
            Map.of(),
            parameters,
            Map.of(),
            body,
            Optional.of(caller),
            "http://localhost",
            "r-1");
    HttpResponse response =
        GrantGuard.as(
            GrantGuard.Role.of(Contract.route(operation)),
            () -> new Operations(platform).find(operation).orElseThrow().handle(request));
    return switch (response.body()) {
      case HttpResponse.Body.Bytes bytes -> parse(bytes.content());
      case HttpResponse.Body.Stream _ -> throw new AssertionError("a stream");
    };
  }

  static Json.Obj parse(byte[] json) {
    try {
      return JsonReader.readObject(json);
    } catch (TufException e) {
      throw new AssertionError(new String(json, StandardCharsets.UTF_8), e);
    }
  }

  /// The entry of a document in the answer to a step of a ceremony.
  static Json.Obj document(Json.Obj answer, String role) {
    return ((Json.Arr) Optional.ofNullable(answer.get("documents")).orElseThrow())
        .elements().stream()
            .map(Json.Obj.class::cast)
            .filter(each -> new Json.Text(role).equals(each.get("role")))
            .findFirst()
            .orElseThrow(() -> new AssertionError(role + " in " + text(answer)));
  }

  static String text(Json json) {
    return new String(json.toBytes(), StandardCharsets.UTF_8);
  }

  /// The file that is carried to the keys.
  static byte[] file(Json.Obj answer, String role) {
    return Optional.ofNullable(document(answer, role).get("document")).orElseThrow().toBytes();
  }

  static Json.Obj signature(byte[] file, SoftwareSigner signer) {
    try {
      return SigningRequest.sign(file, signer).json();
    } catch (TufException e) {
      throw new AssertionError(e);
    }
  }

  /// Signs a document of an answer with some keys and submits each signature.
  Json.Obj sign(Caller caller, Json.Obj answer, String role, List<SoftwareSigner> signers) {
    byte[] file = file(answer, role);
    Json.Obj last = answer;
    for (SoftwareSigner signer : signers) {
      last = call(caller, operation(role), signature(file, signer));
    }
    return last;
  }

  static String operation(String role) {
    return role.equals("root") ? "submitRoot" : "submitTargets";
  }

  /// Begins a tenant's repository.
  void begin(Caller caller, OfflineKeys root, OfflineKeys targets) {
    Json.Obj prepared = call(caller, "prepareCeremony", wish(root, targets));
    sign(caller, prepared, "root", root.signers().subList(0, root.threshold()));
    Json.Obj last =
        sign(caller, prepared, "targets", targets.signers().subList(0, targets.threshold()));
    if (!new Json.Bool(true).equals(last.get("begun"))) {
      throw new AssertionError(text(last));
    }
  }

  void later(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }

  void at(Instant instant) {
    now.set(instant);
  }

  @Override
  public TrustStore trust() {
    return Optional.ofNullable(store.get()).orElseThrow();
  }

  @Override
  public OnlineKeys onlineKeys() {
    return Optional.ofNullable(keys.get()).orElseThrow();
  }

  @Override
  public MetadataStores metadata() {
    return Optional.ofNullable(metadata.get()).orElseThrow();
  }

  @Override
  public FleetStore fleet() {
    return new DynamoFleetStore(clients.dynamo(), "fleet");
  }

  @Override
  public LogStore logs() {
    return new DynamoLogStore(clients.dynamo(), "fleet");
  }

  @Override
  public RolloutStore rollouts() {
    return new DynamoRolloutStore(clients.dynamo(), "fleet");
  }

  @Override
  public IdentityStore identity() {
    throw new IllegalStateException("the edge asks who calls");
  }

  @Override
  public UserVulnerabilityStore userVulnerabilities() {
    throw new IllegalStateException("trust knows no vulnerabilities");
  }

  @Override
  public MonitoringStore monitoring() {
    throw new IllegalStateException("trust knows no firmware");
  }

  @Override
  public FirmwareStore firmware() {
    throw new IllegalStateException("trust knows no firmware");
  }

  @Override
  public ObjectStore documents() {
    throw new IllegalStateException("trust knows no documents");
  }

  @Override
  public ArtifactStore artifacts() {
    throw new IllegalStateException("no operation of trust lists artifacts");
  }

  @Override
  public ObjectStore artifactFiles() {
    throw new IllegalStateException("no operation of trust reads artifacts");
  }

  @Override
  public ObjectStore uploads() {
    throw new IllegalStateException("no operation of trust reads uploads");
  }

  @Override
  public RegistryStore registries() {
    throw new IllegalStateException("no operation of trust reads registries");
  }

  @Override
  public DataKeys registryKeys() {
    throw new IllegalStateException("no operation of trust reads registries");
  }

  @Override
  public Registries.Shared registryAccess() {
    throw new IllegalStateException("no operation of trust reads registries");
  }

  @Override
  public TokenSigner idTokenKey() {
    return SoftwareTokenSigner.generate();
  }

  @Override
  public TokenSigner tenantTokenKey() {
    return SoftwareTokenSigner.generate();
  }

  @Override
  public void close() {
    clients.close();
    objects.close();
    tables.close();
  }

  private final class SettableClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Optional.ofNullable(now.get()).orElseThrow();
    }
  }
}
