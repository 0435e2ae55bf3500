package io.firmament.agent.update;

import io.firmament.tuf.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The JSON of an [UpdateState].
final class StateJson {
  private static final long FORMAT = 1;
  private static final int MANY = 1_000_000;

  private StateJson() {}

  static Json.Obj write(UpdateState state) {
    Json.Obj installed = Json.Obj.EMPTY;
    for (Map.Entry<String, UpdateState.Installed> entry : state.installed().entrySet()) {
      installed = installed.with(entry.getKey(), write(entry.getValue()));
    }
    Json.Obj json =
        Json.Obj.EMPTY
            .with("format", FORMAT)
            .with("last_issued", state.lastIssued().toString())
            .with("installed", installed)
            .with("outbox", reports(state.outbox()))
            .with("done", reports(state.done()));
    if (state.job().isPresent()) {
      json = json.with("job", write(state.job().get()));
    }
    return state.untidied().isPresent()
        ? json.with("untidied", write(state.untidied().get()))
        : json;
  }

  /// @throws IllegalArgumentException for what [#write] did not write
  static UpdateState read(Json.Obj json) {
    JsonFields fields = new JsonFields(json, "");
    fields.number("format", FORMAT, FORMAT);
    TreeMap<String, UpdateState.Installed> installed = new TreeMap<>();
    JsonFields artifacts = fields.object("installed");
    artifacts.names().forEach(name -> installed.put(name, readInstalled(artifacts.object(name))));
    return new UpdateState(
        installed,
        fields.optionalObject("job").map(StateJson::readJob),
        fields.optionalObject("untidied").map(StateJson::readJob),
        readReports(fields, "outbox"),
        readReports(fields, "done"),
        fields.time("last_issued"));
  }

  private static Json.Obj write(UpdateState.Installed installed) {
    Json.Obj json =
        Json.Obj.EMPTY
            .with("current", write(installed.current()))
            .with("history", Json.Arr.ofTexts(installed.history()));
    if (installed.before().isEmpty()) {
      return json;
    }
    UpdateState.Before before = installed.before().get();
    Json.Obj old = Json.Obj.EMPTY.with("backup", before.backup());
    return json.with(
        "before",
        before.version().isPresent() ? old.with("version", write(before.version().get())) : old);
  }

  private static UpdateState.Installed readInstalled(JsonFields fields) {
    return new UpdateState.Installed(
        readVersion(fields.object("current")),
        fields
            .optionalObject("before")
            .map(
                old ->
                    new UpdateState.Before(
                        old.text("backup"),
                        old.optionalObject("version").map(StateJson::readVersion))),
        fields.texts("history"));
  }

  private static Json.Obj write(UpdateState.Version version) {
    return Json.Obj.EMPTY
        .with("version", version.name())
        .with("kind", version.kind())
        .with("sha256", version.sha256())
        .with("delivery", version.delivery().json());
  }

  private static UpdateState.Version readVersion(JsonFields fields) {
    return new UpdateState.Version(
        fields.text("version"),
        fields.text("kind"),
        fields.text("sha256"),
        Delivery.read(fields.json("delivery")));
  }

  private static Json reports(List<Report> reports) {
    List<Json> list = new ArrayList<>();
    for (Report report : reports) {
      list.add(
          Json.Obj.EMPTY
              .with("rollout", report.key().rollout())
              .with("attempt", report.key().attempt())
              .with("status", word(report.status()))
              .with("detail", report.detail()));
    }
    return new Json.Arr(list);
  }

  private static List<Report> readReports(JsonFields fields, String name) {
    List<Report> reports = new ArrayList<>();
    for (JsonFields each : fields.objects(name)) {
      reports.add(
          new Report(key(each), constant(Status.class, each.text("status")), each.text("detail")));
    }
    return reports;
  }

  private static Json.Obj write(Job job) {
    Order order = job.order();
    Json.Obj json =
        Json.Obj.EMPTY
            .with("rollout", order.key().rollout())
            .with("attempt", order.key().attempt())
            .with("action", word(order.action()))
            .with("artifact", order.artifact().name())
            .with("version", order.artifact().version())
            .with("kind", order.artifact().kind())
            .with("path", order.target().path())
            .with("length", order.target().length())
            .with("sha256", order.target().sha256())
            .with("probe", order.probe())
            .with("issued", order.issued().toString())
            .with("expires", order.expires().toString())
            .with("delivery", job.delivery().json())
            .with("phase", word(job.phase()))
            .with("starts", job.starts())
            .with("detail", job.detail());
    Optional<String> backup = job.backup();
    return backup.isPresent() ? json.with("backup", backup.get()) : json;
  }

  private static Job readJob(JsonFields fields) {
    Order order =
        new Order(
            key(fields),
            constant(Order.Action.class, fields.text("action")),
            new Order.Artifact(
                fields.text("artifact"), fields.text("version"), fields.text("kind")),
            new Order.Target(
                fields.text("path"),
                fields.number("length", 0, Long.MAX_VALUE),
                fields.text("sha256")),
            fields.json("probe"),
            fields.time("issued"),
            fields.time("expires"));
    return new Job(
        order,
        Delivery.read(fields.json("delivery")),
        constant(Job.Phase.class, fields.text("phase")),
        (int) fields.number("starts", 0, MANY),
        fields.optionalText("backup"),
        fields.text("detail"));
  }

  private static Order.Key key(JsonFields fields) {
    return new Order.Key(
        fields.text("rollout"), (int) fields.number("attempt", 1, Integer.MAX_VALUE));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String word) {
    return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
  }
}
