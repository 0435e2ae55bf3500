package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.n;
import static io.firmament.aws.fleet.FleetItems.s;
import static io.firmament.aws.fleet.FleetItems.time;

import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.FleetStore.PresenceReport;
import io.firmament.platform.fleet.Presence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;

/// Writes the presence of devices, some at a time.
final class PresenceWriter {
  private static final int AT_A_TIME = 8;

  private final DynamoDbClient client;
  private final String table;
  private final Transactions transactions;

  PresenceWriter(DynamoDbClient client, String table, Transactions transactions) {
    this.client = client;
    this.table = table;
    this.transactions = transactions;
  }

  void write(List<PresenceReport> reports) {
    try (ExecutorService executor =
        Executors.newFixedThreadPool(
            Math.min(AT_A_TIME, Math.max(1, reports.size())), Thread.ofVirtual().factory())) {
      List<Future<?>> running =
          reports.stream().<Future<?>>map(r -> executor.submit(() -> write(r))).toList();
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("presence was not written", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(PresenceReport report) {
    Update update =
        switch (report.presence()) {
          case Presence.Online online -> online(report, online);
          case Presence.Offline offline -> offline(report, offline);
          case Presence.Unseen _ -> throw new IllegalArgumentException("nothing to report");
        };
    if (report.event().isEmpty()) {
      plain(update);
      return;
    }
    // Refused is dropped: the report is older than what is stored, or not this watcher's to make.
    transactions.write(
        List.of(
            TransactWriteItem.builder().update(update).build(),
            TransactWriteItem.builder()
                .put(b -> b.tableName(table).item(FleetItems.item(report.event().get())))
                .build()));
  }

  private void plain(Update update) {
    try {
      client.updateItem(
          b ->
              b.tableName(table)
                  .key(update.key())
                  .updateExpression(update.updateExpression())
                  .conditionExpression(update.conditionExpression())
                  .expressionAttributeNames(update.expressionAttributeNames())
                  .expressionAttributeValues(update.expressionAttributeValues()));
    } catch (ConditionalCheckFailedException e) {
      // Dropped, as above.
    }
  }

  private Update online(PresenceReport report, Presence.Online online) {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":presence", s("online"));
    values.put(":since", time(online.since()));
    values.put(":lastSeen", time(online.lastSeen()));
    values.put(":interval", n(online.interval().toMillis()));
    values.put(":watcher", s(online.watcher().toString()));
    values.put(":enrolled", s(Device.State.ENROLLED.name()));
    return update(
        report,
        "SET #presence = :presence, #since = :since, #lastSeen = :lastSeen,"
            + " #interval = :interval, #watcher = :watcher",
        "attribute_exists(pk) AND #state = :enrolled"
            + " AND (attribute_not_exists(#lastSeen) OR #lastSeen < :lastSeen"
            + " OR #watcher = :watcher)",
        List.of("presence", "since", "lastSeen", "interval", "watcher", "state"),
        values);
  }

  private Update offline(PresenceReport report, Presence.Offline offline) {
    return update(
        report,
        "SET #presence = :presence, #lastSeen = :lastSeen",
        "#watcher = :watcher AND #presence = :online",
        List.of("presence", "lastSeen", "watcher"),
        Map.of(
            ":presence", s("offline"),
            ":online", s("online"),
            ":lastSeen", time(offline.lastSeen()),
            ":watcher", s(report.watcher().toString())));
  }

  private Update update(
      PresenceReport report,
      String set,
      String condition,
      List<String> names,
      Map<String, AttributeValue> values) {
    Map<String, String> byAlias = new HashMap<>();
    names.forEach(name -> byAlias.put("#" + name, name));
    return Update.builder()
        .tableName(table)
        .key(key(FleetItems.devices(report.tenant()), report.device().value()))
        .updateExpression(set)
        .conditionExpression(condition)
        .expressionAttributeNames(byAlias)
        .expressionAttributeValues(values)
        .build();
  }
}
