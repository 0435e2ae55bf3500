package io.firmament.agent.update;

import io.firmament.tuf.Hashes;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.TufException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A platform for the state machine: it believes its own orders, serves their contents and hears
/// reports as the real one does. What is signed and how is not looked at here.
final class TestPlatform implements Trust, ContentSource, Reports {
  static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  final Map<Order.Key, List<Report>> heard = new LinkedHashMap<>();
  Instant issued = NOW;
  Optional<RefusedException> refusal = Optional.empty();
  boolean deaf;

  /// How many bytes are served before the connection breaks; -1 for all.
  int breaksAfter = -1;

  private final Map<String, byte[]> contents = new HashMap<>();
  private final Map<Order.Key, Order> orders = new LinkedHashMap<>();
  private final Map<String, Json.Obj> published = new HashMap<>();

  /// Publishes a version.
  Order.Target publish(String name, String version, String kind, byte[] content, String delivery) {
    Order.Target target =
        new Order.Target(
            "fleets/default/" + name + "/" + version + "/file",
            content.length,
            Hashes.sha256(content));
    contents.put(target.path(), content);
    published.put(
        target.path(),
        json(
            "{\"name\":\"%s\",\"version\":\"%s\",\"kind\":\"%s\"%s}"
                .formatted(name, version, kind, delivery.isEmpty() ? "" : "," + delivery)));
    return target;
  }

  void withdraw(Order.Target target) {
    published.remove(target.path());
  }

  /// Puts other bytes in the place of a target's.
  void corrupt(Order.Target target, byte[] content) {
    contents.put(target.path(), content);
  }

  Order.Key order(
      String rollout, int attempt, Order.Action action, Order.Target target, String probe) {
    Json.Obj artifact =
        Optional.ofNullable(published.get(target.path())).orElseGet(() -> Json.Obj.EMPTY);
    JsonFields fields = new JsonFields(artifact, "");
    Order.Key key = new Order.Key(rollout, attempt);
    orders.put(
        key,
        new Order(
            key,
            action,
            new Order.Artifact(fields.text("name"), fields.text("version"), fields.text("kind")),
            target,
            json(probe),
            issued,
            issued.plusSeconds(86_400)));
    return key;
  }

  /// What a heartbeat brings: all that has not ended.
  List<UpdateMachine.Assignment> assignments() {
    List<UpdateMachine.Assignment> open = new ArrayList<>();
    for (Order.Key key : orders.keySet()) {
      if (last(key).filter(report -> report.status().compareTo(Status.HEALTHY) >= 0).isEmpty()) {
        open.add(new UpdateMachine.Assignment(key, signed(key)));
      }
    }
    return open;
  }

  static byte[] signed(Order.Key key) {
    return (key.rollout() + " " + key.attempt()).getBytes(StandardCharsets.UTF_8);
  }

  /// The last that was said which was news.
  Optional<Report> last(Order.Key key) {
    List<Report> all = heard.getOrDefault(key, List.of());
    Report last = null;
    for (Report report : all) {
      boolean isFinal = last != null && last.status().compareTo(Status.HEALTHY) >= 0;
      if (last == null || (!isFinal && report.status().compareTo(last.status()) > 0)) {
        last = report;
      }
    }
    return Optional.ofNullable(last);
  }

  @Override
  public void refresh() throws RefusedException {
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  @Override
  public Order verify(byte[] signed) throws RefusedException {
    for (Order order : orders.values()) {
      if (new String(signed, StandardCharsets.UTF_8)
          .equals(order.key().rollout() + " " + order.key().attempt())) {
        return order;
      }
    }
    throw new RefusedException(RefusedException.Reason.NOT_SIGNED, "not of this platform");
  }

  @Override
  public Delivery resolve(Order order) throws RefusedException, UnfitException {
    Json.Obj artifact = published.get(order.target().path());
    if (artifact == null) {
      throw new RefusedException(RefusedException.Reason.NOT_PUBLISHED, "no such target");
    }
    try {
      return Delivery.read(artifact);
    } catch (IllegalArgumentException e) {
      throw new UnfitException(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void read(Order.Target target, long offset, Sink sink) throws IOException {
    byte[] content = contents.get(target.path());
    if (content == null) {
      throw new IOException("there is no " + target.path());
    }
    try (OutputStream out = sink.from(offset)) {
      int count = content.length - (int) offset;
      if (breaksAfter >= 0 && breaksAfter < count) {
        out.write(content, (int) offset, breaksAfter);
        throw new IOException("the connection broke");
      }
      out.write(content, (int) offset, count);
    }
  }

  @Override
  public void send(Report report) throws TroubleException {
    if (deaf) {
      throw new TroubleException("the platform does not answer");
    }
    heard.computeIfAbsent(report.key(), _ -> new ArrayList<>()).add(report);
  }

  static Json.Obj json(String text) {
    try {
      return JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8));
    } catch (TufException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
