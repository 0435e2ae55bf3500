package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.PK;
import static io.firmament.aws.fleet.FleetItems.SK;
import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.n;
import static io.firmament.aws.fleet.FleetItems.s;
import static io.firmament.aws.fleet.FleetItems.time;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.EnrollTokenId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.WatcherId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;

/// The fleet in its DynamoDB table; [FleetItems] says how.
public final class DynamoFleetStore implements FleetStore {
  private static final Duration LEASE_KEPT = Duration.ofDays(2);
  private static final int KEYS_PER_GET = 100;
  private static final String DEVICES = "devices";
  private static final String ABSENT = "attribute_not_exists(pk)";

  private final DynamoDbClient client;
  private final String table;
  private final Transactions transactions;
  private final PresenceWriter presence;

  public DynamoFleetStore(DynamoDbClient client, String table) {
    this.client = client;
    this.table = table;
    this.transactions = new Transactions(client);
    this.presence = new PresenceWriter(client, table, transactions);
  }

  @Override
  public void addToken(EnrollToken token, AuditEvent audit) {
    Put put = put(FleetItems.item(token)).toBuilder().conditionExpression(ABSENT).build();
    Transactions.Outcome outcome = transactions.write(List.of(item(put), item(audit)));
    if (outcome instanceof Transactions.Refused) {
      throw new IllegalStateException("an id was given twice: " + token.id());
    }
  }

  @Override
  public Optional<EnrollToken> findToken(TenantId tenant, EnrollTokenId id) {
    return get(FleetItems.tokens(tenant), id.toString()).map(FleetItems::token);
  }

  @Override
  public Page<EnrollToken> listTokens(TenantId tenant, PageRequest page) {
    return query(FleetItems.tokens(tenant), page, Order.ASCENDING, FleetItems::token);
  }

  @Override
  public long countTokens(TenantId tenant) {
    return count(FleetItems.tokens(tenant));
  }

  @Override
  public boolean deleteToken(TenantId tenant, EnrollTokenId id, AuditEvent audit) {
    TransactWriteItem delete =
        TransactWriteItem.builder()
            .delete(
                b ->
                    b.tableName(table)
                        .key(key(FleetItems.tokens(tenant), id.toString()))
                        .conditionExpression("attribute_exists(pk)"))
            .build();
    return transactions.write(List.of(delete, item(audit))) instanceof Transactions.Written;
  }

  @Override
  public EnrollOutcome enroll(Enrolment enrolment, Instant now) {
    Device device = enrolment.device();
    Update write =
        switch (enrolment.base()) {
          case NO_DEVICE -> write(device, device.version()).conditionExpression(ABSENT).build();
          case SAME_VERSION -> onSameVersion(device);
        };
    List<TransactWriteItem> items = new ArrayList<>();
    items.add(tokenUse(enrolment, now));
    items.add(item(write));
    long version = enrolment.base() == Base.NO_DEVICE ? device.version() : device.version() + 1;
    items.add(item(put(FleetItems.item(enrolment.event()))));
    items.add(item(put(FleetItems.change(enrolment.event(), version))));
    items.add(item(enrolment.audit()));
    if (enrolment.base() == Base.NO_DEVICE) {
      items.add(item(oneMore(device)));
    }
    return switch (transactions.write(items)) {
      case Transactions.Written _ -> new EnrollOutcome.Enrolled(device.atVersion(version));
      case Transactions.Refused refused when refused.item() == 0 ->
          new EnrollOutcome.TokenRefused();
      case Transactions.Refused _ -> new EnrollOutcome.DeviceConflict();
    };
  }

  @Override
  public Optional<Device> findDevice(TenantId tenant, DeviceName name) {
    return get(FleetItems.devices(tenant), name.value()).map(FleetItems::device);
  }

  @Override
  public Page<Device> listDevices(TenantId tenant, PageRequest page) {
    return query(FleetItems.devices(tenant), page, Order.ASCENDING, FleetItems::device);
  }

  @Override
  public long countDevices(TenantId tenant) {
    return client.query(partition(FleetItems.deviceCounts(tenant)).build()).items().stream()
        .mapToLong(item -> FleetItems.number(item, DEVICES))
        .sum();
  }

  @Override
  public boolean update(DeviceChange change) {
    List<TransactWriteItem> items = new ArrayList<>();
    items.add(item(onSameVersion(change.device())));
    items.add(item(put(FleetItems.item(change.event()))));
    items.add(item(put(FleetItems.change(change.event(), change.device().version() + 1))));
    change.audit().ifPresent(audit -> items.add(item(audit)));
    return transactions.write(items) instanceof Transactions.Written;
  }

