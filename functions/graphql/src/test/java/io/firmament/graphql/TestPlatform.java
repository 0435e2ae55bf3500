package io.firmament.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.aws.DynamoTables;
import io.firmament.aws.S3ObjectStore;
import io.firmament.aws.identity.DynamoIdentityStore;
import io.firmament.base.Ids;
import io.firmament.base.ProductGroupId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Request;
import io.firmament.engines.DynamoEngine;
import io.firmament.engines.ObjectEngine;
import io.firmament.engines.ObjectListener;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.identity.ApiTokens;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.identity.Role;
import io.firmament.platform.identity.SecretSource;
import io.firmament.schema.TableDefinition;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// The GraphQL API over real local engines, with a client that sends it HTTP requests.
final class TestPlatform implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  static final String BASE_URL = "https://firmament.example";

  private final Deque<Runnable> open = new ArrayDeque<>();
  private final GraphqlOperation operation;
  final IdentityStore identity;
  final FirmwareStore firmware;
  final ObjectStore uploads;
  final ObjectStore documents;

  private TestPlatform(GraphqlLimits limits) {
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    DynamoEngine tables = keep(DynamoEngine.inMemory(), DynamoEngine::close);
    ObjectEngine objects = keep(ObjectEngine.inMemory(ObjectListener.none()), ObjectEngine::close);
    AwsClients clients =
        AwsClients.of(
            Map.of(
                "AWS_REGION", "eu-central-1",
                "AWS_ACCESS_KEY_ID", objects.accessKey(),
                "AWS_SECRET_ACCESS_KEY", objects.secretKey(),
                "AWS_ENDPOINT_URL_DYNAMODB", tables.endpoint().toString(),
                "AWS_ENDPOINT_URL_S3", objects.endpoint().toString()));
    DynamoDbClient dynamo = keep(clients.dynamo(), DynamoDbClient::close);
    S3Client s3 = keep(clients.s3(), S3Client::close);
    new DynamoTables(dynamo).create(TableDefinition.named("firmware"), "firmware");
    new DynamoTables(dynamo).create(TableDefinition.named("identity"), "identity");
    s3.createBucket(b -> b.bucket("uploads"));
    s3.createBucket(b -> b.bucket("documents"));
    firmware = new DynamoFirmwareStore(dynamo, "firmware");
    S3Presigner presigner = keep(clients.presigner(), S3Presigner::close);
    uploads = new S3ObjectStore(s3, presigner, "uploads");
    documents = new S3ObjectStore(s3, presigner, "documents");
    identity = new DynamoIdentityStore(dynamo, "identity");
    ApiTokens tokens =
        new ApiTokens(identity, new SecretSource(new SecureRandom()), Ids.random(), clock);
    operation =
        new GraphqlOperation(
            identity,
            tokens,
            firmware,
            uploads,
            documents,
            Optional.empty(),
            limits,
            Ids.random(),
            clock);
  }

  static TestPlatform start() {
    return new TestPlatform(GraphqlLimits.DEFAULT);
  }

  static TestPlatform start(GraphqlLimits limits) {
    return new TestPlatform(limits);
  }

  GraphqlOperation operation() {
    return operation;
  }

  /// A new tenant with what every tenant has.
  TestTenant tenant(String name) {
    return TestTenant.create(this, name);
  }

  /// The administrator of a tenant, signed in.
  static Caller admin(NewTenant tenant) {
    return caller(tenant.tenant().id(), tenant.admin().id(), tenant.admin().email(), Role.ADMIN);
  }

  static Caller caller(TenantId tenant, UserId user, String email, Role role) {
    return new Caller(
        tenant,
        user,
        email,
        Caller.Credential.TENANT_TOKEN,
        held(role, Permission.Scope.TENANT),
        new ProductGroupAccess(held(role, Permission.Scope.PRODUCT_GROUP), Map.of()));
  }

  /// A member of the tenant who has the role in these product groups only.
  static Caller caller(TestTenant tenant, Role role, ProductGroupId... groups) {
    Map<ProductGroupId, Set<Permission>> access = new HashMap<>();
    for (ProductGroupId group : groups) {
      access.put(group, held(role, Permission.Scope.PRODUCT_GROUP));
    }
    return new Caller(
        tenant.id(),
        new UserId(UUID.randomUUID()),
        "member@example.com",
        Caller.Credential.TENANT_TOKEN,
        Set.of(),
        new ProductGroupAccess(Set.of(), access));
  }

  private static Set<Permission> held(Role role, Permission.Scope scope) {
    return role.permissions().stream()
        .filter(permission -> permission.scope() == scope)
        .collect(Collectors.toUnmodifiableSet());
  }

  /// Sends a query as the public client does and expects `data` without `errors`.
  Json data(Caller caller, String query, @Nullable Object... variables) {
    Json answer = query(caller, query, variables);
    assertFalse(answer.has("errors"), () -> query + " -> " + answer);
    return answer.at("data");
  }

  /// Sends a query and gives the whole answer.
  Json query(Caller caller, String query, @Nullable Object... variables) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("query", query);
    body.put("variables", variables.length == 0 ? null : map(variables));
    HttpResponse response = send(caller, encode(body), Map.of());
    assertEquals(200, response.status());
    assertEquals("application/json", response.headers().get("content-type"));
    return Json.of(text(response));
  }

  HttpResponse send(Caller caller, String body, Map<String, String> headers) {
    Map<String, String> sent = new HashMap<>(Map.of("content-type", "application/json"));
    sent.putAll(headers);
    return operation.handle(
        new Request(
            "POST",
            "/api/graphql",
            Map.of(),
            Map.of(),
            sent,
            body.getBytes(StandardCharsets.UTF_8),
            Optional.of(caller),
            BASE_URL,
            "request-1"));
  }

  static String text(HttpResponse response) {
    return switch (response.body()) {
      case HttpResponse.Body.Bytes bytes -> new String(bytes.content(), StandardCharsets.UTF_8);
      case HttpResponse.Body.Stream _ -> throw new AssertionError("an answer in memory expected");
    };
  }

  static Map<String, Object> map(@Nullable Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    List<Object> all = Arrays.asList(keysAndValues);
    for (int i = 0; i < all.size(); i += 2) {
      map.put((String) all.get(i), all.get(i + 1));
    }
    return map;
  }

  private static String encode(Map<String, Object> body) {
    return new String(GraphqlAnswer.encode(new LinkedHashMap<>(body)), StandardCharsets.UTF_8);
  }

  private <T> T keep(T resource, Consumer<T> close) {
    open.push(() -> close.accept(resource));
    return resource;
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      open.pop().run();
    }
  }
}
