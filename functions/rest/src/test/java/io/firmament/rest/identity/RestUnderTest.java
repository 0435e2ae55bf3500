package io.firmament.rest.identity;

import static java.util.Objects.requireNonNull;

import io.avaje.jsonb.Jsonb;
import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.aws.DynamoMonitoringStore;
import io.firmament.aws.DynamoTables;
import io.firmament.aws.DynamoUserVulnerabilityStore;
import io.firmament.aws.EcrLogin;
import io.firmament.aws.fleet.AuditTrail;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoLogStore;
import io.firmament.aws.fleet.DynamoRegistryStore;
import io.firmament.aws.fleet.DynamoRolloutStore;
import io.firmament.aws.fleet.DynamoTrustStore;
import io.firmament.aws.identity.AwsIdentity;
import io.firmament.base.Ids;
import io.firmament.base.Secret;
import io.firmament.engines.DynamoEngine;
import io.firmament.engines.GrantGuard;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.identity.CreateTenant;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.PasswordHash;
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
import io.firmament.platform.trust.MetadataStores;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.SoftwareKeys;
import io.firmament.platform.trust.TrustStore;
import io.firmament.platform.vulnerability.UserVulnerabilityStore;
import io.firmament.registry.HttpTransport;
import io.firmament.rest.Platform;
import io.firmament.rest.Ports;
import io.firmament.rest.RestFunction;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import io.firmament.schema.TableDefinition;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/// The REST functions over a real DynamoDB server, driven by API Gateway events.
final class RestUnderTest implements AutoCloseable, Ports {
  static final String PASSWORD = "correct horse battery";
  static final String CLIENT = "ONEKEY Python SDK";

  private static final Jsonb JSON = Jsonb.builder().build();

  private final DynamoEngine engine = DynamoEngine.inMemory();
  private final Map<String, String> environment = new HashMap<>();
  private final IdentityStore store;
  final SoftwareTokenSigner idKey = SoftwareTokenSigner.generate();
  final SoftwareTokenSigner tenantKey = SoftwareTokenSigner.generate();
  private final DataKeys registryKeys = SoftwareDataKeys.generate(new SecureRandom());
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-05-04T10:01:00Z"));
  final Clock clock = new SteppedClock(now);
  final Platform platform = new Platform(this, clock, Ids.random(), new SecureRandom());

  RestUnderTest() {
    environment.put("AWS_REGION", "eu-central-1");
    environment.put("AWS_ACCESS_KEY_ID", "test");
    environment.put("AWS_SECRET_ACCESS_KEY", "test");
    environment.put("AWS_ENDPOINT_URL_DYNAMODB", engine.endpoint().toString());
    environment.put("FIRMAMENT_TABLE_IDENTITY", "identity");
    DynamoTables tables = new DynamoTables(AwsClients.of(environment).dynamo());
    TableDefinition.all().forEach(table -> tables.create(table, table.name()));
    store = new AwsIdentity(environment, AwsClients.of(environment)).store();
  }

  @Override
  public IdentityStore identity() {
    return store;
  }

  @Override
  public UserVulnerabilityStore userVulnerabilities() {
    return new DynamoUserVulnerabilityStore(
        AwsClients.of(environment).dynamo(), "firmware", new AuditTrail("fleet"));
  }

  @Override
  public MonitoringStore monitoring() {
    return new DynamoMonitoringStore(AwsClients.of(environment).dynamo(), "firmware");
  }

  @Override
  public FirmwareStore firmware() {
    return new DynamoFirmwareStore(AwsClients.of(environment).dynamo(), "firmware");
  }

  @Override
  public FleetStore fleet() {
    return new DynamoFleetStore(AwsClients.of(environment).dynamo(), "fleet");
  }

  @Override
  public RolloutStore rollouts() {
    return new DynamoRolloutStore(AwsClients.of(environment).dynamo(), "fleet");
  }

  @Override
  public TrustStore trust() {
    return new DynamoTrustStore(AwsClients.of(environment).dynamo(), "fleet");
  }

  @Override
  public OnlineKeys onlineKeys() {
    return SoftwareKeys.inMemory();
  }

  @Override
  public MetadataStores metadata() {
    throw new IllegalStateException("no identity operation reads metadata");
  }

  @Override
  public LogStore logs() {
    return new DynamoLogStore(AwsClients.of(environment).dynamo(), "fleet");
  }

  @Override
  public RegistryStore registries() {
    return new DynamoRegistryStore(AwsClients.of(environment).dynamo(), "fleet");
  }

  @Override
  public DataKeys registryKeys() {
    return registryKeys;
  }

  @Override
  public Registries.Shared registryAccess() {
    return new Registries.Shared(
        HttpTransport.within(Reach.PUBLIC),
        Reach.PUBLIC,
        new EcrLogin(AwsClients.of(environment), clock));
  }

