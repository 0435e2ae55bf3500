package io.firmament.aws;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
    return inPartition(pk, prefix, page, true);
  }

  /// The same against its order.
  Page<Map<String, AttributeValue>> descending(String pk, String prefix, PageRequest page) {
    return inPartition(pk, prefix, page, false);
  }

  private Page<Map<String, AttributeValue>> inPartition(
      String pk, String prefix, PageRequest page, boolean forward) {
    QueryRequest.Builder query =
        QueryRequest.builder()
            .scanIndexForward(forward)
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
