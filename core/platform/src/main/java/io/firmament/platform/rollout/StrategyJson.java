package io.firmament.platform.rollout;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The JSON of a strategy, a probe and an admission gate: what a rollout is created with, answered
/// with and stored with. Objects are maps, lists are lists, numbers are Java's.
///
/// ```
/// {"waves":[{"percent":1,"approval":"auto"},{"percent":100,"approval":"manual"}],
///  "max_failure_rate":0.05}
/// ```
public final class StrategyJson {
  private static final int MAX_SOAK = (int) Duration.ofDays(30).toSeconds();
  private static final int MAX_TIMEOUT = (int) Duration.ofDays(90).toSeconds();
  private static final int MAX_DEVICES = 1_000_000;
  private static final int MAX_RATE = 100_000;
  private static final int DAY_MINUTES = 1_440;
  private static final int MAX_SEED = 64;

  private StrategyJson() {}

  /// @param value null for the standard strategy
  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static Strategy readStrategy(@Nullable Object value) {
    if (value == null) {
      return Strategy.standard();
    }
    JsonFields fields = JsonFields.of(value, "strategy");
    List<Wave> waves =
        fields.has("waves")
            ? fields.objects("waves").stream().map(StrategyJson::wave).toList()
            : Strategy.standard().waves();
    Strategy strategy =
        new Strategy(
            waves,
            tolerance(fields),
            pace(fields),
            new Strategy.Cohort(
                fields.flag("dynamic"),
                seed(fields),
                fields
                    .word("on_incompatible", Strategy.Mismatch.class)
                    .orElse(Strategy.Mismatch.REFUSE),
                fields.flag("allow_downgrade")),
            fields.flag("four_eyes"));
    fields.end();
    return strategy;
  }

  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static HealthProbe readProbe(@Nullable Object value) {
    if (value == null) {
      throw Invalid.field("probe", "is missing");
    }
    JsonFields fields = JsonFields.of(value, "probe");
    String type = fields.requiredText("type");
    HealthProbe.Check check =
        switch (type) {
          case "exec" -> new HealthProbe.Check.Exec(fields.texts("command"));
          case "http" -> new HealthProbe.Check.Http(fields.requiredText("url"));
          case "file" -> new HealthProbe.Check.File(fields.requiredText("path"));
          default -> throw Invalid.field("probe.type", "must be one of exec, http, file");
        };
    HealthProbe probe =
        new HealthProbe(
            check,
            Duration.ofSeconds(
                fields.whole("timeout_seconds", 1, HealthProbe.MAX_TIMEOUT).orElse(30)),
            fields.whole("attempts", 1, HealthProbe.MAX_ATTEMPTS).orElse(3),
            Duration.ofSeconds(
                fields.whole("initial_delay_seconds", 0, HealthProbe.MAX_DELAY).orElse(0)));
    fields.end();
    return probe;
  }

  /// @param value null for the standard gate
  /// @throws io.firmament.base.ProblemException `invalid_field` with the place of the bad field
  public static Admission readAdmission(@Nullable Object value) {
    if (value == null) {
      return Admission.standard();
    }
    JsonFields fields = JsonFields.of(value, "admission");
    Admission admission =
        new Admission(
            fields.word("block", Admission.Block.class).orElse(Admission.Block.CRITICAL),
            fields.text("override_reason"));
    fields.end();
    return admission;
  }

