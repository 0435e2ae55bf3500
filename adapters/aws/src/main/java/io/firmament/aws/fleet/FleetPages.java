package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.SK;
import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.s;

import io.firmament.aws.SortKeyCursor;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;

/// Pages of a partition of the fleet's table.
final class FleetPages {
  private final DynamoDbClient client;
  private final String table;

  FleetPages(DynamoDbClient client, String table) {
    this.client = client;
    this.table = table;
  }

  enum Order {
    ASCENDING,
    DESCENDING
  }

  /// Items of a partition whose sort key begins so.
  record Range(String pk, String prefix, Order order) {
    static Range ascending(String pk) {
      return new Range(pk, "", Order.ASCENDING);
    }

    static Range descending(String pk) {
      return new Range(pk, "", Order.DESCENDING);
    }
  }

  QueryRequest.Builder query(Range range) {
    Map<String, AttributeValue> values = new HashMap<>(Map.of(":pk", s(range.pk())));
    String condition = "pk = :pk";
    if (!range.prefix().isEmpty()) {
      condition += " AND begins_with(sk, :prefix)";
      values.put(":prefix", s(range.prefix()));
    }
    return QueryRequest.builder()
        .tableName(table)
        .keyConditionExpression(condition)
        .expressionAttributeValues(values)
        .scanIndexForward(range.order() == Order.ASCENDING)
        .consistentRead(true);
  }

  <T> Page<T> page(Range range, PageRequest page, Function<Map<String, AttributeValue>, T> reader) {
    QueryRequest.Builder query = query(range);
    page.cursor().ifPresent(cursor -> query.exclusiveStartKey(startKey(range, cursor)));
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
        more
            ? Optional.of(SortKeyCursor.of(FleetItems.text(kept.getLast(), SK)))
            : Optional.empty();
    return new Page<>(kept.stream().map(reader).toList(), next);
  }

  /// How many items a range has, up to a limit.
  long count(Range range, int limit) {
    return pass(query(range), limit).items();
  }

  /// The items that a query passed over.
  ///
  /// @param last the key of the last of them; empty where the range ended with or before it
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

  private static Map<String, AttributeValue> startKey(Range range, Cursor cursor) {
    return key(range.pk(), SortKeyCursor.open(cursor, range.prefix()));
  }
}