  @Override
  public List<ChangedDevice> changes(Instant from, Instant to) {
    List<ChangedDevice> changes = new ArrayList<>();
    Instant minute = from.truncatedTo(ChronoUnit.MINUTES);
    for (; !minute.isAfter(to); minute = minute.plus(1, ChronoUnit.MINUTES)) {
      QueryRequest query =
          QueryRequest.builder()
              .tableName(table)
              .keyConditionExpression("pk = :pk AND sk >= :from")
              .expressionAttributeValues(
                  Map.of(":pk", s(FleetItems.changes(minute)), ":from", s(FleetItems.millis(from))))
              .consistentRead(true)
              .build();
      client.queryPaginator(query).items().stream().map(FleetItems::change).forEach(changes::add);
    }
    return List.copyOf(changes);
  }

  @Override
  public Page<DeviceEvent> history(TenantId tenant, DeviceName name, PageRequest page) {
    return query(FleetItems.events(tenant, name), page, Order.DESCENDING, FleetItems::event);
  }

  @Override
  public long countEvents(TenantId tenant, DeviceName name) {
    return count(FleetItems.events(tenant, name));
  }

  @Override
  public Page<AuditEvent> auditEvents(TenantId tenant, PageRequest page) {
    return query(FleetItems.audits(tenant), page, Order.ASCENDING, FleetItems::audit);
  }

  @Override
  public void recordPresence(List<PresenceReport> reports) {
    presence.write(reports);
  }

  @Override
  public void renewLease(WatcherId watcher, Instant until) {
    Map<String, AttributeValue> item = new HashMap<>(FleetItems.leaseKey(watcher));
    item.put("until", time(until));
    item.put("expiresAt", n(until.plus(LEASE_KEPT).getEpochSecond()));
    client.putItem(b -> b.tableName(table).item(item));
  }

  @Override
  public Map<WatcherId, Instant> leases(Set<WatcherId> watchers) {
    Map<WatcherId, Instant> found = new HashMap<>();
    List<WatcherId> all = List.copyOf(watchers);
    for (int from = 0; from < all.size(); from += KEYS_PER_GET) {
      List<WatcherId> some = all.subList(from, Math.min(all.size(), from + KEYS_PER_GET));
      leases(some, found);
    }
    return Map.copyOf(found);
  }

  private void leases(List<WatcherId> watchers, Map<WatcherId, Instant> found) {
    Map<String, WatcherId> byKey = new HashMap<>();
    watchers.forEach(
        watcher -> byKey.put(FleetItems.text(FleetItems.leaseKey(watcher), PK), watcher));
    Map<String, KeysAndAttributes> open =
        Map.of(
            table,
            KeysAndAttributes.builder()
                .keys(watchers.stream().map(FleetItems::leaseKey).toList())
                .build());
    while (!open.isEmpty()) {
      Map<String, KeysAndAttributes> asked = open;
      software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse answer =
          client.batchGetItem(b -> b.requestItems(asked));
      for (Map<String, AttributeValue> item : answer.responses().getOrDefault(table, List.of())) {
        WatcherId watcher = byKey.get(FleetItems.text(item, PK));
        if (watcher != null) {
          found.put(watcher, FleetItems.instant(item, "until"));
        }
      }
      open = answer.unprocessedKeys();
    }
  }

  private TransactWriteItem tokenUse(Enrolment enrolment, Instant now) {
    Map<String, AttributeValue> key =
        key(
            FleetItems.tokens(enrolment.device().tenant()),
            enrolment.device().enrolledBy().toString());
    return switch (enrolment.use()) {
      case SPEND ->
          item(
              Update.builder()
                  .tableName(table)
                  .key(key)
                  .updateExpression("SET #uses = #uses + :one")
                  .conditionExpression(
                      "attribute_exists(pk) AND #uses < #maxUses AND #validUntil > :now")
                  .expressionAttributeNames(
                      Map.of("#uses", "uses", "#maxUses", "maxUses", "#validUntil", "validUntil"))
                  .expressionAttributeValues(Map.of(":one", n(1), ":now", time(now)))
                  .build());
      case ALREADY_SPENT ->
          TransactWriteItem.builder()
              .conditionCheck(
                  ConditionCheck.builder()
                      .tableName(table)
                      .key(key)
                      .conditionExpression("attribute_exists(pk) AND #validUntil > :now")
                      .expressionAttributeNames(Map.of("#validUntil", "validUntil"))
                      .expressionAttributeValues(Map.of(":now", time(now)))
                      .build())
              .build();
    };
  }

  private Update oneMore(Device device) {
    return Update.builder()
        .tableName(table)
        .key(FleetItems.countKey(device))
        .updateExpression("ADD #devices :one")
        .expressionAttributeNames(Map.of("#devices", DEVICES))
        .expressionAttributeValues(Map.of(":one", n(1)))
        .build();
  }

