package io.firmament.edge;

import io.avaje.json.JsonWriter;
import io.avaje.json.stream.JsonStream;
import io.firmament.base.BaseProblem;
import io.firmament.base.Log;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import java.io.StringWriter;
import java.util.Map;

/// How refusals and bugs are answered: `{"error": "text for a person", "code": ...}`.
public final class Refusals {
  private static final JsonStream JSON = JsonStream.builder().build();
  private static final Log LOG = Log.of(Refusals.class);

  private Refusals() {}

  /// A refusal, with the facts a program can act on.
  public static HttpResponse of(ProblemException refusal, String requestId) {
    Problem problem = refusal.problem();
    HttpResponse response =
        HttpResponse.json(
            problem.category().httpStatus(),
            body(String.valueOf(refusal.getMessage()), problem.code(), refusal.facts(), requestId));
    return switch (problem.category()) {
      case UNAUTHENTICATED -> response.withHeader("www-authenticate", "Bearer");
      case THROTTLED ->
          response.withHeader("retry-after", refusal.facts().getOrDefault("seconds", "1"));
      case INVALID,
          FORBIDDEN,
          NOT_FOUND,
          NOT_ACCEPTABLE,
          CONFLICT,
          GONE,
          TOO_LARGE,
          UNSUPPORTED_MEDIA,
          UNAVAILABLE ->
          response;
    };
  }

  /// A bug: logged here, once, and answered without detail.
  public static HttpResponse ofBug(RuntimeException bug, String requestId) {
    LOG.error("request_failed", bug, "request_id", requestId);
    return HttpResponse.json(500, body("internal error", "internal", Map.of(), requestId));
  }

  /// What a gateway answers where the contract has no route.
  public static HttpResponse noSuchRoute(String method, String path, String requestId) {
    return of(BaseProblem.NO_SUCH_ROUTE.with("method", method, "path", path), requestId);
  }

  private static String body(
      String text, String code, Map<String, String> facts, String requestId) {
    StringWriter out = new StringWriter();
    try (JsonWriter json = JSON.writer(out)) {
      json.beginObject();
      put(json, "error", text);
      put(json, "code", code);
      String permission = facts.get("permission");
      if (permission != null) {
        put(json, "permission", permission);
      }
      put(json, "request_id", requestId);
      String field = facts.get("field");
      if (field != null) {
        json.name("details");
        json.beginArray();
        json.beginObject();
        put(json, "field", field);
        put(json, "message", facts.getOrDefault("detail", text));
        json.endObject();
        json.endArray();
      }
      json.endObject();
    }
    return out.toString();
  }

  private static void put(JsonWriter json, String name, String value) {
    json.name(name);
    json.value(value);
  }
}
