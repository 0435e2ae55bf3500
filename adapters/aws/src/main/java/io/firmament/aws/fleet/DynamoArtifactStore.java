package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.n;
import static io.firmament.aws.fleet.FleetItems.s;
import static io.firmament.aws.fleet.FleetItems.text;

import io.firmament.aws.SortKeyCursor;
import io.firmament.base.ArtifactId;
import io.firmament.base.BaseProblem;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.rollout.ArtifactRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// The catalogue of artifacts in the fleet's DynamoDB table; [ArtifactItems] says how. A filtered
/// list reads what it passes over.
public final class DynamoArtifactStore implements ArtifactStore {
  private static final String ABSENT = "attribute_not_exists(pk)";
  private static final String ON_REVISION = "#revision = :base";
  private static final Map<String, String> REVISION = Map.of("#revision", "revision");

  private final DynamoDbClient client;
  private final String table;
  private final Transactions transactions;

  public DynamoArtifactStore(DynamoDbClient client, String table) {
    this.client = client;
    this.table = table;
    this.transactions = new Transactions(client);
  }

  @Override
  public boolean add(Artifact artifact, AuditEvent audit) {
    List<TransactWriteItem> items = new ArrayList<>();
    items.add(item(put(ArtifactItems.name(artifact)).conditionExpression(ABSENT).build()));
    items.add(
        item(
            put(ArtifactItems.item(artifact, artifact.revision()))
                .conditionExpression(ABSENT)
                .build()));
    artifact
        .image()
        .ifPresent(
            image ->
                items.add(item(put(ArtifactItems.firmware(artifact, image.firmware())).build())));
    items.add(item(put(FleetItems.item(audit)).build()));
    return switch (transactions.write(items)) {
      case Transactions.Written _ -> true;
      case Transactions.Refused refused when refused.item() == 0 -> false;
      case Transactions.Refused _ ->
          throw new IllegalStateException("an id was given twice: " + artifact.id());
    };
  }

  @Override
  public Optional<Artifact> find(TenantId tenant, ArtifactId id) {
    return get(ArtifactItems.artifacts(tenant), id.toString()).map(ArtifactItems::artifact);
  }

  @Override
  public Optional<Artifact> find(TenantId tenant, ArtifactRef ref) {
    return get(ArtifactItems.names(tenant), RolloutItems.artifactKey(ref))
        .flatMap(item -> find(tenant, ArtifactId.of(text(item, "id"))));
  }

  @Override
  public boolean update(Artifact artifact, AuditEvent audit) {
    List<TransactWriteItem> items = new ArrayList<>();
    items.add(
        item(
            put(ArtifactItems.item(artifact, artifact.revision() + 1))
                .conditionExpression(ON_REVISION)
                .expressionAttributeNames(REVISION)
                .expressionAttributeValues(Map.of(":base", n(artifact.revision())))
                .build()));
    items.add(item(put(FleetItems.item(audit)).build()));
    switch (artifact.state()) {
      case PUBLISHED -> {
        items.add(
            item(
                put(RolloutItems.item(artifact.tenant(), artifact.facts().orElseThrow())).build()));
        SortedMap<String, String> provides = artifact.terms().provides();
        if (!provides.isEmpty()) {
          items.add(
              item(put(RolloutItems.item(artifact.tenant(), artifact.ref(), provides)).build()));
        }
      }
      case WITHDRAWING, WITHDRAWN ->
          items.add(
              item(
                  Delete.builder()
                      .tableName(table)
                      .key(
                          key(
                              RolloutItems.artifacts(artifact.tenant()),
                              RolloutItems.artifactKey(artifact.ref())))
                      .build()));
      case DISCARDED -> items.add(item(freeName(artifact)));
      case DRAFT, PUBLISHING -> {}
    }
    return transactions.write(items) instanceof Transactions.Written;
  }

  private Delete freeName(Artifact artifact) {
    return Delete.builder()
        .tableName(table)
        .key(key(ArtifactItems.names(artifact.tenant()), RolloutItems.artifactKey(artifact.ref())))
        .conditionExpression("#id = :id")
        .expressionAttributeNames(Map.of("#id", "id"))
        .expressionAttributeValues(Map.of(":id", s(artifact.id().toString())))
        .build();
  }

  @Override
  public List<ArtifactId> ofFirmware(TenantId tenant, FirmwareId firmware) {
    QueryRequest query =
        QueryRequest.builder()
            .tableName(table)
            .keyConditionExpression("pk = :pk AND begins_with(sk, :firmware)")
            .expressionAttributeValues(
                Map.of(":pk", s(ArtifactItems.ofFirmware(tenant)), ":firmware", s(firmware + "#")))
            .consistentRead(true)
            .build();
    return client.queryPaginator(query).items().stream()
        .map(item -> ArtifactId.of(text(item, "id")))
        .toList();
  }

  @Override
  public List<Due> due(Instant now, int limit) {
    QueryRequest query =
        QueryRequest.builder()
            .tableName(table)
            .indexName("gsi2")
            .keyConditionExpression("gsi2pk = :pk AND gsi2sk < :now")
            .expressionAttributeValues(
                Map.of(
                    ":pk", s(ArtifactItems.DUE),
                    ":now", s("%015d#".formatted(now.toEpochMilli() + 1))))
            .limit(limit)
            .build();
    return client.query(query).items().stream().map(ArtifactItems::due).toList();
  }