  private Update onSameVersion(Device device) {
    Update.Builder builder = write(device, device.version() + 1);
    Update written = builder.build();
    Map<String, AttributeValue> values = new HashMap<>(written.expressionAttributeValues());
    values.put(":base", n(device.version()));
    return builder
        .conditionExpression("#version = :base")
        .expressionAttributeValues(values)
        .build();
  }

  /// Sets every attribute but those of presence, which others write.
  private Update.Builder write(Device device, long version) {
    Map<String, AttributeValue> attributes = new LinkedHashMap<>(FleetItems.attributes(device));
    attributes.put("version", n(version));
    Map<String, String> names = new HashMap<>();
    Map<String, AttributeValue> values = new HashMap<>();
    List<String> sets = new ArrayList<>();
    attributes.forEach(
        (name, value) -> {
          names.put("#" + name, name);
          values.put(":" + name, value);
          sets.add("#" + name + " = :" + name);
        });
    return Update.builder()
        .tableName(table)
        .key(key(FleetItems.devices(device.tenant()), device.name().value()))
        .updateExpression("SET " + String.join(", ", sets))
        .expressionAttributeNames(names)
        .expressionAttributeValues(values);
  }

  private Optional<Map<String, AttributeValue>> get(String pk, String sk) {
    return Optional.of(
            client.getItem(b -> b.tableName(table).key(key(pk, sk)).consistentRead(true)).item())
        .filter(item -> !item.isEmpty());
  }

  private enum Order {
    ASCENDING,
    DESCENDING
  }

  private <T> Page<T> query(
      String pk, PageRequest page, Order order, Function<Map<String, AttributeValue>, T> reader) {
    QueryRequest.Builder query = partition(pk).scanIndexForward(order == Order.ASCENDING);
    page.cursor().ifPresent(cursor -> query.exclusiveStartKey(key(pk, decode(cursor))));
    if (page.offset() > 0) {
      Passed passed = pass(query, page.offset());
      if (passed.last().isEmpty()) {
        return Page.last(List.of());
      }
      query.exclusiveStartKey(passed.last());
    }
    // One more than asked for tells whether there is a next page.
    QueryResponse answer = client.query(query.limit(page.limit() + 1).build());
    List<Map<String, AttributeValue>> items = answer.items();
    boolean cut = items.size() > page.limit();
    List<Map<String, AttributeValue>> kept = cut ? items.subList(0, page.limit()) : items;
    boolean more = cut || (answer.hasLastEvaluatedKey() && !kept.isEmpty());
    Optional<Cursor> next =
        more ? Optional.of(encode(FleetItems.text(kept.getLast(), SK))) : Optional.empty();
    return new Page<>(kept.stream().map(reader).toList(), next);
  }

  /// The items of a partition that a query passed over.
  ///
  /// @param last the key of the last of them; empty where the partition ended with or before it
  private record Passed(long items, Map<String, AttributeValue> last) {}

  /// Passes over so many items without fetching them.
  private Passed pass(QueryRequest.Builder query, int items) {
    long passed = 0;
    Map<String, AttributeValue> last;
    do {
      QueryRequest asked =
          query.copy().select(Select.COUNT).limit(Math.toIntExact(items - passed)).build();
      QueryResponse answer = client.query(asked);
      passed += answer.count();
      last = answer.lastEvaluatedKey();
      query.exclusiveStartKey(last.isEmpty() ? null : last);
    } while (passed < items && !last.isEmpty());
    return new Passed(passed, last);
  }

  private long count(String pk) {
    return pass(partition(pk), COUNTED).items();
  }

  private QueryRequest.Builder partition(String pk) {
    return QueryRequest.builder()
        .tableName(table)
        .keyConditionExpression("pk = :pk")
        .expressionAttributeValues(Map.of(":pk", s(pk)))
        .consistentRead(true);
  }

  private static Cursor encode(String sk) {
    return new Cursor(
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(sk.getBytes(StandardCharsets.UTF_8)));
  }

  private static String decode(Cursor cursor) {
    try {
      String sk = new String(Base64.getUrlDecoder().decode(cursor.value()), StandardCharsets.UTF_8);
      if (!sk.isEmpty() && sk.length() <= 256) {
        return sk;
      }
    } catch (IllegalArgumentException e) {
      // Answered below.
    }
    throw BaseProblem.INVALID_CURSOR.with();
  }

  private Put put(Map<String, AttributeValue> item) {
    return Put.builder().tableName(table).item(item).build();
  }

  private static TransactWriteItem item(Put put) {
    return TransactWriteItem.builder().put(put).build();
  }

  private static TransactWriteItem item(Update update) {
    return TransactWriteItem.builder().update(update).build();
  }

  private TransactWriteItem item(AuditEvent audit) {
    return item(put(FleetItems.item(audit)));
  }
}
