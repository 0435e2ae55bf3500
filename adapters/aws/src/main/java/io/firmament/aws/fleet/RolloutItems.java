package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.find;
import static io.firmament.aws.fleet.FleetItems.instant;
import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.n;
import static io.firmament.aws.fleet.FleetItems.number;
import static io.firmament.aws.fleet.FleetItems.s;
import static io.firmament.aws.fleet.FleetItems.text;
import static io.firmament.aws.fleet.FleetItems.texts;
import static io.firmament.aws.fleet.FleetItems.time;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.base.finding.Severity;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.Counts;
import io.firmament.platform.rollout.Decision;
import io.firmament.platform.rollout.Group;
import io.firmament.platform.rollout.GroupName;
import io.firmament.platform.rollout.Plan;
import io.firmament.platform.rollout.Requirements;
import io.firmament.platform.rollout.Rollout;
import io.firmament.platform.rollout.RolloutEvent;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.rollout.Selector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// How groups and rollouts are written as items.
///
/// | record | pk | sk | gsi1pk, gsi1sk | gsi2pk, gsi2sk |
/// | --- | --- | --- | --- | --- |
/// | group | `T#<tenant>#GROUP` | name | | |
/// | what is known of an artifact | `T#<tenant>#ARTIFACT-FACTS` | id and version | | |
/// | what an artifact provides | `T#<tenant>#PROVIDED` | id and version | | |
/// | rollout | `T#<tenant>#ROLLOUT` | id | `T#<tenant>#ROLLOUTS`, milliseconds `#` id | DUE |
/// | part of its plan | `T#<tenant>#ROLLOUT#<id>` | `PLAN#` number | | |
/// | assignment | `T#<tenant>#ROLLOUT#<id>` | `DEVICE#` name | FLIGHT | |
/// | event of its timeline | `T#<tenant>#ROLLOUT#<id>` | `EVENT#` milliseconds `#` id | | |
/// | last counter of a device | `T#<tenant>#COUNTER` | name | | |
/// | lease | `T#<tenant>#ROLLOUT#<id>` | `LEASE` | | |
///
/// DUE is `ROLLOUT-DUE`, milliseconds `#` tenant `#` id, while an evaluation is due some time;
/// FLIGHT is `T#<tenant>#FLIGHT`, name `#` rollout, while the assignment is in flight.
final class RolloutItems {
  static final String DUE = "ROLLOUT-DUE";
  static final String LEASE = "LEASE";
  static final String PLAN = "PLAN#";
  static final String DEVICE = "DEVICE#";
  static final String EVENT = "EVENT#";

  private static final int DEVICES_PER_PART = 1_500;
  private static final JsonType<Object> JSON = Jsonb.builder().build().type(Object.class);

  private RolloutItems() {}

  static String groups(TenantId tenant) {
    return "T#" + tenant + "#GROUP";
  }

  static String artifacts(TenantId tenant) {
    return "T#" + tenant + "#ARTIFACT-FACTS";
  }

  static String provided(TenantId tenant) {
    return "T#" + tenant + "#PROVIDED";
  }

  static String rollouts(TenantId tenant) {
    return "T#" + tenant + "#ROLLOUT";
  }

  static String newest(TenantId tenant) {
    return "T#" + tenant + "#ROLLOUTS";
  }

  static String parts(TenantId tenant, RolloutId id) {
    return "T#" + tenant + "#ROLLOUT#" + id;
  }

  static String counters(TenantId tenant) {
    return "T#" + tenant + "#COUNTER";
  }

  static String flight(TenantId tenant) {
    return "T#" + tenant + "#FLIGHT";
  }

  static String newestKey(Rollout rollout) {
    return "%015d#%s".formatted(rollout.createdAt().toEpochMilli(), rollout.id());
  }

  /// Ids have no letters that come after this in the order of keys.
  static String dueKey(Instant at, TenantId tenant, RolloutId id) {
    return "%015d#%s#%s".formatted(at.toEpochMilli(), tenant, id);
  }