  @Override
  public boolean postpone(Artifact artifact, Optional<Instant> checkAt) {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":base", n(artifact.revision()));
    checkAt.ifPresent(
        at -> {
          values.put(":at", FleetItems.time(at));
          values.put(":pk", s(ArtifactItems.DUE));
          values.put(":sk", s(ArtifactItems.dueKey(at, artifact.tenant(), artifact.id())));
        });
    try {
      client.updateItem(
          b ->
              b.tableName(table)
                  .key(key(ArtifactItems.artifacts(artifact.tenant()), artifact.id().toString()))
                  .updateExpression(
                      checkAt.isPresent()
                          ? "SET checkAt = :at, gsi2pk = :pk, gsi2sk = :sk"
                          : "REMOVE checkAt, gsi2pk, gsi2sk")
                  .conditionExpression(ON_REVISION)
                  .expressionAttributeNames(REVISION)
                  .expressionAttributeValues(values));
      return true;
    } catch (ConditionalCheckFailedException e) {
      return false;
    }
  }

  // ---- lists

  @Override
  public Page<Artifact> list(TenantId tenant, Filter filter, PageRequest page) {
    QueryRequest.Builder query = newest(tenant, filter);
    page.cursor()
        .ifPresent(cursor -> query.exclusiveStartKey(startKey(tenant, SortKeyCursor.open(cursor))));
    int passing = page.offset();
    // One more than asked for tells whether there is a next page.
    int wanted = page.limit() + 1;
    List<Map<String, AttributeValue>> kept = new ArrayList<>();
    while (true) {
      QueryResponse answer = client.query(query.limit(passing + wanted - kept.size()).build());
      for (Map<String, AttributeValue> item : answer.items()) {
        if (passing > 0) {
          passing--;
        } else {
          kept.add(item);
        }
      }
      if (kept.size() == wanted || answer.lastEvaluatedKey().isEmpty()) {
        break;
      }
      query.exclusiveStartKey(answer.lastEvaluatedKey());
    }
    boolean more = kept.size() == wanted;
    List<Map<String, AttributeValue>> shown = more ? kept.subList(0, page.limit()) : kept;
    return new Page<>(
        shown.stream().map(ArtifactItems::artifact).toList(),
        more ? Optional.of(SortKeyCursor.of(text(shown.getLast(), "gsi1sk"))) : Optional.empty());
  }

  @Override
  public long count(TenantId tenant, Filter filter) {
    QueryRequest.Builder query = newest(tenant, filter).select(Select.COUNT);
    long counted = 0;
    while (true) {
      QueryResponse answer = client.query(query.build());
      counted += answer.count();
      if (answer.lastEvaluatedKey().isEmpty() || counted >= COUNTED) {
        return Math.min(counted, COUNTED);
      }
      query.exclusiveStartKey(answer.lastEvaluatedKey());
    }
  }

  private QueryRequest.Builder newest(TenantId tenant, Filter filter) {
    Map<String, AttributeValue> values = new HashMap<>();
    Map<String, String> names = new HashMap<>();
    List<String> conditions = new ArrayList<>();
    values.put(":pk", s(ArtifactItems.newest(tenant)));
    filter
        .kind()
        .ifPresent(
            kind -> {
              conditions.add("#kind = :kind");
              names.put("#kind", "kind");
              values.put(":kind", s(kind.name()));
            });
    filter
        .name()
        .ifPresent(
            name -> {
              conditions.add("#name = :name");
              names.put("#name", "name");
              values.put(":name", s(name));
            });
    filter
        .fleet()
        .ifPresent(
            fleet -> {
              conditions.add("contains(#fleets, :fleet)");
              names.put("#fleets", "fleets");
              values.put(":fleet", s(fleet.value()));
            });
    QueryRequest.Builder query =
        QueryRequest.builder()
            .tableName(table)
            .indexName("gsi1")
            .scanIndexForward(false)
            .keyConditionExpression("gsi1pk = :pk")
            .expressionAttributeValues(values);
    return conditions.isEmpty()
        ? query
        : query.filterExpression(String.join(" AND ", conditions)).expressionAttributeNames(names);
  }

  private static Map<String, AttributeValue> startKey(TenantId tenant, String sk) {
    ArtifactId id =
        ArtifactId.parse(sk.substring(sk.indexOf('#') + 1))
            .orElseThrow(BaseProblem.INVALID_CURSOR::with);
    Map<String, AttributeValue> key =
        new HashMap<>(key(ArtifactItems.artifacts(tenant), id.toString()));
    key.put("gsi1pk", s(ArtifactItems.newest(tenant)));
    key.put("gsi1sk", s(sk));
    return key;
  }

  // ---- items

  private Optional<Map<String, AttributeValue>> get(String pk, String sk) {
    return Optional.of(
            client.getItem(b -> b.tableName(table).key(key(pk, sk)).consistentRead(true)).item())
        .filter(item -> !item.isEmpty());
  }

  private Put.Builder put(Map<String, AttributeValue> item) {
    return Put.builder().tableName(table).item(item);
  }

  private static TransactWriteItem item(Put put) {
    return TransactWriteItem.builder().put(put).build();
  }

  private static TransactWriteItem item(Delete delete) {
    return TransactWriteItem.builder().delete(delete).build();
  }
}
