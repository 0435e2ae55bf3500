package io.firmament.rest.registry;

import io.avaje.jsonb.Jsonb;
import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoTables;
import io.firmament.aws.fleet.DynamoRegistryStore;
import io.firmament.base.Ids;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.engines.DynamoEngine;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.registry.ContainerImport;
import io.firmament.platform.registry.Reach;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.registry.RegistryTransport;
import io.firmament.platform.secret.Envelope;
import io.firmament.platform.secret.SoftwareDataKeys;
import io.firmament.registry.HttpTransport;
import io.firmament.schema.TableDefinition;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// The operations of registries over a real table and real HTTP.
final class RegistryCalls implements AutoCloseable {
  final List<ContainerImport.Pinned> published = new ArrayList<>();
  final Registries registries;
  private final DynamoEngine engine = DynamoEngine.inMemory();
  private final DynamoDbClient dynamo =
      AwsClients.of(
              Map.of(
                  "AWS_REGION", "eu-central-1",
                  "AWS_ACCESS_KEY_ID", "test",
                  "AWS_SECRET_ACCESS_KEY", "test",
                  "AWS_ENDPOINT_URL", engine.endpoint().toString()))
          .dynamo();

  RegistryCalls() {
    this(HttpTransport.within(Reach.LOCAL));
  }

  RegistryCalls(RegistryTransport transport) {
    new DynamoTables(dynamo).create(TableDefinition.named("fleet"), "fleet");
    SecureRandom random = new SecureRandom();
    registries =
        new Registries(
            new DynamoRegistryStore(dynamo, "fleet"),
            new Envelope(SoftwareDataKeys.generate(random), random),
            new Registries.Shared(
                transport,
                Reach.LOCAL,
                (tenant, host, role) -> {
                  throw new IllegalStateException("nobody asks AWS here");
                }),
            (who, pinned) -> {
              published.add(pinned);
              return new ContainerImport.Outcome(
                  ContainerImport.State.PUBLISHED, pinned.sbom().isPresent());
            },
            Clock.systemUTC(),
            Ids.random());
  }

  static Caller caller(Permission... permissions) {
    return new Caller(
        new TenantId(UUID.randomUUID()),
        new UserId(UUID.randomUUID()),
        "a@example.com",
        Caller.Credential.API_TOKEN,
        permissions.length == 0 ? Set.of(Permission.values()) : Set.of(permissions),
        new ProductGroupAccess(Set.of(), Map.of()));
  }

  /// Sends a body with `'` for `"`.
  static HttpResponse call(Operation operation, Caller caller, String id, String body) {
    return call(operation, caller, id, Map.of(), body.replace('\'', '"'));
  }

  static HttpResponse call(
      Operation operation, Caller caller, String id, Map<String, String> query, String body) {
    Map<String, List<String>> lists = new LinkedHashMap<>();
    query.forEach((name, value) -> lists.put(name, List.of(value)));
    return operation.handle(
        new Request(
            "POST",
            "/x",
            Map.of("id", id),
            lists,
            Map.of(),
            body.getBytes(StandardCharsets.UTF_8),
            Optional.of(caller),
            "https://api.example.com",
            "request-1"));
  }

  static String text(HttpResponse response) {
    return switch (response.body()) {
      case HttpResponse.Body.Bytes(byte[] content) -> new String(content, StandardCharsets.UTF_8);
      case HttpResponse.Body.Stream _ -> throw new IllegalStateException("not in memory");
    };
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> json(HttpResponse response) {
    return (Map<String, Object>) Jsonb.instance().type(Object.class).fromJson(text(response));
  }

  /// All that the table holds, as text.
  String dump() {
    StringBuilder all = new StringBuilder();
    dynamo
        .scanPaginator(b -> b.tableName("fleet"))
        .items()
        .forEach(item -> all.append(sorted(item)));
    return all.toString();
  }

  private static Map<String, Object> sorted(Map<String, AttributeValue> item) {
    Map<String, Object> sorted = new TreeMap<>();
    item.forEach(
        (name, value) -> sorted.put(name, value.hasM() ? sorted(value.m()) : value.toString()));
    return sorted;
  }

  @Override
  public void close() {
    dynamo.close();
    engine.close();
  }
}
