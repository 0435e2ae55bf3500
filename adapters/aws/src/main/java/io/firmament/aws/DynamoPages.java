package io.firmament.aws;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.platform.monitoring.FirmwareChange;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/// Pages of the firmware table.
final class DynamoPages {
  private final DynamoDbClient dynamo;
  private final String table;

  DynamoPages(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  /// The items of a partition whose sort key begins so, in its order.
  Page<Map<String, AttributeValue>> ascending(String pk, String prefix, PageRequest page) {
    return inPartition(pk, prefix, page, query -> query.scanIndexForward(true));
  }

  /// The same as all writes before have left it.
  Page<Map<String, AttributeValue>> consistent(String pk, String prefix, PageRequest page) {
    return inPartition(pk, prefix, page, query -> query.consistentRead(true));
  }

  /// The same against its order.
  Page<Map<String, AttributeValue>> descending(String pk, String prefix, PageRequest page) {
    return inPartition(pk, prefix, page, query -> query.scanIndexForward(false));
  }

  private Page<Map<String, AttributeValue>> inPartition(
      String pk, String prefix, PageRequest page, UnaryOperator<QueryRequest.Builder> how) {
    QueryRequest.Builder query =
        how.apply(QueryRequest.builder())
            .keyConditionExpression("pk = :pk AND begins_with(sk, :prefix)")
            .expressionAttributeValues(
                Map.of(":pk", Items.string(pk), ":prefix", Items.string(prefix)));
    page.cursor()
        .map(cursor -> SortKeyCursor.open(cursor, prefix))
        .ifPresent(sk -> query.exclusiveStartKey(Items.key(pk, sk)));
    return page(query, "sk", page.limit());
  }

  /// The firmware of an index partition, latest first.
  Page<Map<String, AttributeValue>> newestFirst(
      String index, String indexPk, TenantId tenant, PageRequest page) {
    QueryRequest.Builder query =
        QueryRequest.builder()
            .indexName(index)
            .scanIndexForward(false)
            .keyConditionExpression("#pk = :pk")
            .expressionAttributeNames(Map.of("#pk", index + "pk"))
            .expressionAttributeValues(Map.of(":pk", Items.string(indexPk)));
    page.cursor()
        .map(SortKeyCursor::open)
        .ifPresent(sk -> query.exclusiveStartKey(indexKey(index, indexPk, tenant, sk)));
    return page(query, index + "sk", page.limit());
  }

  /// The changes of all firmware of a tenant, latest first.
  ///
  /// @param from where their order begins; empty for all
  Page<Map<String, AttributeValue>> changes(TenantId tenant, String from, PageRequest page) {
    String pk = FirmwareKeys.allChanges(tenant);
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":pk", Items.string(pk));
    if (!from.isEmpty()) {
      values.put(":from", Items.string(from));
    }
    QueryRequest.Builder query =
        QueryRequest.builder()
            .indexName("gsi1")
            .scanIndexForward(false)
            .keyConditionExpression("gsi1pk = :pk" + (from.isEmpty() ? "" : " AND gsi1sk >= :from"))
            .expressionAttributeValues(values);
    page.cursor()
        .map(SortKeyCursor::open)
        .ifPresent(sk -> query.exclusiveStartKey(changeKey(tenant, pk, sk, from)));
    return page(query, "gsi1sk", page.limit());
  }

  private static Map<String, AttributeValue> changeKey(
      TenantId tenant, String indexPk, String indexSk, String from) {
    String[] parts = indexSk.split("#", 2);
    FirmwareChange.Id change =
        FirmwareChange.Id.parse(parts[0]).orElseThrow(() -> BaseProblem.INVALID_CURSOR.with());
    FirmwareId firmware =
        FirmwareId.parse(parts.length < 2 ? "" : parts[1])
            .orElseThrow(() -> BaseProblem.INVALID_CURSOR.with());
    // A place before the first would be outside of what the query is about.
    if (indexSk.compareTo(from) < 0) {
      throw BaseProblem.INVALID_CURSOR.with();
    }
    Map<String, AttributeValue> key =
        new HashMap<>(Items.key(FirmwareKeys.changes(tenant, firmware), FirmwareKeys.of(change)));
    key.put("gsi1pk", Items.string(indexPk));
    key.put("gsi1sk", Items.string(indexSk));
    return key;
  }

  private static Map<String, AttributeValue> indexKey(
      String index, String indexPk, TenantId tenant, String indexSk) {
    FirmwareId id =
        FirmwareId.parse(indexSk.substring(indexSk.indexOf('#') + 1))
            .orElseThrow(() -> BaseProblem.INVALID_CURSOR.with());
    Map<String, AttributeValue> key =
        new HashMap<>(Items.key(FirmwareKeys.firmware(tenant, id), FirmwareKeys.FIRMWARE));
    key.put(index + "pk", Items.string(indexPk));
    key.put(index + "sk", Items.string(indexSk));
    return key;
  }

  private Page<Map<String, AttributeValue>> page(
      QueryRequest.Builder query, String sortKey, int limit) {
    QueryResponse answer = dynamo.query(query.tableName(table).limit(limit).build());
    Optional<Cursor> next =
        Optional.ofNullable(answer.lastEvaluatedKey().get(sortKey))
            .map(v -> SortKeyCursor.of(v.s()));
    return new Page<>(answer.items(), next);
  }
}
