package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.PK;
import static io.firmament.aws.fleet.FleetItems.SK;
import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.n;
import static io.firmament.aws.fleet.FleetItems.s;
import static io.firmament.aws.fleet.FleetItems.text;
import static io.firmament.aws.fleet.FleetItems.time;

import io.firmament.aws.SortKeyCursor;
import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Work;
import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.Counts;
import io.firmament.platform.rollout.Decision;
import io.firmament.platform.rollout.Group;
import io.firmament.platform.rollout.GroupName;
import io.firmament.platform.rollout.Plan;
import io.firmament.platform.rollout.Rollout;
import io.firmament.platform.rollout.RolloutEvent;
import io.firmament.platform.rollout.RolloutState;
import io.firmament.platform.rollout.RolloutStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.Select;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;

/// Groups and rollouts in the fleet's DynamoDB table; [RolloutItems] says how.
public final class DynamoRolloutStore implements RolloutStore {
  /// A transaction takes a hundred items; one is the check of the lease, and one says what is
  /// offered.
  private static final int STEPS_AT_A_TIME = 98;

  private static final String ABSENT = "attribute_not_exists(pk)";
  private static final String ON_VERSION = "#version = :base";

  private final DynamoDbClient client;
  private final String table;
  private final Transactions transactions;
  private final Clock clock;

  public DynamoRolloutStore(DynamoDbClient client, String table) {
    this(client, table, Clock.systemUTC());
  }

  /// @param clock says when something was written, to those who watch for changes
  public DynamoRolloutStore(DynamoDbClient client, String table, Clock clock) {
    this.client = client;
    this.table = table;
    this.clock = clock;
    this.transactions = new Transactions(client);
  }

  // ---- groups

  @Override
  public boolean addGroup(Group group, AuditEvent audit) {
    Put put = put(RolloutItems.item(group, 1)).toBuilder().conditionExpression(ABSENT).build();
    return written(List.of(item(put), item(audit)));
  }

  @Override
  public Optional<Group> findGroup(TenantId tenant, GroupName name) {
    return get(RolloutItems.groups(tenant), name.value()).map(RolloutItems::group);
  }

  @Override
  public Page<Group> listGroups(TenantId tenant, PageRequest page) {
    return page(new Range(RolloutItems.groups(tenant), "", true), page, RolloutItems::group);
  }

  @Override
  public long countGroups(TenantId tenant) {
    return count(new Range(RolloutItems.groups(tenant), "", true));
  }

  @Override
  public boolean updateGroup(Group group, AuditEvent audit) {
    Put put =
        put(RolloutItems.item(group, group.version() + 1)).toBuilder()
            .conditionExpression(ON_VERSION)
            .expressionAttributeNames(Map.of("#version", "version"))
            .expressionAttributeValues(Map.of(":base", n(group.version())))
            .build();
    return written(List.of(item(put), item(audit)));
  }

  @Override
  public boolean deleteGroup(TenantId tenant, GroupName name, AuditEvent audit) {
    Delete delete =
        Delete.builder()
            .tableName(table)
            .key(key(RolloutItems.groups(tenant), name.value()))
            .conditionExpression("attribute_exists(pk)")
            .build();
    return written(List.of(TransactWriteItem.builder().delete(delete).build(), item(audit)));
  }

  // ---- artifacts

  @Override
  public void putArtifact(TenantId tenant, ArtifactFacts facts) {
    client.putItem(b -> b.tableName(table).item(RolloutItems.item(tenant, facts)));
  }

  @Override
  public Optional<ArtifactFacts> findArtifact(TenantId tenant, ArtifactRef artifact) {
    return get(RolloutItems.artifacts(tenant), RolloutItems.artifactKey(artifact))
        .map(RolloutItems::artifact);
  }

  @Override
  public Map<ArtifactRef, SortedMap<String, String>> provided(TenantId tenant) {
    Map<ArtifactRef, SortedMap<String, String>> provided = new HashMap<>();
    each(
        new Range(RolloutItems.provided(tenant), "", true),
        item -> provided.put(RolloutItems.providing(item), FleetItems.texts(item, "provides")));
    return provided;
  }

  // ---- rollouts

