package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.PK;
import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.n;
import static io.firmament.aws.fleet.FleetItems.s;
import static io.firmament.aws.fleet.FleetItems.time;

import io.firmament.aws.fleet.FleetPages.Range;
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
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.fleet.WatcherId;
import io.firmament.platform.fleet.Work;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
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
  private final FleetPages pages;

  public DynamoFleetStore(DynamoDbClient client, String table) {
    this.client = client;
    this.table = table;
    this.transactions = new Transactions(client);
    this.presence = new PresenceWriter(client, table, transactions);
    this.pages = new FleetPages(client, table);
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
    return pages.page(Range.ascending(FleetItems.tokens(tenant)), page, FleetItems::token);
  }

  @Override
  public long countTokens(TenantId tenant) {
    return pages.count(Range.ascending(FleetItems.tokens(tenant)), COUNTED);
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
    return pages.page(Range.ascending(FleetItems.devices(tenant)), page, FleetItems::device);
  }

  @Override
  public long countDevices(TenantId tenant) {
    return client
        .query(pages.query(Range.ascending(FleetItems.deviceCounts(tenant))).build())
        .items()
        .stream()
        .mapToLong(item -> FleetItems.number(item, DEVICES))
        .sum();
  }

  @Override
  public Page<Device> listDevices(TenantId tenant, Having having, PageRequest page) {
    Page<DeviceName> names =
        pages.page(
            range(tenant, having), page, item -> new DeviceName(FleetItems.text(item, "name")));
    Map<DeviceName, Device> found = devices(tenant, names.items());
    return new Page<>(
        names.items().stream().map(found::get).filter(Objects::nonNull).toList(), names.next());
  }

  @Override
  public long countDevices(TenantId tenant, Having having) {
    return pages.count(range(tenant, having), COUNTED);
  }

  private static Range range(TenantId tenant, Having having) {
    return new Range(
        FleetItems.having(tenant, having.artifact()),
        having.version().map(version -> FleetItems.havingKey(version, "")).orElse(""),
        FleetPages.Order.ASCENDING);
  }

  private Map<DeviceName, Device> devices(TenantId tenant, List<DeviceName> names) {
    List<Map<String, AttributeValue>> keys =
        names.stream().map(name -> key(FleetItems.devices(tenant), name.value())).toList();
    Map<DeviceName, Device> found = new HashMap<>();
    read(
        keys,
        item -> {
          Device device = FleetItems.device(item);
          found.put(device.name(), device);
        });
    return found;
  }

  @Override
  public boolean update(DeviceChange change) {
    List<TransactWriteItem> items = new ArrayList<>();
    items.add(item(onSameVersion(change.device())));
    items.add(item(put(FleetItems.item(change.event()))));
    items.add(item(put(FleetItems.change(change.event(), change.device().version() + 1))));
    change.audit().ifPresent(audit -> items.add(item(audit)));
    change.replaced().ifPresent(before -> items.addAll(inventory(change.device(), before)));
    return transactions.write(items) instanceof Transactions.Written;
  }

  /// What lists of devices by what they have installed go by.
  private List<TransactWriteItem> inventory(Device device, Inventory before) {
    List<TransactWriteItem> items = new ArrayList<>();
    Map<String, Inventory.Installed> is = device.inventory().installed();
    before
        .installed()
        .forEach(
            (artifact, installed) -> {
              Inventory.Installed now = is.get(artifact);
              if (now == null || !now.version().equals(installed.version())) {
                items.add(
                    TransactWriteItem.builder()
                        .delete(
                            b ->
                                b.tableName(table)
                                    .key(
                                        FleetItems.havingKey(
                                            device, artifact, installed.version())))
                        .build());
              }
            });
    is.forEach(
        (artifact, installed) -> {
          Inventory.Installed was = before.installed().get(artifact);
          if (was == null || !was.version().equals(installed.version())) {
            items.add(item(put(FleetItems.having(device, artifact, installed.version()))));
          }
        });
    return items;
  }

  @Override
  public List<Change> changes(Instant from, Instant to) {
    List<Change> changes = new ArrayList<>();
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
      client.queryPaginator(query).items().stream()
          .map(FleetItems::changes)
          .forEach(changes::addAll);
    }
    return List.copyOf(changes);
  }

  @Override
  public Set<Work> waiting(TenantId tenant, DeviceName name) {
    QueryRequest query =
        QueryRequest.builder()
            .tableName(table)
            .indexName("gsi1")
            .keyConditionExpression("gsi1pk = :pk AND begins_with(gsi1sk, :name)")
            .expressionAttributeValues(
                Map.of(":pk", s(RolloutItems.flight(tenant)), ":name", s(name + "#")))
            .build();
    return client.queryPaginator(query).items().stream()
        .map(FleetItems::waiting)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Override
  public Page<DeviceEvent> history(TenantId tenant, DeviceName name, PageRequest page) {
    return pages.page(Range.descending(FleetItems.events(tenant, name)), page, FleetItems::event);
  }

  @Override
  public long countEvents(TenantId tenant, DeviceName name) {
    return pages.count(Range.ascending(FleetItems.events(tenant, name)), COUNTED);
  }

  @Override
  public Page<AuditEvent> auditEvents(TenantId tenant, PageRequest page) {
    return pages.page(Range.ascending(FleetItems.audits(tenant)), page, FleetItems::audit);
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
    Map<String, WatcherId> byKey = new HashMap<>();
    watchers.forEach(
        watcher -> byKey.put(FleetItems.text(FleetItems.leaseKey(watcher), PK), watcher));
    Map<WatcherId, Instant> found = new HashMap<>();
    read(
        watchers.stream().map(FleetItems::leaseKey).toList(),
        item -> {
          WatcherId watcher = byKey.get(FleetItems.text(item, PK));
          if (watcher != null) {
            found.put(watcher, FleetItems.instant(item, "until"));
          }
        });
    return Map.copyOf(found);
  }

  /// Reads items by their keys, a hundred at a time.
  private void read(
      List<Map<String, AttributeValue>> keys, Consumer<Map<String, AttributeValue>> reader) {
    for (int from = 0; from < keys.size(); from += KEYS_PER_GET) {
      List<Map<String, AttributeValue>> some =
          keys.subList(from, Math.min(keys.size(), from + KEYS_PER_GET));
      Map<String, KeysAndAttributes> open =
          Map.of(table, KeysAndAttributes.builder().keys(some).build());
      while (!open.isEmpty()) {
        Map<String, KeysAndAttributes> asked = open;
        BatchGetItemResponse answer = client.batchGetItem(b -> b.requestItems(asked));
        answer.responses().getOrDefault(table, List.of()).forEach(reader);
        open = answer.unprocessedKeys();
      }
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