  @Override
  public ObjectStore documents() {
    throw new IllegalStateException("no identity operation reads documents");
  }

  @Override
  public ArtifactStore artifacts() {
    return new DynamoArtifactStore(AwsClients.of(environment).dynamo(), "fleet");
  }

  @Override
  public ObjectStore artifactFiles() {
    throw new IllegalStateException("no identity operation reads artifacts");
  }

  @Override
  public ObjectStore uploads() {
    throw new IllegalStateException("no identity operation reads uploads");
  }

  @Override
  public TokenSigner idTokenKey() {
    return idKey;
  }

  @Override
  public TokenSigner tenantTokenKey() {
    return tenantKey;
  }

  void later(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }

  /// A new tenant with an administrator of this address.
  NewTenant tenant(String email) {
    return new CreateTenant(store, new PasswordHash(new SecureRandom()), Ids.random(), clock)
        .create("Acme", email, new Secret(PASSWORD));
  }

  /// An answer as API Gateway gets it.
  record Answer(int status, Map<String, Object> headers, List<Object> cookies, String body) {
    @SuppressWarnings("unchecked")
    Map<String, Object> json() {
      return (Map<String, Object>) JSON.type(Object.class).fromJson(body);
    }

    String text(String name) {
      return String.valueOf(json().get(name));
    }
  }

  /// A request to be.
  record Call(
      String operation, String path, Map<String, String> headers, String body, String query) {
    Call with(String header, String value) {
      Map<String, String> more = new LinkedHashMap<>(headers);
      more.put(header, value);
      return new Call(operation, path, more, body, query);
    }

    Call bearer(String token) {
      return with("authorization", "Bearer " + token);
    }

    Call query(String text) {
      return new Call(operation, path, headers, body, text);
    }
  }

  static Call call(String operation) {
    return new Call(
        operation,
        Contract.route(operation).pathTemplate(),
        Map.of("host", "api.example.com", "x-forwarded-proto", "https"),
        "",
        "");
  }

  static Call call(String operation, String body) {
    Call call = call(operation).with("content-type", "application/json");
    return new Call(operation, call.path(), call.headers(), body, "");
  }

  static Call call(String operation, Map<String, ?> body) {
    return call(operation, JSON.toJson(body));
  }

  static Call at(String operation, String path) {
    return new Call(operation, path, call(operation).headers(), "", "");
  }

  @SuppressWarnings("unchecked")
  Answer send(Call call) {
    Route route = Contract.route(call.operation());
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("version", "2.0");
    event.put("routeKey", route.method() + " " + route.pathTemplate());
    event.put("rawPath", call.path());
    event.put("rawQueryString", call.query());
    event.put("headers", call.headers());
    if (call.headers().containsKey("cookie")) {
      event.put("cookies", List.of(call.headers().get("cookie")));
    }
    event.put(
        "requestContext",
        Map.of(
            "requestId",
            "request-1",
            "timeEpoch",
            1,
            "http",
            Map.of("method", route.method(), "path", call.path())));
    boolean body = !call.body().isEmpty();
    if (body) {
      event.put(
          "body", Base64.getEncoder().encodeToString(call.body().getBytes(StandardCharsets.UTF_8)));
    }
    event.put("isBase64Encoded", body);
    RestFunction function = new RestFunction(platform, Map.of(), call.operation());
    byte[] answer =
        GrantGuard.as(
            GrantGuard.Role.of(route),
            () -> function.handle(JSON.toJson(event).getBytes(StandardCharsets.UTF_8)));
    Map<String, Object> json = (Map<String, Object>) JSON.type(Object.class).fromJson(answer);
    return new Answer(
        ((Number) requireNonNull(json.get("statusCode"))).intValue(),
        (Map<String, Object>) requireNonNull(json.get("headers")),
        (List<Object>) json.getOrDefault("cookies", List.of()),
        String.valueOf(json.get("body")));
  }

  Answer authorize(String email, String password) {
    return send(
        call(
            "authorize",
            Map.of("email", email, "password", password, "client_id", CLIENT, "nonce", "n-1")));
  }

  Answer token(String idToken, String tenant) {
    return send(
        call(
            "issueTenantToken",
            Map.of("id_token", idToken, "client_id", CLIENT, "tenant_id", tenant, "nonce", "n-2")));
  }

  /// Goes through the whole flow and gives the tenant token.
  String signIn(NewTenant tenant) {
    String idToken = authorize(tenant.admin().email(), PASSWORD).text("id_token");
    return token(idToken, tenant.tenant().id().toString()).text("tenant_token");
  }

  @Override
  public void close() {
    engine.close();
  }

  private static final class SteppedClock extends Clock {
    private final AtomicReference<Instant> now;

    SteppedClock(AtomicReference<Instant> now) {
      this.now = now;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return requireNonNull(now.get());
    }
  }
}
