package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.SK;
import static io.firmament.aws.fleet.FleetItems.instant;
import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.n;
import static io.firmament.aws.fleet.FleetItems.number;
import static io.firmament.aws.fleet.FleetItems.s;
import static io.firmament.aws.fleet.FleetItems.text;
import static io.firmament.aws.fleet.FleetItems.time;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.RegistryId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.registry.Access;
import io.firmament.platform.registry.Registry;
import io.firmament.platform.registry.RegistryHost;
import io.firmament.platform.registry.RegistryStore;
import io.firmament.platform.secret.Sealed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// Registries in the fleet's DynamoDB table. Of a secret there is what was sealed, and no more.
///
/// | record | pk | sk |
/// | --- | --- | --- |
/// | registry | `T#<tenant>#REGISTRY` | id |
/// | that a host is connected | `T#<tenant>#REGISTRY-HOST` | host |
public final class DynamoRegistryStore implements RegistryStore {
  private static final String ABSENT = "attribute_not_exists(pk)";
  private static final String ON_VERSION = "#version = :base";

  private final DynamoDbClient client;
  private final String table;
  private final Transactions transactions;

  public DynamoRegistryStore(DynamoDbClient client, String table) {
    this.client = client;
    this.table = table;
    this.transactions = new Transactions(client);
  }

  @Override
  public boolean add(Registry registry, AuditEvent audit) {
    Map<String, AttributeValue> host =
        new LinkedHashMap<>(key(hosts(registry.tenant()), registry.host().value()));
    host.put("registry", s(registry.id().toString()));
    return written(
        List.of(
            item(put(item(registry, 1)).conditionExpression(ABSENT)),
            item(put(host).conditionExpression(ABSENT)),
            item(put(FleetItems.item(audit)))));
  }

  @Override
  public Optional<Registry> find(TenantId tenant, RegistryId id) {
    return Optional.of(
            client
                .getItem(
                    b ->
                        b.tableName(table)
                            .key(key(registries(tenant), id.toString()))
                            .consistentRead(true))
                .item())
        .filter(item -> !item.isEmpty())
        .map(DynamoRegistryStore::registry);
  }

  @Override
  public Page<Registry> list(TenantId tenant, PageRequest page) {
    QueryRequest.Builder query = query(tenant);
    page.cursor()
        .map(DynamoRegistryStore::open)
        .ifPresent(id -> query.exclusiveStartKey(key(registries(tenant), id.toString())));
    int passing = page.offset();
    while (passing > 0) {
      QueryResponse passed = client.query(query.copy().select(Select.COUNT).limit(passing).build());
      passing -= passed.count();
      if (passed.lastEvaluatedKey().isEmpty()) {
        return Page.last(List.of());
      }
      query.exclusiveStartKey(passed.lastEvaluatedKey());
    }
    // One more than asked for tells whether there is a next page.
    List<Map<String, AttributeValue>> items =
        client.query(query.limit(page.limit() + 1).build()).items();
    boolean more = items.size() > page.limit();
    List<Map<String, AttributeValue>> kept = more ? items.subList(0, page.limit()) : items;
    Optional<Cursor> next =
        more ? Optional.of(new Cursor(text(kept.getLast(), SK))) : Optional.empty();
    return new Page<>(kept.stream().map(DynamoRegistryStore::registry).toList(), next);
  }

  @Override
  public long count(TenantId tenant) {
    long counted = 0;
    QueryRequest.Builder query = query(tenant).select(Select.COUNT);
    do {
      QueryResponse answer = client.query(query.limit(Math.toIntExact(COUNTED - counted)).build());
      counted += answer.count();
      if (answer.lastEvaluatedKey().isEmpty()) {
        return counted;
      }
      query.exclusiveStartKey(answer.lastEvaluatedKey());
    } while (counted < COUNTED);
    return counted;
  }

  @Override
  public boolean replace(Registry registry, AuditEvent audit) {
    Put.Builder put =
        put(item(registry, registry.version() + 1))
            .conditionExpression(ON_VERSION)
            .expressionAttributeNames(Map.of("#version", "version"))
            .expressionAttributeValues(Map.of(":base", n(registry.version())));
    return written(List.of(item(put), item(put(FleetItems.item(audit)))));
  }