  @Override
  public boolean addRollout(Rollout rollout, Plan plan, RolloutEvent event, AuditEvent audit) {
    List<TransactWriteItem> items = new ArrayList<>();
    items.add(
        item(put(RolloutItems.item(rollout)).toBuilder().conditionExpression(ABSENT).build()));
    RolloutItems.items(rollout, plan).forEach(part -> items.add(item(put(part))));
    items.add(item(put(RolloutItems.item(event))));
    items.add(item(audit));
    items.add(known(rollout));
    return switch (transactions.write(items)) {
      case Transactions.Written _ -> true;
      case Transactions.Refused refused when refused.item() == items.size() - 1 -> false;
      case Transactions.Refused _ ->
          throw new IllegalStateException("an id was given twice: " + rollout.id());
    };
  }

  /// Holds while the artifact of a rollout is published.
  private TransactWriteItem known(Rollout rollout) {
    return TransactWriteItem.builder()
        .conditionCheck(
            ConditionCheck.builder()
                .tableName(table)
                .key(
                    key(
                        RolloutItems.artifacts(rollout.tenant()),
                        RolloutItems.artifactKey(rollout.wish().artifact())))
                .conditionExpression("attribute_exists(pk)")
                .build())
        .build();
  }

  @Override
  public Optional<Rollout> givingOut(TenantId tenant, ArtifactRef artifact) {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":pk", s(RolloutItems.rollouts(tenant)));
    for (Rollout.Status status : Rollout.Status.values()) {
      if (status.givesOut()) {
        values.put(":" + status.name().toLowerCase(Locale.ROOT), s(status.name()));
      }
    }
    List<String> statuses = values.keySet().stream().filter(name -> !name.equals(":pk")).toList();
    QueryRequest query =
        QueryRequest.builder()
            .tableName(table)
            .keyConditionExpression("pk = :pk")
            .filterExpression("#status IN (" + String.join(", ", statuses) + ")")
            .expressionAttributeNames(Map.of("#status", "status"))
            .expressionAttributeValues(values)
            .consistentRead(true)
            .build();
    return client.queryPaginator(query).items().stream()
        .map(item -> RolloutItems.rollout(item).rollout())
        .filter(rollout -> rollout.wish().artifact().equals(artifact))
        .findFirst();
  }

  @Override
  public Optional<Listed> findRollout(TenantId tenant, RolloutId id) {
    return get(RolloutItems.rollouts(tenant), id.toString()).map(RolloutItems::rollout);
  }

  @Override
  public Optional<RolloutState> loadRollout(TenantId tenant, RolloutId id) {
    return findRollout(tenant, id)
        .map(
            listed -> {
              String parts = RolloutItems.parts(tenant, id);
              List<Map<String, AttributeValue>> plan = new ArrayList<>();
              each(new Range(parts, RolloutItems.PLAN, true), plan::add);
              List<Assignment> stored = new ArrayList<>();
              each(
                  new Range(parts, RolloutItems.DEVICE, true),
                  found -> stored.add(RolloutItems.assignment(found)));
              int waves = listed.rollout().wish().strategy().waves().size();
              return RolloutState.of(listed.rollout(), RolloutItems.plan(waves, plan), stored);
            });
  }

  @Override
  public Page<Listed> listRollouts(TenantId tenant, PageRequest page) {
    return page(newest(tenant), page, RolloutItems::rollout);
  }

  @Override
  public long countRollouts(TenantId tenant) {
    return count(newest(tenant));
  }

  @Override
  public boolean update(Rollout rollout, RolloutEvent event, AuditEvent audit) {
    // Changes of people may overtake each other by a millisecond; either makes it due.
    return written(
        List.of(
            item(change(rollout, Optional.of(event.at()))),
            item(put(RolloutItems.item(event))),
            item(audit)));
  }

  @Override
  public boolean deleteDraft(Rollout rollout, AuditEvent audit) {
    Delete delete =
        Delete.builder()
            .tableName(table)
            .key(key(RolloutItems.rollouts(rollout.tenant()), rollout.id().toString()))
            .conditionExpression(ON_VERSION)
            .expressionAttributeNames(Map.of("#version", "version"))
            .expressionAttributeValues(Map.of(":base", n(rollout.version())))
            .build();
    if (!written(List.of(TransactWriteItem.builder().delete(delete).build(), item(audit)))) {
      return false;
    }
    // Nobody finds these any more; stopping here leaves a little rubbish and nothing else.
    List<String> left = new ArrayList<>();
    String parts = RolloutItems.parts(rollout.tenant(), rollout.id());
    each(new Range(parts, "", true), found -> left.add(text(found, SK)));
    left.forEach(sk -> client.deleteItem(b -> b.tableName(table).key(key(parts, sk))));
    return true;
  }

  @Override
  public Page<RolloutEvent> timeline(TenantId tenant, RolloutId id, PageRequest page) {
    return page(events(tenant, id), page, RolloutItems::event);
  }

  @Override
  public long countEvents(TenantId tenant, RolloutId id) {
    return count(events(tenant, id));
  }

  // ---- the writer of a rollout

  @Override
  public List<Due> due(Instant now, int limit) {
    QueryRequest query =
        QueryRequest.builder()
            .tableName(table)
            .indexName("gsi2")
            .keyConditionExpression("gsi2pk = :pk AND gsi2sk < :now")
            .expressionAttributeValues(
                Map.of(
                    ":pk", s(RolloutItems.DUE),
                    ":now", s("%015d#".formatted(now.toEpochMilli() + 1))))
            .limit(limit)
            .build();
    return client.query(query).items().stream().map(RolloutItems::due).toList();
  }

  @Override
  public Optional<Lease> lease(
      TenantId tenant, RolloutId id, UUID holder, Instant now, Instant until) {
    try {
      Map<String, AttributeValue> after =
          client
              .updateItem(
                  b ->
                      b.tableName(table)
                          .key(key(RolloutItems.parts(tenant, id), RolloutItems.LEASE))
                          .updateExpression(
                              "SET #holder = :holder, #until = :until ADD #token :one")
                          .conditionExpression(ABSENT + " OR #until <= :now OR #holder = :holder")
                          .expressionAttributeNames(
                              Map.of("#holder", "holder", "#until", "until", "#token", "token"))
                          .expressionAttributeValues(
                              Map.of(
                                  ":holder", s(holder.toString()),
                                  ":until", time(until),
                                  ":now", time(now),
                                  ":one", n(1)))
                          .returnValues(ReturnValue.ALL_NEW))
              .attributes();
      return Optional.of(new Lease(tenant, id, holder, FleetItems.number(after, "token")));
    } catch (ConditionalCheckFailedException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean write(Lease lease, Rollout rollout, RolloutEvent event, AuditEvent audit) {
    return written(
        List.of(
            item(holds(lease)),
            item(change(rollout, Optional.empty())),
            item(put(RolloutItems.item(event))),
            item(audit)));
  }

  @Override
  public boolean write(Lease lease, List<Step> steps) {
    List<Step> open = steps;
    while (!open.isEmpty()) {
      // A device may have several steps; a transaction takes an item once.
      Map<DeviceName, Step> some = new LinkedHashMap<>();
      for (Step step : open) {
        if (some.size() == STEPS_AT_A_TIME || some.containsKey(step.is().device())) {
          break;
        }
        some.put(step.is().device(), step);
      }
      List<TransactWriteItem> items = new ArrayList<>();
      items.add(item(holds(lease)));
      some.values().forEach(step -> items.add(item(put(lease.tenant(), lease.id(), step))));
      List<DeviceName> offered =
          some.values().stream()
              .map(Step::is)
              .filter(is -> is.state() == Assignment.State.OFFERED)
              .map(Assignment::device)
              .toList();
      if (!offered.isEmpty()) {
        items.add(change(lease.tenant(), lease.id(), offered));
      }
      if (!written(items)) {
        return false;
      }
      open = open.subList(some.size(), open.size());
    }
    return true;
  }

  @Override
  public void evaluated(
      Lease lease,
      Counts counts,
      Map<Decision.Hold, Integer> holds,
      Instant at,
      Optional<Instant> next) {
    Map<String, String> names =
        new HashMap<>(Map.of("#counts", "counts", "#holds", "holds", "#at", "evaluatedAt"));
    Map<String, AttributeValue> values =
        new HashMap<>(
            Map.of(
                ":counts", RolloutItems.numbers(counts.devices()),
                ":holds", RolloutItems.numbers(holds),
                ":at", time(at),
                ":due", s(RolloutItems.dueKey(at, lease.tenant(), lease.id()) + "~")));
    String due =
        next.map(
                when -> {
                  values.put(":pk", s(RolloutItems.DUE));
                  values.put(":next", s(RolloutItems.dueKey(when, lease.tenant(), lease.id())));
                  return ", gsi2pk = :pk, gsi2sk = :next";
                })
            .orElse(" REMOVE gsi2pk, gsi2sk");
    Update says =
        Update.builder()
            .tableName(table)
            .key(key(RolloutItems.rollouts(lease.tenant()), lease.id().toString()))
            .updateExpression("SET #counts = :counts, #holds = :holds, #at = :at" + due)
            // What became due while this was evaluated stays due.
            .conditionExpression(
                "attribute_exists(pk) AND (attribute_not_exists(gsi2sk) OR gsi2sk <= :due)")
            .expressionAttributeNames(names)
            .expressionAttributeValues(values)
            .build();
    Update back =
        Update.builder()
            .tableName(table)
            .key(key(RolloutItems.parts(lease.tenant(), lease.id()), RolloutItems.LEASE))
            .updateExpression("SET #until = :zero")
            .conditionExpression("#token = :token")
            .expressionAttributeNames(Map.of("#until", "until", "#token", "token"))
            .expressionAttributeValues(Map.of(":zero", n(0), ":token", n(lease.token())))
            .build();
    if (!written(List.of(item(says), item(back)))) {
      written(List.of(item(back)));
    }
  }

  // ---- devices

  @Override
  public Map<DeviceName, Set<RolloutId>> inFlight(TenantId tenant) {
    Map<DeviceName, Set<RolloutId>> found = new HashMap<>();
    each(
        new Range(RolloutItems.flight(tenant), "", true, Optional.of("gsi1")),
        item -> {
          if (FleetItems.waiting(item) instanceof Work.Update(RolloutId rollout)) {
            found
                .computeIfAbsent(new DeviceName(text(item, "device")), _ -> new LinkedHashSet<>())
                .add(rollout);
          }
        });
    return found;
  }

  @Override
  public Optional<Assignment> findAssignment(TenantId tenant, RolloutId id, DeviceName device) {
    return get(RolloutItems.parts(tenant, id), RolloutItems.DEVICE + device)
        .map(RolloutItems::assignment);
  }

  @Override
  public long lastCounter(TenantId tenant, DeviceName device) {
    return get(RolloutItems.counters(tenant), device.value())
        .map(item -> FleetItems.number(item, "last"))
        .orElse(0L);
  }

  private Update counter(TenantId tenant, DeviceName device, long counter) {
    return Update.builder()
        .tableName(table)
        .key(key(RolloutItems.counters(tenant), device.value()))
        .updateExpression("SET #last = :counter")
        .conditionExpression("attribute_not_exists(#last) OR #last < :counter")
        .expressionAttributeNames(Map.of("#last", "last"))
        .expressionAttributeValues(Map.of(":counter", n(counter)))
        .build();
  }

  @Override
  public boolean deliver(TenantId tenant, RolloutId id, Rollout.Status status, Step step) {
    ConditionCheck check =
        ConditionCheck.builder()
            .tableName(table)
            .key(key(RolloutItems.rollouts(tenant), id.toString()))
            .conditionExpression("#status = :status")
            .expressionAttributeNames(Map.of("#status", "status"))
            .expressionAttributeValues(Map.of(":status", s(status.name())))
            .build();
    List<TransactWriteItem> items = new ArrayList<>();
    items.add(item(check));
    items.add(item(put(tenant, id, step)));
    Optional<Long> before = step.was().flatMap(Assignment::counter);
    step.is()
        .counter()
        .filter(_ -> before.isEmpty())
        .ifPresent(counter -> items.add(item(counter(tenant, step.is().device(), counter))));
    return written(items);
  }

  @Override
  public boolean report(TenantId tenant, RolloutId id, Step step, Instant now) {
    List<TransactWriteItem> items = new ArrayList<>();
    items.add(item(put(tenant, id, step)));
    if (step.is().state().isFinal()) {
      items.add(change(tenant, id, List.of(step.is().device())));
    }
    if (!written(items)) {
      return false;
    }
    if (step.is().state().isFinal()) {
      // Were this lost, the next sweep would see the report as well.
      Update due =
          Update.builder()
              .tableName(table)
              .key(key(RolloutItems.rollouts(tenant), id.toString()))
              .updateExpression("SET gsi2pk = :pk, gsi2sk = :now")
              .conditionExpression(
                  "attribute_exists(pk) AND (attribute_not_exists(gsi2sk) OR gsi2sk > :now)")
              .expressionAttributeValues(
                  Map.of(
                      ":pk", s(RolloutItems.DUE),
                      ":now", s(RolloutItems.dueKey(now, tenant, id))))
              .build();
      written(List.of(item(due)));
    }
    return true;
  }

  // ---- writes

  private TransactWriteItem change(TenantId tenant, RolloutId id, List<DeviceName> devices) {
    return item(put(FleetItems.change(tenant, devices, new Work.Update(id), clock.instant())));
  }

  private Update change(Rollout rollout, Optional<Instant> dueAt) {
    Map<String, AttributeValue> attributes = new LinkedHashMap<>(RolloutItems.changing(rollout));
    attributes.put("version", n(rollout.version() + 1));
    dueAt.ifPresent(
        at -> {
          attributes.put("gsi2pk", s(RolloutItems.DUE));
          attributes.put("gsi2sk", s(RolloutItems.dueKey(at, rollout.tenant(), rollout.id())));
        });
    Map<String, String> names = new HashMap<>();
    Map<String, AttributeValue> values = new HashMap<>();
    List<String> sets = new ArrayList<>();
    attributes.forEach(
        (name, value) -> {
          names.put("#" + name, name);
          values.put(":" + name, value);
          sets.add("#" + name + " = :" + name);
        });
    values.put(":base", n(rollout.version()));
    return Update.builder()
        .tableName(table)
        .key(key(RolloutItems.rollouts(rollout.tenant()), rollout.id().toString()))
        .updateExpression("SET " + String.join(", ", sets))
        .conditionExpression(ON_VERSION)
        .expressionAttributeNames(names)
        .expressionAttributeValues(values)
        .build();
  }

  private ConditionCheck holds(Lease lease) {
    return ConditionCheck.builder()
        .tableName(table)
        .key(key(RolloutItems.parts(lease.tenant(), lease.id()), RolloutItems.LEASE))
        .conditionExpression("#token = :token")
        .expressionAttributeNames(Map.of("#token", "token"))
        .expressionAttributeValues(Map.of(":token", n(lease.token())))
        .build();
  }

  /// An assignment is as it was read when attempt, state and stalling are: all else changes with
  /// one of them.
  private Put put(TenantId tenant, RolloutId id, Step step) {
    Put.Builder put = put(RolloutItems.item(tenant, id, step.is())).toBuilder();
    Optional<Assignment> stored =
        step.was()
            .filter(was -> was.changedAt().isPresent() || was.cause() != Assignment.Cause.PLANNED);
    if (stored.isEmpty()) {
      return put.conditionExpression(ABSENT).build();
    }
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":attempt", n(stored.get().attempt()));
    values.put(":state", s(stored.get().state().name()));
    values.put(":stalled", AttributeValue.fromBool(stored.get().stalled()));
    stored.get().counter().ifPresent(counter -> values.put(":counter", n(counter)));
    return put.conditionExpression(
            "#attempt = :attempt AND #state = :state AND #stalled = :stalled AND "
                + (values.containsKey(":counter")
                    ? "#counter = :counter"
                    : "attribute_not_exists(#counter)"))
        .expressionAttributeNames(
            Map.of(
                "#attempt",
                "attempt",
                "#state",
                "state",
                "#stalled",
                "stalled",
                "#counter",
                "counter"))
        .expressionAttributeValues(values)
        .build();
  }

  private boolean written(List<TransactWriteItem> items) {
    return transactions.write(items) instanceof Transactions.Written;
  }

  private Put put(Map<String, AttributeValue> item) {
    return Put.builder().tableName(table).item(item).build();
  }

  private TransactWriteItem item(AuditEvent audit) {
    return item(put(FleetItems.item(audit)));
  }

  private static TransactWriteItem item(Put put) {
    return TransactWriteItem.builder().put(put).build();
  }

  private static TransactWriteItem item(Update update) {
    return TransactWriteItem.builder().update(update).build();
  }

  private static TransactWriteItem item(ConditionCheck check) {
    return TransactWriteItem.builder().conditionCheck(check).build();
  }

  // ---- reads

  /// Items of a partition, of the table or of an index, whose sort key begins so.
  private record Range(String pk, String prefix, boolean ascending, Optional<String> index) {
    Range(String pk, String prefix, boolean ascending) {
      this(pk, prefix, ascending, Optional.empty());
    }

    String pkName() {
      return index.map(name -> name + "pk").orElse(PK);
    }

    String skName() {
      return index.map(name -> name + "sk").orElse(SK);
    }
  }

  private static Range newest(TenantId tenant) {
    return new Range(RolloutItems.newest(tenant), "", false, Optional.of("gsi1"));
  }

  private static Range events(TenantId tenant, RolloutId id) {
    return new Range(RolloutItems.parts(tenant, id), RolloutItems.EVENT, false);
  }

  private Optional<Map<String, AttributeValue>> get(String pk, String sk) {
    return Optional.of(
            client.getItem(b -> b.tableName(table).key(key(pk, sk)).consistentRead(true)).item())
        .filter(item -> !item.isEmpty());
  }

  private QueryRequest.Builder query(Range range) {
    Map<String, AttributeValue> values = new HashMap<>(Map.of(":pk", s(range.pk())));
    String condition = range.pkName() + " = :pk";
    if (!range.prefix().isEmpty()) {
      condition += " AND begins_with(" + range.skName() + ", :prefix)";
      values.put(":prefix", s(range.prefix()));
    }
    QueryRequest.Builder query =
        QueryRequest.builder()
            .tableName(table)
            .keyConditionExpression(condition)
            .expressionAttributeValues(values)
            .scanIndexForward(range.ascending());
    return range.index().isPresent()
        ? query.indexName(range.index().get())
        : query.consistentRead(true);
  }

  private void each(Range range, Consumer<Map<String, AttributeValue>> consumer) {
    client.queryPaginator(query(range).build()).items().forEach(consumer);
  }

  /// How many items a range has, at most [#COUNTED].
  private long count(Range range) {
    long counted = 0;
    Map<String, AttributeValue> from = Map.of();
    do {
      QueryRequest.Builder query =
          query(range).select(Select.COUNT).limit(Math.toIntExact(COUNTED - counted));
      QueryResponse answer =
          client.query((from.isEmpty() ? query : query.exclusiveStartKey(from)).build());
      counted += answer.count();
      from = answer.lastEvaluatedKey();
    } while (!from.isEmpty() && counted < COUNTED);
    return counted;
  }

  private <T> Page<T> page(
      Range range, PageRequest page, Function<Map<String, AttributeValue>, T> reader) {
    QueryRequest.Builder query = query(range);
    page.cursor()
        .ifPresent(cursor -> query.exclusiveStartKey(startKey(range, SortKeyCursor.open(cursor))));
    int passing = page.offset();
    while (passing > 0) {
      QueryResponse answer = client.query(query.copy().select(Select.COUNT).limit(passing).build());
      passing -= answer.count();
      if (answer.lastEvaluatedKey().isEmpty()) {
        return Page.last(List.of());
      }
      query.exclusiveStartKey(answer.lastEvaluatedKey());
    }
    // One more than asked for tells whether there is a next page.
    QueryResponse answer = client.query(query.limit(page.limit() + 1).build());
    List<Map<String, AttributeValue>> items = answer.items();
    boolean cut = items.size() > page.limit();
    List<Map<String, AttributeValue>> kept = cut ? items.subList(0, page.limit()) : items;
    boolean more = cut || (answer.hasLastEvaluatedKey() && !kept.isEmpty());
    Optional<Cursor> next =
        more
            ? Optional.of(SortKeyCursor.of(text(kept.getLast(), range.skName())))
            : Optional.empty();
    return new Page<>(kept.stream().map(reader).toList(), next);
  }

  /// The key from which a query goes on. An index of rollouts is keyed by the rollout, too.
  private static Map<String, AttributeValue> startKey(Range range, String sk) {
    if (range.index().isEmpty()) {
      if (!sk.startsWith(range.prefix())) {
        throw BaseProblem.INVALID_CURSOR.with();
      }
      return key(range.pk(), sk);
    }
    RolloutId id =
        RolloutId.parse(sk.substring(sk.indexOf('#') + 1))
            .orElseThrow(BaseProblem.INVALID_CURSOR::with);
    Map<String, AttributeValue> key =
        new HashMap<>(key(range.pk().substring(0, range.pk().length() - 1), id.toString()));
    key.put(range.pkName(), s(range.pk()));
    key.put(range.skName(), s(sk));
    return key;
  }
}