  /// What [#readStrategy] reads as the same strategy.
  public static Map<String, Object> write(Strategy strategy) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("waves", strategy.waves().stream().map(StrategyJson::write).toList());
    json.put("max_failure_rate", strategy.tolerance().maxFailureRate());
    json.put("scope", word(strategy.tolerance().scope()));
    json.put("min_executed", strategy.tolerance().minExecuted());
    strategy.tolerance().successThreshold().ifPresent(s -> json.put("success_threshold", s));
    Strategy.Pace pace = strategy.pace();
    json.put("soak_seconds", pace.soak().toSeconds());
    pace.ratePerMinute().ifPresent(rate -> json.put("rate_per_minute", rate));
    pace.maxConcurrent().ifPresent(most -> json.put("max_concurrent", most));
    json.put("wave_timeout_seconds", pace.waveTimeout().toSeconds());
    json.put("late_seconds", pace.late().toSeconds());
    pace.budget().ifPresent(budget -> json.put("disruption_budget", write(budget)));
    pace.windows().ifPresent(windows -> json.put("windows", write(windows)));
    json.put("dynamic", strategy.cohort().dynamic());
    json.put("cohort_seed", strategy.cohort().seed());
    json.put("on_incompatible", word(strategy.cohort().mismatch()));
    json.put("allow_downgrade", strategy.cohort().downgrades());
    json.put("four_eyes", strategy.fourEyes());
    return json;
  }

  /// What [#readProbe] reads as the same probe.
  public static Map<String, Object> write(HealthProbe probe) {
    Map<String, Object> json = new LinkedHashMap<>();
    switch (probe.check()) {
      case HealthProbe.Check.Exec(List<String> command) -> {
        json.put("type", "exec");
        json.put("command", command);
      }
      case HealthProbe.Check.Http(String url) -> {
        json.put("type", "http");
        json.put("url", url);
      }
      case HealthProbe.Check.File(String path) -> {
        json.put("type", "file");
        json.put("path", path);
      }
    }
    json.put("timeout_seconds", probe.timeout().toSeconds());
    json.put("attempts", probe.attempts());
    json.put("initial_delay_seconds", probe.initialDelay().toSeconds());
    return json;
  }

  /// What [#readAdmission] reads as the same gate.
  public static Map<String, Object> write(Admission admission) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("block", admission.block().word());
    admission.overrideReason().ifPresent(reason -> json.put("override_reason", reason));
    return json;
  }

  private static Wave wave(JsonFields fields) {
    Optional<BigDecimal> percent = fields.decimal("percent");
    OptionalInt count = fields.whole("count", 1, MAX_DEVICES);
    Invalid.unless(
        percent.isPresent() != count.isPresent(),
        fields.at("percent"),
        "a wave has a percent or a count, and not both");
    Wave wave =
        new Wave(
            count.isPresent()
                ? new Wave.Reach.Count(count.getAsInt())
                : percent(fields, percent.orElseThrow()),
            fields.word("approval", Wave.Approval.class).orElse(Wave.Approval.AUTO),
            seconds(fields, "soak_seconds", MAX_SOAK));
    fields.end();
    return wave;
  }

  private static Wave.Reach percent(JsonFields fields, BigDecimal percent) {
    BigDecimal hundredths = percent.movePointRight(2).stripTrailingZeros();
    boolean fits =
        hundredths.signum() > 0
            && hundredths.compareTo(BigDecimal.valueOf(10_000)) <= 0
            && hundredths.scale() <= 0;
    Invalid.unless(
        fits,
        fields.at("percent"),
        "must be more than 0 and at most 100, in hundredths at the finest");
    return new Wave.Reach.Percent(hundredths.intValueExact());
  }

  private static Strategy.Tolerance tolerance(JsonFields fields) {
    BigDecimal rate = fields.decimal("max_failure_rate").orElse(BigDecimal.ZERO);
    Invalid.unless(
        rate.signum() >= 0 && rate.compareTo(BigDecimal.ONE) < 0,
        fields.at("max_failure_rate"),
        "must be 0 or more and less than 1");
    Optional<BigDecimal> success = fields.decimal("success_threshold");
    success.ifPresent(
        share ->
            Invalid.unless(
                share.signum() > 0 && share.compareTo(BigDecimal.ONE) <= 0,
                fields.at("success_threshold"),
                "must be more than 0 and at most 1"));
    return new Strategy.Tolerance(
        plain(rate),
        fields.word("scope", Strategy.Scope.class).orElse(Strategy.Scope.ROLLOUT),
        fields.whole("min_executed", 0, MAX_DEVICES).orElse(0),
        success.map(StrategyJson::plain));
  }

  private static BigDecimal plain(BigDecimal share) {
    BigDecimal rounded = share.setScale(6, RoundingMode.HALF_EVEN).stripTrailingZeros();
    return rounded.scale() < 0 ? rounded.setScale(0) : rounded;
  }

  private static Strategy.Pace pace(JsonFields fields) {
    return new Strategy.Pace(
        seconds(fields, "soak_seconds", MAX_SOAK).orElse(Duration.ZERO),
        fields.whole("rate_per_minute", 1, MAX_RATE),
        fields.whole("max_concurrent", 1, MAX_DEVICES),
        Duration.ofSeconds(
            fields
                .whole("wave_timeout_seconds", 60, MAX_TIMEOUT)
                .orElse((int) Strategy.Pace.DAY.toSeconds())),
        seconds(fields, "late_seconds", MAX_TIMEOUT).orElse(Strategy.Pace.DAY),
        fields.object("disruption_budget").map(StrategyJson::budget),
        fields.object("windows").map(StrategyJson::windows));
  }

  private static DisruptionBudget budget(JsonFields fields) {
    DisruptionBudget budget =
        new DisruptionBudget(
            fields.requiredText("group_by"),
            fields.whole("max_unavailable", 1, MAX_DEVICES),
            fields.whole("min_available", 0, MAX_DEVICES));
    fields.end();
    return budget;
  }

  private static MaintenanceWindows windows(JsonFields fields) {
    String name = fields.text("timezone").orElse("UTC");
    MaintenanceWindows windows =
        new MaintenanceWindows(
            zone(fields.at("timezone"), name),
            fields.text("device_timezone_tag"),
            fields.objects("weekly").stream().map(StrategyJson::weekly).toList());
    fields.end();
    return windows;
  }

  private static ZoneId zone(String field, String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw Invalid.field(field, "must be a zone of the IANA time zone database");
    }
  }

  private static MaintenanceWindows.Weekly weekly(JsonFields fields) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String word : fields.texts("days")) {
      days.add(day(fields.at("days"), word));
    }
    LocalTime start;
    try {
      start = LocalTime.parse(fields.requiredText("start"));
    } catch (DateTimeException e) {
      throw Invalid.field(fields.at("start"), "must be a time of day such as 22:30");
    }
    int minutes =
        fields
            .whole("duration_minutes", 1, DAY_MINUTES)
            .orElseThrow(() -> Invalid.field(fields.at("duration_minutes"), "is missing"));
    fields.end();
    return new MaintenanceWindows.Weekly(
        days.isEmpty() ? MaintenanceWindows.everyDay() : days, start, Duration.ofMinutes(minutes));
  }

  private static DayOfWeek day(String field, String word) {
    for (DayOfWeek day : DayOfWeek.values()) {
      if (word(day).equals(word)) {
        return day;
      }
    }
    throw Invalid.field(field, "must be of mon, tue, wed, thu, fri, sat, sun");
  }

  private static String word(DayOfWeek day) {
    return day.name().substring(0, 3).toLowerCase(Locale.ROOT);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String seed(JsonFields fields) {
    String seed = fields.text("cohort_seed").orElse("");
    Invalid.unless(
        seed.length() <= MAX_SEED,
        fields.at("cohort_seed"),
        "has at most " + MAX_SEED + " characters");
    return seed;
  }

  private static Optional<Duration> seconds(JsonFields fields, String name, int most) {
    OptionalInt seconds = fields.whole(name, 0, most);
    return seconds.isPresent()
        ? Optional.of(Duration.ofSeconds(seconds.getAsInt()))
        : Optional.empty();
  }

  private static Map<String, Object> write(Wave wave) {
    Map<String, Object> json = new LinkedHashMap<>();
    switch (wave.reach()) {
      case Wave.Reach.Percent(int hundredths) ->
          json.put("percent", plain(BigDecimal.valueOf(hundredths, 2)));
      case Wave.Reach.Count(int devices) -> json.put("count", devices);
    }
    json.put("approval", word(wave.approval()));
    wave.soak().ifPresent(soak -> json.put("soak_seconds", soak.toSeconds()));
    return json;
  }

  private static Map<String, Object> write(DisruptionBudget budget) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("group_by", budget.groupBy());
    budget.maxUnavailable().ifPresent(most -> json.put("max_unavailable", most));
    budget.minAvailable().ifPresent(least -> json.put("min_available", least));
    return json;
  }

  private static Map<String, Object> write(MaintenanceWindows windows) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("timezone", windows.zone().getId());
    windows.zoneTag().ifPresent(tag -> json.put("device_timezone_tag", tag));
    List<Map<String, Object>> weekly = new ArrayList<>();
    for (MaintenanceWindows.Weekly window : windows.weekly()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("days", window.days().stream().sorted().map(StrategyJson::word).toList());
      each.put("start", window.start().toString());
      each.put("duration_minutes", window.length().toMinutes());
      weekly.add(each);
    }
    json.put("weekly", weekly);
    return json;
  }
}