  @Override
  public boolean remove(Registry registry, AuditEvent audit) {
    Delete delete =
        Delete.builder()
            .tableName(table)
            .key(key(registries(registry.tenant()), registry.id().toString()))
            .conditionExpression(ON_VERSION)
            .expressionAttributeNames(Map.of("#version", "version"))
            .expressionAttributeValues(Map.of(":base", n(registry.version())))
            .build();
    Delete host =
        Delete.builder()
            .tableName(table)
            .key(key(hosts(registry.tenant()), registry.host().value()))
            .build();
    return written(
        List.of(
            TransactWriteItem.builder().delete(delete).build(),
            TransactWriteItem.builder().delete(host).build(),
            item(put(FleetItems.item(audit)))));
  }

  // ---- items

  private static String registries(TenantId tenant) {
    return "T#" + tenant + "#REGISTRY";
  }

  private static String hosts(TenantId tenant) {
    return "T#" + tenant + "#REGISTRY-HOST";
  }

  private static Map<String, AttributeValue> item(Registry registry, long version) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(key(registries(registry.tenant()), registry.id().toString()));
    item.put("tenant", s(registry.tenant().toString()));
    item.put("id", s(registry.id().toString()));
    item.put("host", s(registry.host().value()));
    item.put("label", s(registry.label()));
    item.put("provider", s(registry.access().provider()));
    switch (registry.access()) {
      case Access.Anonymous _ -> {}
      case Access.Password(String username) -> item.put("username", s(username));
      case Access.AwsRole(String role) -> item.put("role", s(role));
      case Access.ServiceAccount(String email) -> item.put("email", s(email));
    }
    registry
        .findSealed()
        .ifPresent(
            secret -> {
              item.put("wrappedKey", s(secret.wrappedKey()));
              item.put("ciphertext", s(secret.ciphertext()));
            });
    item.put("createdBy", s(registry.createdBy().toString()));
    item.put("createdAt", time(registry.createdAt()));
    item.put("changedAt", time(registry.changedAt()));
    item.put("version", n(version));
    return item;
  }

  private static Registry registry(Map<String, AttributeValue> item) {
    return new Registry(
        TenantId.of(text(item, "tenant")),
        RegistryId.of(text(item, "id")),
        new RegistryHost(text(item, "host")),
        text(item, "label"),
        access(item),
        FleetItems.find(item, "wrappedKey")
            .map(wrapped -> new Sealed(wrapped.s(), text(item, "ciphertext")))
            .orElse(null),
        UserId.of(text(item, "createdBy")),
        instant(item, "createdAt"),
        instant(item, "changedAt"),
        number(item, "version"));
  }

  private static Access access(Map<String, AttributeValue> item) {
    return switch (text(item, "provider")) {
      case Access.Password.PROVIDER -> new Access.Password(text(item, "username"));
      case Access.AwsRole.PROVIDER -> new Access.AwsRole(text(item, "role"));
      case Access.ServiceAccount.PROVIDER -> new Access.ServiceAccount(text(item, "email"));
      default -> new Access.Anonymous();
    };
  }

  private QueryRequest.Builder query(TenantId tenant) {
    return QueryRequest.builder()
        .tableName(table)
        .keyConditionExpression("pk = :pk")
        .expressionAttributeValues(Map.of(":pk", s(registries(tenant))))
        .consistentRead(true);
  }

  /// A cursor is the last id before a page; it opens nothing that is another tenant's.
  private static RegistryId open(Cursor cursor) {
    return RegistryId.parse(cursor.value()).orElseThrow(BaseProblem.INVALID_CURSOR::with);
  }

  private Put.Builder put(Map<String, AttributeValue> item) {
    return Put.builder().tableName(table).item(item);
  }

  private static TransactWriteItem item(Put.Builder put) {
    return TransactWriteItem.builder().put(put.build()).build();
  }

  private boolean written(List<TransactWriteItem> items) {
    return transactions.write(items) instanceof Transactions.Written;
  }
}