  static RolloutStore.Due due(Map<String, AttributeValue> item) {
    return new RolloutStore.Due(TenantId.of(text(item, "tenant")), RolloutId.of(text(item, "id")));
  }

  // ---- groups

  static Map<String, AttributeValue> item(Group group, long version) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(key(groups(group.tenant()), group.name().value()));
    item.put("tenant", s(group.tenant().toString()));
    item.put("name", s(group.name().value()));
    item.put("fleet", s(group.fleet().value()));
    item.put("description", s(group.description()));
    switch (group.membership()) {
      case Group.Membership.Named named -> item.put("devices", s(String.join("\n", named.names())));
      case Group.Membership.Selected(Selector selector) -> item.put("selector", s(selector.text()));
    }
    item.put("createdAt", time(group.createdAt()));
    item.put("version", n(version));
    return item;
  }

  static Group group(Map<String, AttributeValue> item) {
    Group.Membership membership =
        find(item, "selector")
            .<Group.Membership>map(text -> new Group.Membership.Selected(Selector.parse(text.s())))
            .orElseGet(
                () ->
                    new Group.Membership.Named(
                        new TreeSet<>(List.of(text(item, "devices").split("\n", -1)))));
    return new Group(
        TenantId.of(text(item, "tenant")),
        new GroupName(text(item, "name")),
        new FleetName(text(item, "fleet")),
        text(item, "description"),
        membership,
        instant(item, "createdAt"),
        number(item, "version"));
  }

  // ---- artifacts

  static String artifactKey(ArtifactRef artifact) {
    return artifact.id() + "\n" + artifact.version();
  }

  static Map<String, AttributeValue> item(TenantId tenant, ArtifactFacts facts) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(key(artifacts(tenant), artifactKey(facts.artifact())));
    item.put("id", s(facts.artifact().id()));
    item.put("version", s(facts.artifact().version()));
    put(item, facts.requirements());
    item.put("securityOnly", AttributeValue.fromBool(facts.securityOnly()));
    item.put("open", numbers(facts.openVulnerabilities()));
    item.put("closedByVex", numbers(facts.closedByVex()));
    item.put("analysed", AttributeValue.fromBool(facts.analysed()));
    return item;
  }

  static ArtifactFacts artifact(Map<String, AttributeValue> item) {
    return new ArtifactFacts(
        new ArtifactRef(text(item, "id"), text(item, "version")),
        requirements(item),
        find(item, "securityOnly").map(AttributeValue::bool).orElse(false),
        numbers(item, "open", Severity.class),
        numbers(item, "closedByVex", Severity.class),
        find(item, "analysed").map(AttributeValue::bool).orElse(true));
  }

  private static void put(Map<String, AttributeValue> item, Requirements requirements) {
    requirements.compatibility().ifPresent(each -> item.put("compatibility", s(each.text())));
    if (!requirements.depends().isEmpty()) {
      Map<String, AttributeValue> depends = new TreeMap<>();
      requirements.depends().forEach((name, values) -> depends.put(name, list(values)));
      item.put("depends", AttributeValue.fromM(depends));
    }
    if (!requirements.mustPassThrough().isEmpty()) {
      item.put("mustPassThrough", list(requirements.mustPassThrough()));
    }
  }

  private static Requirements requirements(Map<String, AttributeValue> item) {
    SortedMap<String, List<String>> depends = new TreeMap<>();
    find(item, "depends").ifPresent(map -> map.m().forEach((k, v) -> depends.put(k, list(v))));
    return new Requirements(
        find(item, "compatibility").map(text -> Selector.parse(text.s())),
        depends,
        find(item, "mustPassThrough").map(RolloutItems::list).orElse(List.of()));
  }

  private static AttributeValue list(List<String> texts) {
    return AttributeValue.fromL(texts.stream().map(FleetItems::s).toList());
  }

  private static List<String> list(AttributeValue value) {
    return value.l().stream().map(AttributeValue::s).toList();
  }

  // ---- what artifacts provide

  static Map<String, AttributeValue> item(
      TenantId tenant, ArtifactRef artifact, Map<String, String> provides) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(key(provided(tenant), artifactKey(artifact)));
    item.put("id", s(artifact.id()));
    item.put("version", s(artifact.version()));
    item.put("provides", texts(provides));
    return item;
  }

  static ArtifactRef providing(Map<String, AttributeValue> item) {
    return new ArtifactRef(text(item, "id"), text(item, "version"));
  }

  // ---- rollouts

  /// What people and evaluations change of a rollout; never its key, nor what an evaluation says.
  static Map<String, AttributeValue> changing(Rollout rollout) {
    Map<String, AttributeValue> item = new LinkedHashMap<>();
    item.put("wish", s(JSON.toJson(RolloutJson.write(rollout.wish()))));
    item.put("progress", s(JSON.toJson(RolloutJson.write(rollout.progress()))));
    item.put("status", s(rollout.progress().status().name()));
    return item;
  }

  static Map<String, AttributeValue> item(Rollout rollout) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(key(rollouts(rollout.tenant()), rollout.id().toString()));
    item.put("tenant", s(rollout.tenant().toString()));
    item.put("id", s(rollout.id().toString()));
    item.put("fleet", s(rollout.fleet().value()));
    put(item, rollout.requirements());
    item.put("author", s(rollout.author().toString()));
    item.put("createdAt", time(rollout.createdAt()));
    item.put("version", n(rollout.version()));
    item.putAll(changing(rollout));
    item.put("gsi1pk", s(newest(rollout.tenant())));
    item.put("gsi1sk", s(newestKey(rollout)));
    item.put("gsi2pk", s(DUE));
    item.put("gsi2sk", s(dueKey(rollout.createdAt(), rollout.tenant(), rollout.id())));
    return item;
  }

  static RolloutStore.Listed rollout(Map<String, AttributeValue> item) {
    Rollout rollout =
        new Rollout(
            TenantId.of(text(item, "tenant")),
            RolloutId.of(text(item, "id")),
            RolloutJson.readWish(JSON.fromJson(text(item, "wish"))),
            new FleetName(text(item, "fleet")),
            requirements(item),
            UserId.of(text(item, "author")),
            instant(item, "createdAt"),
            RolloutJson.readProgress(JSON.fromJson(text(item, "progress"))),
            number(item, "version"));
    if (find(item, "evaluatedAt").isEmpty()) {
      return new RolloutStore.Listed(rollout, Counts.none(), Map.of(), Optional.empty());
    }
    return new RolloutStore.Listed(
        rollout,
        new Counts(numbers(item, "counts", Counts.Place.class)),
        numbers(item, "holds", Decision.Hold.class),
        Optional.of(instant(item, "evaluatedAt")));
  }

  // ---- plans

  /// A plan in parts, each far smaller than an item may be.
  static List<Map<String, AttributeValue>> items(Rollout rollout, Plan plan) {
    List<String> lines = new ArrayList<>();
    for (int wave = 0; wave < plan.waves().size(); wave++) {
      for (DeviceName device : plan.waves().get(wave)) {
        lines.add(wave + " " + device);
      }
    }
    List<Map<String, AttributeValue>> items = new ArrayList<>();
    for (int from = 0; from < lines.size(); from += DEVICES_PER_PART) {
      List<String> some = lines.subList(from, Math.min(lines.size(), from + DEVICES_PER_PART));
      Map<String, AttributeValue> item =
          new LinkedHashMap<>(
              key(
                  parts(rollout.tenant(), rollout.id()),
                  PLAN + "%03d".formatted(from / DEVICES_PER_PART)));
      item.put("devices", s(String.join("\n", some)));
      items.add(item);
    }
    return items;
  }

  static Plan plan(int waves, List<Map<String, AttributeValue>> items) {
    List<List<DeviceName>> all = new ArrayList<>();
    for (int wave = 0; wave < waves; wave++) {
      all.add(new ArrayList<>());
    }
    for (Map<String, AttributeValue> item : items) {
      for (String line : text(item, "devices").split("\n", -1)) {
        int blank = line.indexOf(' ');
        all.get(Integer.parseInt(line.substring(0, blank)))
            .add(new DeviceName(line.substring(blank + 1)));
      }
    }
    return new Plan(all);
  }

  // ---- assignments

  static Map<String, AttributeValue> item(TenantId tenant, RolloutId id, Assignment assignment) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(key(parts(tenant, id), DEVICE + assignment.device()));
    item.put("device", s(assignment.device().value()));
    item.put("rollout", s(id.toString()));
    item.put("wave", n(assignment.wave()));
    item.put("action", s(assignment.action().name()));
    item.put("attempt", n(assignment.attempt()));
    item.put("state", s(assignment.state().name()));
    item.put("stalled", AttributeValue.fromBool(assignment.stalled()));
    assignment.offeredAt().ifPresent(at -> item.put("offeredAt", time(at)));
    assignment.changedAt().ifPresent(at -> item.put("changedAt", time(at)));
    item.put("cause", s(assignment.cause().name()));
    item.put("detail", s(assignment.detail()));
    assignment.counter().ifPresent(counter -> item.put("counter", n(counter)));
    assignment.replaces().ifPresent(version -> item.put("replaces", s(version)));
    Assignment.State state = assignment.state();
    if (state.compareTo(Assignment.State.OFFERED) >= 0 && !state.isFinal()) {
      item.put("gsi1pk", s(flight(tenant)));
      item.put("gsi1sk", s(assignment.device() + "#" + id));
    }
    return item;
  }

  static Assignment assignment(Map<String, AttributeValue> item) {
    return new Assignment(
        new DeviceName(text(item, "device")),
        Math.toIntExact(number(item, "wave")),
        Assignment.Action.valueOf(text(item, "action")),
        Math.toIntExact(number(item, "attempt")),
        Assignment.State.valueOf(text(item, "state")),
        find(item, "stalled").map(AttributeValue::bool).orElse(false),
        find(item, "offeredAt").map(_ -> instant(item, "offeredAt")),
        find(item, "changedAt").map(_ -> instant(item, "changedAt")),
        Assignment.Cause.valueOf(text(item, "cause")),
        text(item, "detail"),
        find(item, "counter").map(_ -> number(item, "counter")),
        find(item, "replaces").map(AttributeValue::s));
  }

  // ---- events

  static Map<String, AttributeValue> item(RolloutEvent event) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(
            key(
                parts(event.tenant(), event.rollout()),
                EVENT + "%015d#%s".formatted(event.at().toEpochMilli(), event.id())));
    item.put("id", s(event.id().toString()));
    item.put("tenant", s(event.tenant().toString()));
    item.put("rollout", s(event.rollout().toString()));
    item.put("at", time(event.at()));
    item.put("kind", s(event.kind().name()));
    item.put("actor", s(event.actor()));
    item.put("facts", texts(event.facts()));
    return item;
  }

  static RolloutEvent event(Map<String, AttributeValue> item) {
    return new RolloutEvent(
        UUID.fromString(text(item, "id")),
        TenantId.of(text(item, "tenant")),
        RolloutId.of(text(item, "rollout")),
        instant(item, "at"),
        RolloutEvent.Kind.valueOf(text(item, "kind")),
        text(item, "actor"),
        texts(item, "facts"));
  }

  static AttributeValue numbers(Map<? extends Enum<?>, Integer> values) {
    Map<String, AttributeValue> map = new TreeMap<>();
    values.forEach((name, value) -> map.put(name.name(), n(value)));
    return AttributeValue.fromM(map);
  }

  static <E extends Enum<E>> Map<E, Integer> numbers(
      Map<String, AttributeValue> item, String name, Class<E> type) {
    Map<E, Integer> values = new EnumMap<>(type);
    find(item, name)
        .ifPresent(
            map ->
                map.m()
                    .forEach(
                        (each, value) ->
                            values.put(Enum.valueOf(type, each), Integer.valueOf(value.n()))));
    return values;
  }
}
