package io.firmament.aws;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/// Puts or deletes many items that do not depend on each other.
final class DynamoBatch {
  /// DynamoDB takes 25 items and 16 MB in one request; ours are below 400 KB.
  private static final int SIZE = 25;

  private static final int TRIES = 8;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  private final DynamoDbClient dynamo;
  private final String table;

  DynamoBatch(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  /// No two of the items have the same key.
  void putAll(Collection<Map<String, AttributeValue>> items) {
    writeAll(
        items.stream()
            .map(item -> WriteRequest.builder().putRequest(p -> p.item(item)).build())
            .toList());
  }

  /// No two of the keys are the same; one of which there is no item is passed over.
  void deleteAll(Collection<Map<String, AttributeValue>> keys) {
    writeAll(
        keys.stream()
            .map(key -> WriteRequest.builder().deleteRequest(d -> d.key(key)).build())
            .toList());
  }

  private void writeAll(List<WriteRequest> requests) {
    List<WriteRequest> batch = new ArrayList<>(SIZE);
    for (WriteRequest request : requests) {
      batch.add(request);
      if (batch.size() == SIZE) {
        write(List.copyOf(batch));
        batch.clear();
      }
    }
    if (!batch.isEmpty()) {
      write(List.copyOf(batch));
    }
  }

  private void write(List<WriteRequest> batch) {
    List<WriteRequest> rest = batch;
    for (int i = 0; i < TRIES; i++) {
      List<WriteRequest> now = rest;
      rest =
          dynamo
              .batchWriteItem(b -> b.requestItems(Map.of(table, now)))
              .unprocessedItems()
              .getOrDefault(table, List.of());
      if (rest.isEmpty()) {
        return;
      }
      pause(FIRST_PAUSE.multipliedBy(1L << i));
    }
    throw new IllegalStateException("DynamoDB left items unwritten: " + rest.size());
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted between batches", e);
    }
  }
}
