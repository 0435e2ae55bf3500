package io.firmament.base;

import io.avaje.json.JsonWriter;
import io.avaje.json.stream.JsonStream;
import java.io.PrintStream;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// Structured log: one JSON object a line on standard error, message a constant event name, facts
/// as keys from `docs/reference/log-keys.md`.
public final class Log {
  private static final JsonStream JSON = JsonStream.builder().build();

  private final String logger;
  private final PrintStream out;
  private final Clock clock;

  private Log(String logger, PrintStream out, Clock clock) {
    this.logger = logger;
    this.out = out;
    this.clock = clock;
  }

  public static Log of(Class<?> type) {
    return new Log(type.getSimpleName(), System.err, Clock.systemUTC());
  }

  /// Something expected happened; facts are alternating keys and values.
  public void info(String event, @Nullable Object... facts) {
    write("info", event, null, facts);
  }

  /// Something went wrong that the platform deals with by itself.
  public void warn(String event, @Nullable Object... facts) {
    write("warn", event, null, facts);
  }

  /// A bug or an outage: logged once, at the edge, with its cause.
  public void error(String event, Throwable cause, @Nullable Object... facts) {
    write("error", event, cause, facts);
  }

  private void write(String level, String event, @Nullable Throwable cause, @Nullable Object... facts) {
    StringBuilder line = new StringBuilder(200);
    java.io.StringWriter text = new java.io.StringWriter();
    try (JsonWriter writer = JSON.writer(text)) {
      writer.beginObject();
      put(writer, "time", clock.instant());
      put(writer, "level", level);
      put(writer, "logger", logger);
      put(writer, "event", event);
      for (int i = 0; i + 1 < facts.length; i += 2) {
        put(writer, String.valueOf(facts[i]), facts[i + 1]);
      }
      if (cause != null) {
        java.io.StringWriter trace = new java.io.StringWriter();
        cause.printStackTrace(new java.io.PrintWriter(trace));
        put(writer, "error", trace);
      }
      writer.endObject();
    }
    out.println(line.append(text));
  }

  private static void put(JsonWriter writer, String key, @Nullable Object value) {
    writer.name(key);
    writer.value(String.valueOf(value));
  }
}
