package io.firmament.aws;

import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.finding.CveMatch;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Matched;
import io.firmament.platform.monitoring.FirmwareChange;
import io.firmament.platform.monitoring.KeyHashes;
import io.firmament.platform.monitoring.MonitoringStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/// In the firmware table; its keys are [FirmwareKeys]'.
///
/// What a firmware watches are 16 items, each with the hashes of a sixteenth of its keys: a
/// thousand components are 16 writes instead of some thousands, and a question about a few keys
/// reads the parts that they are in.
public final class DynamoMonitoringStore implements MonitoringStore {
  private final DynamoDbClient dynamo;
  private final String table;
  private final DynamoPages pages;
  private final FindingItems findings = new FindingItems();

  public DynamoMonitoringStore(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
    this.pages = new DynamoPages(dynamo, table);
  }

  @Override
  public void watch(TenantId tenant, FirmwareId firmware, KeyHashes keys) {
    List<Map<String, AttributeValue>> items = new ArrayList<>();
    items.add(Items.item(FirmwareKeys.WATCHING, tenant.toString()));
    for (int part = 0; part < KeyHashes.PARTS; part++) {
      Map<String, AttributeValue> item =
          Items.item(FirmwareKeys.watch(tenant, part), FirmwareKeys.watcher(firmware));
      SdkBytes hashes = SdkBytes.fromByteArrayUnsafe(keys.part(part).bytes());
      item.put("hashes", AttributeValue.builder().b(hashes).build());
      items.add(item);
    }
    new DynamoBatch(dynamo, table).putAll(items);
  }

  @Override
  public Page<TenantId> tenants(PageRequest page) {
    return pages
        .ascending(FirmwareKeys.WATCHING, "", page)
        .map(item -> TenantId.of(Items.text(item, "sk")));
  }

  @Override
  public void concerned(TenantId tenant, KeyHashes changed, Consumer<FirmwareId> firmware) {
    Set<FirmwareId> told = new HashSet<>();
    for (int part = 0; part < KeyHashes.PARTS; part++) {
      KeyHashes some = changed.part(part);
      if (!some.isEmpty()) {
        query(FirmwareKeys.watch(tenant, part), FirmwareKeys.AFFECTED)
            .forEach(
                item -> {
                  if (KeyHashes.read(bytes(item)).meets(some)) {
                    FirmwareId id = watcher(item);
                    if (told.add(id)) {
                      firmware.accept(id);
                    }
                  }
                });
      }
    }
  }

  private static byte[] bytes(Map<String, AttributeValue> item) {
    AttributeValue hashes = item.get("hashes");
    if (hashes == null) {
      throw new IllegalStateException("what a firmware watches lacks its keys");
    }
    return hashes.b().asByteArray();
  }

  private static FirmwareId watcher(Map<String, AttributeValue> item) {
    return FirmwareId.of(Items.text(item, "sk").substring(FirmwareKeys.AFFECTED.length()));
  }

  /// All items of a partition whose sort key begins so, as pages come.
  private Iterable<Map<String, AttributeValue>> query(String pk, String prefix) {
    QueryRequest request =
        QueryRequest.builder()
            .tableName(table)
            .consistentRead(true)
            .keyConditionExpression("pk = :pk AND begins_with(sk, :prefix)")
            .expressionAttributeValues(
                Map.of(":pk", Items.string(pk), ":prefix", Items.string(prefix)))
            .build();
    return dynamo.queryPaginator(request).items();
  }

