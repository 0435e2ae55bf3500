package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.instant;
import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.n;
import static io.firmament.aws.fleet.FleetItems.number;
import static io.firmament.aws.fleet.FleetItems.s;
import static io.firmament.aws.fleet.FleetItems.text;
import static io.firmament.aws.fleet.FleetItems.time;

import io.firmament.aws.fleet.FleetPages.Range;
import io.firmament.base.LogRequestId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Work;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.logs.LogStore;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// Requests for logs in the fleet's DynamoDB table.
///
/// | record | pk | sk | gsi1pk, gsi1sk |
/// | --- | --- | --- | --- |
/// | request | `T#<tenant>#LOGS#<device>` | id, sorts by time | `T#<tenant>#FLIGHT`, name `#` id |
///
/// It is in the index while it is open.
public final class DynamoLogStore implements LogStore {
  private final DynamoDbClient client;
  private final String table;
  private final Clock clock;
  private final Transactions transactions;
  private final FleetPages pages;

  public DynamoLogStore(DynamoDbClient client, String table) {
    this(client, table, Clock.systemUTC());
  }

  /// @param clock says when something was written, to those who watch for changes
  public DynamoLogStore(DynamoDbClient client, String table, Clock clock) {
    this.client = client;
    this.table = table;
    this.clock = clock;
    this.transactions = new Transactions(client);
    this.pages = new FleetPages(client, table);
  }

  @Override
  public void add(LogRequest request, AuditEvent audit) {
    Put put =
        Put.builder()
            .tableName(table)
            .item(item(request))
            .conditionExpression("attribute_not_exists(pk)")
            .build();
    List<TransactWriteItem> items =
        List.of(
            TransactWriteItem.builder().put(put).build(),
            change(request),
            put(FleetItems.item(audit)));
    if (transactions.write(items) instanceof Transactions.Refused) {
      throw new IllegalStateException("an id was given twice: " + request.id());
    }
  }

  @Override
  public Optional<LogRequest> find(TenantId tenant, DeviceName device, LogRequestId id) {
    return Optional.of(
            client
                .getItem(
                    b ->
                        b.tableName(table)
                            .key(key(requests(tenant, device), id.toString()))
                            .consistentRead(true))
                .item())
        .filter(item -> !item.isEmpty())
        .map(DynamoLogStore::request);
  }

  @Override
  public Page<LogRequest> list(TenantId tenant, DeviceName device, PageRequest page) {
    return pages.page(Range.descending(requests(tenant, device)), page, DynamoLogStore::request);
  }

  @Override
  public long count(TenantId tenant, DeviceName device) {
    return pages.count(Range.ascending(requests(tenant, device)), COUNTED);
  }

  @Override
  public boolean answer(LogRequest answered, DeviceEvent event) {
    Put put =
        Put.builder()
            .tableName(table)
            .item(item(answered))
            .conditionExpression("#answer = :none")
            .expressionAttributeNames(Map.of("#answer", "answer"))
            .expressionAttributeValues(Map.of(":none", s("none")))
            .build();
    return transactions.write(
            List.of(
                TransactWriteItem.builder().put(put).build(),
                change(answered),
                put(FleetItems.item(event))))
        instanceof Transactions.Written;
  }

  private TransactWriteItem change(LogRequest request) {
    return put(
        FleetItems.change(
            request.tenant(),
            List.of(request.device()),
            new Work.Logs(request.id()),
            clock.instant()));
  }

  private TransactWriteItem put(Map<String, AttributeValue> item) {
    return TransactWriteItem.builder().put(b -> b.tableName(table).item(item)).build();
  }

  private static String requests(TenantId tenant, DeviceName device) {
    return "T#" + tenant + "#LOGS#" + device;
  }

  private static Map<String, AttributeValue> item(LogRequest request) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(
            key(requests(request.tenant(), request.device()), request.id().toString()));
    item.put("tenant", s(request.tenant().toString()));
    item.put("device", s(request.device().value()));
    item.put("logs", s(request.id().toString()));
    item.put("source", s(request.source()));
    request.since().ifPresent(since -> item.put("since", time(since)));
    item.put("maxBytes", n(request.maxBytes()));
    item.put("requestedBy", s(request.requestedBy()));
    item.put("requestedAt", time(request.requestedAt()));
    item.put("validUntil", time(request.validUntil()));
    switch (request.answer()) {
      case LogRequest.Answer.None _ -> {
        item.put("answer", s("none"));
        item.put("gsi1pk", s(RolloutItems.flight(request.tenant())));
        item.put("gsi1sk", s(request.device() + "#" + request.id()));
      }
      case LogRequest.Answer.Sent sent -> {
        item.put("answer", s("sent"));
        item.put("answeredAt", time(sent.at()));
        item.put("key", s(sent.key()));
        item.put("size", n(sent.size()));
        item.put("sha256", s(sent.sha256().hex()));
      }
      case LogRequest.Answer.Refused refused -> {
        item.put("answer", s(refused.reason().name()));
        item.put("answeredAt", time(refused.at()));
        item.put("detail", s(refused.detail()));
      }
    }
    item.put("expiresAt", n(request.keptUntil().getEpochSecond()));
    return item;
  }

  private static LogRequest request(Map<String, AttributeValue> item) {
    LogRequest.Answer answer =
        switch (text(item, "answer")) {
          case "none" -> new LogRequest.Answer.None();
          case "sent" ->
              new LogRequest.Answer.Sent(
                  instant(item, "answeredAt"),
                  text(item, "key"),
                  number(item, "size"),
                  new Sha256(text(item, "sha256")));
          case String reason ->
              new LogRequest.Answer.Refused(
                  instant(item, "answeredAt"),
                  LogRequest.Reason.valueOf(reason),
                  text(item, "detail"));
        };
    return new LogRequest(
        TenantId.of(text(item, "tenant")),
        new DeviceName(text(item, "device")),
        LogRequestId.of(text(item, "logs")),
        text(item, "source"),
        FleetItems.find(item, "since").map(_ -> instant(item, "since")),
        number(item, "maxBytes"),
        text(item, "requestedBy"),
        instant(item, "requestedAt"),
        instant(item, "validUntil"),
        answer);
  }
}
