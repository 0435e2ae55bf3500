package io.firmament.platform.rollout;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The JSON of what is asked of a rollout, and of how far it is; see [StrategyJson] for its parts.
/// The first is the contract's, the second is for stores.
public final class RolloutJson {
  private RolloutJson() {}

  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static Rollout.Wish readWish(@Nullable Object value) {
    JsonFields fields = JsonFields.of(value, "");
    Rollout.Wish wish =
        new Rollout.Wish(
            fields.text("name").orElse(""),
            artifact(
                fields
                    .object("artifact")
                    .orElseThrow(() -> Invalid.field("artifact", "is missing"))),
            new GroupName(fields.requiredText("group")),
            StrategyJson.readProbe(fields.any("probe")),
            StrategyJson.readStrategy(fields.any("strategy")),
            StrategyJson.readAdmission(fields.any("admission")),
            fields.flag("draft"),
            fields.time("start_at"));
    fields.end();
    return wish;
  }

  private static ArtifactRef artifact(JsonFields fields) {
    ArtifactRef artifact =
        new ArtifactRef(fields.requiredText("id"), fields.requiredText("version"));
    fields.end();
    return artifact;
  }

  /// What [#readWish] reads as the same wish.
  public static Map<String, Object> write(Rollout.Wish wish) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", wish.label());
    json.put(
        "artifact", Map.of("id", wish.artifact().id(), "version", wish.artifact().version()));
    json.put("group", wish.group().value());
    json.put("probe", StrategyJson.write(wish.probe()));
    json.put("strategy", StrategyJson.write(wish.strategy()));
    json.put("admission", StrategyJson.write(wish.admission()));
    json.put("draft", wish.draft());
    wish.startAt().ifPresent(at -> json.put("start_at", at.toString()));
    return json;
  }

  /// What is asked of a change of a rollout.
  ///
  /// @param release whether the draft is released
  /// @param closeTail whether no further devices are taken in
  public record Change(Optional<String> label, boolean release, boolean closeTail) {}

  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static Change readChange(@Nullable Object value) {
    JsonFields fields = JsonFields.of(value, "");
    for (String name : List.of("draft", "dynamic")) {
      Invalid.unless(!fields.flag(name), name, "can only be changed to false");
    }
    Change change = new Change(fields.text("name"), fields.has("draft"), fields.has("dynamic"));
    fields.end();
    return change;
  }

  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static Command.Approve readApproval(@Nullable Object value) {
    JsonFields fields = JsonFields.of(value, "");
    Command.Approve approve =
        new Command.Approve(fields.whole("wave", 0, Strategy.MAX_WAVES));
    fields.end();
    return approve;
  }

  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static Command.Abort readAbort(@Nullable Object value) {
    JsonFields fields = JsonFields.of(value, "");
    Command.Abort abort =
        new Command.Abort(
            fields.word("policy", Command.Policy.class).orElse(Command.Policy.KEEP));
    fields.end();
    return abort;
  }

  /// What is asked of a group.
  ///
  /// @param name absent in a change
  /// @param membership absent in a change that leaves it
  public record GroupWish(
      Optional<GroupName> name,
      String fleet,
      Optional<String> description,
      Optional<Group.Membership> membership) {}

  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static GroupWish readGroup(@Nullable Object value) {
    GroupWish wish = readGroupFields(JsonFields.of(value, ""), true);
    if (wish.membership().isEmpty()) {
      throw Invalid.field("devices", "a group has devices or a selector");
    }
    return wish;
  }

  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static GroupWish readGroupChange(@Nullable Object value) {
    return readGroupFields(JsonFields.of(value, ""), false);
  }

  private static GroupWish readGroupFields(JsonFields fields, boolean whole) {
    Optional<GroupName> name =
        whole ? Optional.of(groupName(fields.requiredText("name"))) : Optional.empty();
    String fleet = whole ? fields.text("fleet").orElse("default") : "";
    Optional<Group.Membership> membership = Optional.empty();
    if (fields.has("devices")) {
      Invalid.unless(!fields.has("selector"), "selector", "a group has devices or a selector");
      membership =
          Optional.of(
              new Group.Membership.Named(new TreeSet<>(fields.texts("devices"))));
    } else if (fields.has("selector")) {
      membership =
          Optional.of(
              new Group.Membership.Selected(Selector.parse(fields.requiredText("selector"))));
    }
    GroupWish wish = new GroupWish(name, fleet, fields.text("description"), membership);
    fields.end();
    return wish;
  }

  private static GroupName groupName(String text) {
    return GroupName.parse(text)
        .orElseThrow(
            () -> Invalid.field("name", "has letters, digits, dots, dashes and underscores, 1 to 63"));
  }

  /// How far a rollout is; [#readProgress] reads it as the same.
  public static Map<String, Object> write(Rollout.Progress progress) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("status", word(progress.status()));
    json.put("wave", progress.wave());
    progress.openedAt().ifPresent(at -> json.put("opened_at", at.toString()));
    progress.settledAt().ifPresent(at -> json.put("settled_at", at.toString()));
    json.put("next", progress.next());
    json.put("approved", progress.approved());
    json.put("acknowledged", progress.acknowledged());
    json.put("waived", progress.waived());
    progress.halt().ifPresent(halt -> json.put("halt", write(halt)));
    json.put("dynamic", progress.dynamic());
    json.put("unreached", progress.unreached());
    return json;
  }

  /// Why a rollout was halted, as it is answered.
  public static Map<String, Object> write(Rollout.Halt halt) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rule", word(halt.rule()));
    json.put("wave", halt.wave());
    json.put("count", halt.count());
    json.put("of", halt.of());
    json.put("limit", halt.limit());
    return json;
  }

  /// Reads what [#write(Rollout.Progress)] wrote.
  public static Rollout.Progress readProgress(@Nullable Object value) {
    JsonFields fields = JsonFields.of(value, "progress");
    return new Rollout.Progress(
        fields.word("status", Rollout.Status.class).orElseThrow(),
        number(fields, "wave"),
        fields.time("opened_at"),
        fields.time("settled_at"),
        number(fields, "next"),
        number(fields, "approved"),
        fields.numbers("acknowledged"),
        number(fields, "waived"),
        fields.object("halt").map(RolloutJson::halt),
        fields.flag("dynamic"),
        number(fields, "unreached"));
  }

  private static Rollout.Halt halt(JsonFields fields) {
    return new Rollout.Halt(
        fields.word("rule", Rollout.Halt.Rule.class).orElseThrow(),
        number(fields, "wave"),
        number(fields, "count"),
        number(fields, "of"),
        fields.requiredText("limit"));
  }

  private static int number(JsonFields fields, String name) {
    return fields.whole(name, Integer.MIN_VALUE, Integer.MAX_VALUE).orElseThrow();
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /// As it is stored and answered, to the millisecond.
  static Instant now(Clock clock) {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