  @Override
  public boolean rematched(
      AnalysisKey key, Optional<Matched> before, Matched after, Optional<FirmwareChange> change) {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":analysis", Items.string(key.analysis().toString()));
    values.put(":complete", Items.string(Analysis.Result.COMPLETE.name()));
    String update = "SET " + MatchedUpdate.of(after, values);
    before.ifPresent(
        old -> {
          values.put(":oldIndex", Items.string(old.index()));
          values.put(":oldAt", Items.string(old.at().toString()));
        });
    String asBefore =
        before.isPresent()
            ? "matchedIndex = :oldIndex AND matchedAt = :oldAt"
            : "attribute_not_exists(matchedIndex)";
    List<TransactWriteItem> writes = new ArrayList<>();
    writes.add(
        TransactWriteItem.builder()
            .update(
                u ->
                    u.tableName(table)
                        .key(
                            Items.key(
                                FirmwareKeys.firmware(key.tenant(), key.firmware()),
                                FirmwareKeys.FIRMWARE))
                        .conditionExpression(
                            "analysis = :analysis AND analysisResult = :complete AND " + asBefore)
                        .updateExpression(update)
                        .expressionAttributeValues(values))
            .build());
    change.ifPresent(
        each ->
            writes.add(
                TransactWriteItem.builder()
                    .put(p -> p.tableName(table).item(item(key, each)))
                    .build()));
    try {
      dynamo.transactWriteItems(b -> b.transactItems(writes));
      return true;
    } catch (TransactionCanceledException e) {
      if (e.cancellationReasons().stream()
          .anyMatch(
              reason ->
                  "ConditionalCheckFailed".equals(reason.code())
                      || "TransactionConflict".equals(reason.code()))) {
        return false;
      }
      throw e;
    }
  }

  private static Map<String, AttributeValue> item(AnalysisKey key, FirmwareChange change) {
    Map<String, AttributeValue> item =
        Items.item(
            FirmwareKeys.changes(key.tenant(), key.firmware()), FirmwareKeys.of(change.id()));
    item.put("gsi1pk", Items.string(FirmwareKeys.allChanges(key.tenant())));
    item.put("gsi1sk", Items.string(change.id() + "#" + key.firmware()));
    item.put("analysis", Items.string(change.analysis().toString()));
    put("before", change.before(), item);
    put("after", change.after(), item);
    item.put("added", Items.number(change.added()));
    item.put("changed", Items.number(change.changed()));
    item.put("gone", Items.number(change.gone()));
    return item;
  }

  private static void put(String when, Matched matched, Map<String, AttributeValue> item) {
    item.put(when + "Index", Items.string(matched.index()));
    item.put(when + "At", Items.string(matched.at().toString()));
    matched.user().ifPresent(user -> item.put(when + "User", Items.string(user.hex())));
  }

  private static Matched matched(String when, Map<String, AttributeValue> item) {
    return new Matched(
        Items.text(item, when + "Index"),
        Items.find(item, when + "User").map(Sha256::new),
        Instant.parse(Items.text(item, when + "At")));
  }

  private static FirmwareChange change(Map<String, AttributeValue> item) {
    return new FirmwareChange(
        new FirmwareChange.Id(Items.text(item, "sk").substring(FirmwareKeys.CHANGES.length())),
        AnalysisId.of(Items.text(item, "analysis")),
        matched("before", item),
        matched("after", item),
        number(item, "added"),
        number(item, "changed"),
        number(item, "gone"));
  }

  private static int number(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    return value == null ? 0 : Integer.parseInt(value.n());
  }

  /// The matches themselves are written last: they say what else there is to remove. Whatever it is
  /// stopped after, a repeat finds all that is left.
  @Override
  public void show(AnalysisKey key, List<CveMatch> matches) {
    String pk = FirmwareKeys.findings(key.tenant(), key.analysis());
    Map<String, Map<String, AttributeValue>> wanted = new LinkedHashMap<>();
    matches.forEach(match -> wanted.put(FirmwareKeys.of(match), findings.of(pk, match)));
    Set<String> same = new HashSet<>();
    Map<String, CveMatch> stale = new LinkedHashMap<>();
    for (Map<String, AttributeValue> item : query(pk, FirmwareKeys.MATCHES)) {
      String sk = Items.text(item, "sk");
      if (item.equals(wanted.get(sk))) {
        same.add(sk);
      } else {
        stale.put(sk, findings.match(item));
      }
    }
    Set<Map<String, AttributeValue>> gone = keys(findings.places(key, List.copyOf(stale.values())));
    gone.removeAll(keys(findings.places(key, matches)));
    DynamoBatch batch = new DynamoBatch(dynamo, table);
    batch.putAll(
        findings.places(
            key,
            matches.stream().filter(match -> !same.contains(FirmwareKeys.of(match))).toList()));
    batch.deleteAll(gone);
    stale.keySet().removeAll(wanted.keySet());
    wanted.keySet().removeAll(same);
    batch.putAll(wanted.values());
    batch.deleteAll(stale.keySet().stream().map(sk -> Items.key(pk, sk)).toList());
  }

  private static Set<Map<String, AttributeValue>> keys(
      Collection<Map<String, AttributeValue>> items) {
    Set<Map<String, AttributeValue>> keys = new HashSet<>();
    items.forEach(item -> keys.add(Items.key(Items.text(item, "pk"), Items.text(item, "sk"))));
    return keys;
  }

  @Override
  public Page<FirmwareChange> changes(TenantId tenant, FirmwareId firmware, PageRequest page) {
    return pages
        .descending(FirmwareKeys.changes(tenant, firmware), FirmwareKeys.CHANGES, page)
        .map(DynamoMonitoringStore::change);
  }

  @Override
  public Page<OfFirmware> changes(TenantId tenant, Optional<Instant> since, PageRequest page) {
    return pages
        .changes(tenant, since.map(FirmwareChange.Id::from).orElse(""), page)
        .map(
            item -> {
              String order = Items.text(item, "gsi1sk");
              return new OfFirmware(
                  FirmwareId.of(order.substring(order.indexOf('#') + 1)), change(item));
            });
  }

  @Override
  public Optional<FirmwareChange> findChange(
      TenantId tenant, FirmwareId firmware, FirmwareChange.Id change) {
    return get(FirmwareKeys.changes(tenant, firmware), FirmwareKeys.of(change))
        .map(DynamoMonitoringStore::change);
  }

  @Override
  public Optional<String> planned() {
    return get(FirmwareKeys.MONITORING, FirmwareKeys.MONITORING)
        .map(item -> Items.text(item, "index"));
  }

  @Override
  public boolean planned(Optional<String> before, String after) {
    Map<String, AttributeValue> item = Items.item(FirmwareKeys.MONITORING, FirmwareKeys.MONITORING);
    item.put("index", Items.string(after));
    try {
      dynamo.putItem(
          b -> {
            b.tableName(table).item(item);
            before.ifPresentOrElse(
                old ->
                    b.conditionExpression("#index = :old")
                        .expressionAttributeNames(Map.of("#index", "index"))
                        .expressionAttributeValues(Map.of(":old", Items.string(old))),
                () -> b.conditionExpression("attribute_not_exists(pk)"));
          });
      return true;
    } catch (ConditionalCheckFailedException e) {
      return false;
    }
  }

  private Optional<Map<String, AttributeValue>> get(String pk, String sk) {
    return Optional.of(
            dynamo
                .getItem(b -> b.tableName(table).key(Items.key(pk, sk)).consistentRead(true))
                .item())
        .filter(item -> !item.isEmpty());
  }
}
