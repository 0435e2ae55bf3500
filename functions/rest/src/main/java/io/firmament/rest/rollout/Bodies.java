package io.firmament.rest.rollout;

import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.rollout.Admission;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.Creation;
import io.firmament.platform.rollout.Forecast;
import io.firmament.platform.rollout.Group;
import io.firmament.platform.rollout.Groups;
import io.firmament.platform.rollout.Rollout;
import io.firmament.platform.rollout.RolloutEvent;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.rollout.Rollouts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Groups and rollouts as they are answered.
final class Bodies {
  private static final int SHOWN = 200;

  private Bodies() {}

  static Map<String, Object> of(Group group) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", group.name().value());
    json.put("fleet", group.fleet().value());
    json.put("description", group.description());
    if (group.membership() instanceof Group.Membership.Selected selected) {
      json.put("selector", selected.selector().text());
    }
    json.put("created_at", group.createdAt().toString());
    return json;
  }

  static Map<String, Object> of(Groups.Resolved resolved) {
    Map<String, Object> json = of(resolved.group());
    List<DeviceName> members = resolved.resolution().members();
    json.put("devices", members.stream().limit(SHOWN).map(DeviceName::value).toList());
    json.put("device_count", members.size());
    json.put("unresolved", resolved.resolution().unresolved());
    return json;
  }

  static Map<String, Object> of(RolloutStore.Listed listed) {
    Rollout rollout = listed.rollout();
    Rollout.Progress progress = rollout.progress();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", rollout.id().toString());
    json.putAll(RolloutJson.write(rollout.wish()));
    json.remove("draft");
    putNullable(json, "start_at", rollout.wish().startAt().map(Instant::toString));
    json.put("fleet", rollout.fleet().value());
    json.put("status", word(progress.status()));
    putNullable(json, "wave", index(progress.wave()));
    putNullable(json, "waiting_wave", index(progress.next()));
    putNullable(json, "halt", progress.halt().map(RolloutJson::write));
    json.put("dynamic", progress.dynamic());
    json.put("unreached", progress.unreached());
    json.put("counts", numbers(listed.counts().devices()));
    json.put("holds", numbers(listed.holds()));
    putNullable(json, "evaluated_at", listed.evaluatedAt().map(Instant::toString));
    json.put("created_by", rollout.author().toString());
    json.put("created_at", rollout.createdAt().toString());
    return json;
  }

  static Map<String, Object> of(Creation creation) {
    Map<String, Object> json =
        of(
            new RolloutStore.Listed(
                creation.state().rollout(), creation.state().counts(), Map.of(), Optional.empty()));
    json.put("unresolved", creation.unresolved());
    excluded(json, creation);
    return json;
  }

  private static void excluded(Map<String, Object> json, Creation creation) {
    List<Map<String, Object>> shown = new ArrayList<>();
    Map<String, Object> byReason = new TreeMap<>();
    creation
        .excluded()
        .forEach(
            (device, unmet) -> {
              String reason = word(unmet.reason());
              byReason.merge(reason, 1, (count, _) -> (Integer) count + 1);
              if (shown.size() < SHOWN) {
                shown.add(Map.of("device", device, "reason", reason, "detail", unmet.detail()));
              }
            });
    json.put("excluded", shown);
    json.put("excluded_count", creation.excluded().size());
    json.put("excluded_by_reason", byReason);
  }

  static Map<String, Object> of(Rollouts.Preview preview) {
    Creation creation = preview.creation();
    Map<String, Object> json = new LinkedHashMap<>();
    preview
        .refusal()
        .ifPresent(
            refusal -> {
              json.put("refusal", String.valueOf(refusal.getMessage()));
              json.put("refusal_code", refusal.problem().code());
            });
    if (creation.verdict() instanceof Admission.Verdict.Admitted(int closedByVex)) {
      json.put("closed_by_vex", closedByVex);
    }
    if (creation.verdict() instanceof Admission.Verdict.Refused(_, int closedByVex)) {
      json.put("closed_by_vex", closedByVex);
    }
    json.put("devices", creation.plan().size());
    json.put("unresolved", creation.unresolved());
    excluded(json, creation);
    List<Map<String, Object>> waves = new ArrayList<>();
    for (Forecast.WaveForecast wave : preview.forecast().waves()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("wave", wave.wave());
      each.put("device_count", wave.devices());
      each.put("needs_approval", wave.approval());
      putNullable(each, "opens_at", wave.opensAt().map(Instant::toString));
      putNullable(each, "settles_at", wave.settlesAt().map(Instant::toString));
      List<Map<String, Object>> devices = new ArrayList<>();
      creation.state().assignments().values().stream()
          .filter(assignment -> assignment.wave() == wave.wave())
          .limit(SHOWN)
          .forEach(
              assignment -> {
                Map<String, Object> device = new LinkedHashMap<>();
                device.put("device", assignment.device().value());
                putNullable(
                    device,
                    "at",
                    Optional.ofNullable(preview.forecast().offers().get(assignment.device()))
                        .map(Instant::toString));
                devices.add(device);
              });
      each.put("devices", devices);
      waves.add(each);
    }
    json.put("waves", waves);
    putNullable(json, "completes_at", preview.forecast().completesAt().map(Instant::toString));
    return json;
  }

  static Map<String, Object> of(RolloutEvent event) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("at", event.at().toString());
    json.put("type", word(event.kind()));
    json.put("actor", event.actor());
    json.put("facts", event.facts());
    return json;
  }

  static Map<String, Object> of(Assignment assignment) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("device", assignment.device().value());
    json.put("wave", assignment.wave());
    json.put("action", word(assignment.action()));
    json.put("state", word(assignment.state()));
    json.put("stalled", assignment.stalled());
    json.put("attempt", assignment.attempt());
    json.put("cause", word(assignment.cause()));
    json.put("detail", assignment.detail());
    putNullable(json, "offered_at", assignment.offeredAt().map(Instant::toString));
    putNullable(json, "changed_at", assignment.changedAt().map(Instant::toString));
    return json;
  }

  private static Optional<Integer> index(int wave) {
    return wave < 0 ? Optional.empty() : Optional.of(wave);
  }

  @SuppressWarnings("NullAway") // A JSON null; maps of the core have none.
  private static void putNullable(Map<String, Object> json, String name, Optional<?> value) {
    @Nullable Object found = value.orElse(null);
    json.put(name, found);
  }

  private static Map<String, Object> numbers(Map<? extends Enum<?>, Integer> values) {
    Map<String, Object> json = new LinkedHashMap<>();
    values.forEach((name, value) -> json.put(word(name), value));
    return json;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
