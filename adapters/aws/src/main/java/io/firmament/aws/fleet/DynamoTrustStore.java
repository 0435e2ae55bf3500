package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.instant;
import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.n;
import static io.firmament.aws.fleet.FleetItems.number;
import static io.firmament.aws.fleet.FleetItems.s;
import static io.firmament.aws.fleet.FleetItems.time;

import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.trust.Ceremony;
import io.firmament.platform.trust.TrustRecord;
import io.firmament.platform.trust.TrustStore;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;

/// Open ceremonies and renewals in the fleet's DynamoDB table.
///
/// | record | pk | sk | gsi2pk, gsi2sk |
/// | --- | --- | --- | --- |
/// | a tenant's repository | `T#<tenant>#TRUST` | `-` | `TRUST-DUE`, milliseconds `#` tenant, once due |
public final class DynamoTrustStore implements TrustStore {
  private static final String DUE = "TRUST-DUE";
  private static final List<String> CEREMONY =
      List.of("root", "targets", "preparedAt", "preparedBy");

  private final DynamoDbClient client;
  private final String table;
  private final Transactions transactions;

  public DynamoTrustStore(DynamoDbClient client, String table) {
    this.client = client;
    this.table = table;
    this.transactions = new Transactions(client);
  }

  @Override
  public Optional<TrustRecord> find(TenantId tenant) {
    Map<String, AttributeValue> item =
        client.getItem(b -> b.tableName(table).key(keyOf(tenant)).consistentRead(true)).item();
    return item.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TrustRecord(tenant, ceremony(item), newest(item), number(item, "version")));
  }

  @Override
  public boolean put(TrustRecord record, Optional<Instant> renewAt, AuditEvent audit) {
    Map<String, AttributeValue> set = new LinkedHashMap<>();
    set.put("tenant", s(record.tenant().toString()));
    set.put("version", n(record.version() + 1));
    record.open().ifPresent(ceremony -> set.putAll(attributes(ceremony)));
    if (!record.newest().isEmpty()) {
      set.put("newest", newest(record));
    }
    renewAt.ifPresent(
        at -> {
          set.put("gsi2pk", s(DUE));
          set.put("gsi2sk", s(dueKey(at, record.tenant())));
        });
    Map<String, String> names = new LinkedHashMap<>();
    Map<String, AttributeValue> values = new LinkedHashMap<>();
    List<String> sets = new ArrayList<>();
    set.forEach(
        (name, value) -> {
          names.put("#" + name, name);
          values.put(":" + name, value);
          sets.add("#" + name + " = :" + name);
        });
    List<String> removed = CEREMONY.stream().filter(name -> !set.containsKey(name)).toList();
    removed.forEach(name -> names.put("#" + name, name));
    String remove =
        removed.isEmpty()
            ? ""
            : " REMOVE " + String.join(", ", removed.stream().map(name -> "#" + name).toList());
    if (record.version() > 0) {
      values.put(":base", n(record.version()));
    }
    Update update =
        Update.builder()
            .tableName(table)
            .key(keyOf(record.tenant()))
            .updateExpression("SET " + String.join(", ", sets) + remove)
            .conditionExpression(
                record.version() == 0 ? "attribute_not_exists(pk)" : "#version = :base")
            .expressionAttributeNames(names)
            .expressionAttributeValues(values)
            .build();
    Put event = Put.builder().tableName(table).item(FleetItems.item(audit)).build();
    return transactions.write(
            List.of(
                TransactWriteItem.builder().update(update).build(),
                TransactWriteItem.builder().put(event).build()))
        instanceof Transactions.Written;
  }

  @Override
  public List<TenantId> due(Instant now, int limit) {
    QueryRequest query =
        QueryRequest.builder()
            .tableName(table)
            .indexName("gsi2")
            .keyConditionExpression("gsi2pk = :pk AND gsi2sk < :now")
            .expressionAttributeValues(Map.of(":pk", s(DUE), ":now", s(after(now))))
            .limit(limit)
            .build();
    return client.query(query).items().stream()
        .map(item -> TenantId.of(FleetItems.text(item, "tenant")))
        .toList();
  }

  @Override
  public void renewed(TenantId tenant, Instant now, Instant next) {
    try {
      client.updateItem(
          b ->
              b.tableName(table)
                  .key(keyOf(tenant))
                  .updateExpression("SET gsi2pk = :pk, gsi2sk = :next")
                  .conditionExpression("gsi2sk < :now")
                  .expressionAttributeValues(
                      Map.of(
                          ":pk", s(DUE),
                          ":next", s(dueKey(next, tenant)),
                          ":now", s(after(now)))));
    } catch (ConditionalCheckFailedException e) {
      // Somebody else has said when.
    }
  }

  private static Map<String, AttributeValue> keyOf(TenantId tenant) {
    return key("T#" + tenant + "#TRUST", "-");
  }

  private static String dueKey(Instant at, TenantId tenant) {
    return FleetItems.millis(at) + "#" + tenant;
  }

  /// What sorts after everything that is due at an instant.
  private static String after(Instant now) {
    return FleetItems.millis(now.plusMillis(1));
  }

  private static Map<String, AttributeValue> attributes(Ceremony ceremony) {
    Map<String, AttributeValue> attributes = new LinkedHashMap<>();
    ceremony.root().ifPresent(document -> attributes.put("root", s(file(document))));
    ceremony.targets().ifPresent(document -> attributes.put("targets", s(file(document))));
    attributes.put("preparedAt", time(ceremony.preparedAt()));
    attributes.put("preparedBy", s(ceremony.preparedBy().toString()));
    return attributes;
  }

  private static AttributeValue newest(TrustRecord record) {
    Map<String, AttributeValue> slots = new LinkedHashMap<>();
    record.newest().forEach((role, slot) -> slots.put(role, n(slot)));
    return AttributeValue.fromM(slots);
  }

  private static SortedMap<String, Integer> newest(Map<String, AttributeValue> item) {
    SortedMap<String, Integer> newest = new TreeMap<>();
    FleetItems.find(item, "newest")
        .ifPresent(
            slots ->
                slots.m().forEach((role, slot) -> newest.put(role, Integer.valueOf(slot.n()))));
    return newest;
  }

  private static Optional<Ceremony> ceremony(Map<String, AttributeValue> item) {
    if (FleetItems.find(item, "preparedAt").isEmpty()) {
      return Optional.empty();
    }
    Optional<Metadata<Root>> root = document(item, "root", Metadata::root);
    Optional<Metadata<Targets>> targets = document(item, "targets", Metadata::targets);
    return Optional.of(
        new Ceremony(
            root,
            targets,
            instant(item, "preparedAt"),
            UserId.of(FleetItems.text(item, "preparedBy"))));
  }

  private static String file(Metadata<?> document) {
    return new String(document.toBytes(), StandardCharsets.UTF_8);
  }

  private static <R extends Role> Optional<Metadata<R>> document(
      Map<String, AttributeValue> item, String name, Reader<R> reader) {
    Optional<AttributeValue> value = FleetItems.find(item, name);
    try {
      return value.isEmpty()
          ? Optional.empty()
          : Optional.of(reader.read(value.get().s().getBytes(StandardCharsets.UTF_8)));
    } catch (TufException e) {
      throw new IllegalStateException("the " + name + " of a ceremony cannot be read", e);
    }
  }

  /// Reads a document of one kind.
  private interface Reader<R extends Role> {
    Metadata<R> read(byte[] file) throws TufException;
  }
}
