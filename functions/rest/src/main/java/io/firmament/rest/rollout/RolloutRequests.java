package io.firmament.rest.rollout;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.RolloutId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.GroupName;
import io.firmament.platform.rollout.RolloutProblem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What the operations of groups, rollouts and artifacts read of a request, and write of an answer.
/// Bodies are read field by field by the core, which names the place of a bad one.
public final class RolloutRequests {
  private static final JsonType<Object> JSON = Jsonb.builder().build().type(Object.class);

  private static final int MAX_DEPTH = 16;

  private RolloutRequests() {}

  /// The JSON of the body as maps and lists; none at all is an empty object.
  public static @Nullable Object body(Request request) {
    if (request.body().length == 0) {
      return Map.of();
    }
    requireShallow(request.body());
    try {
      return JSON.fromJson(request.body());
    } catch (RuntimeException e) {
      // The parser has several exceptions for malformed text, and none says more than this.
      throw BaseProblem.MALFORMED_REQUEST.with("detail", "the body is not JSON");
    }
  }

  /// The parser goes down with the nesting, and would fall.
  private static void requireShallow(byte[] body) {
    int depth = 0;
    boolean text = false;
    for (int i = 0; i < body.length; i++) {
      byte c = body[i];
      if (text) {
        i += c == '\\' ? 1 : 0;
        text = c != '"';
      } else if (c == '"') {
        text = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      }
      if (depth > MAX_DEPTH) {
        throw BaseProblem.MALFORMED_REQUEST.with(
            "detail", "the body is nested more than " + MAX_DEPTH + " deep");
      }
    }
  }

  public static HttpResponse json(int status, Map<String, Object> value) {
    return HttpResponse.json(status, JSON.toJson(value));
  }

  static RolloutId rollout(Request request) {
    String id = request.pathParameter("id");
    return RolloutId.parse(id).orElseThrow(() -> RolloutProblem.ROLLOUT_NOT_FOUND.with("id", id));
  }

  static GroupName group(Request request) {
    String name = request.pathParameter("name");
    return GroupName.parse(name)
        .orElseThrow(() -> RolloutProblem.GROUP_NOT_FOUND.with("group", name));
  }

  /// `limit`, `cursor` and `offset`; a limit above 200 is clamped.
  public static PageRequest page(Request request) {
    return new PageRequest(
        number(request, "limit", PageRequest.DEFAULT_LIMIT),
        request.queryParameter("cursor").map(Cursor::new),
        number(request, "offset", 0));
  }

  public static <T> HttpResponse page(
      PageRequest asked, Page<T> page, long total, Function<T, Map<String, Object>> body) {
    Map<String, Object> json = new LinkedHashMap<>();
    List<Map<String, Object>> items = page.items().stream().map(body).toList();
    json.put("items", items);
    json.put("limit", asked.limit());
    json.put("offset", asked.offset());
    json.put("total", total);
    page.next().ifPresent(next -> json.put("next", next.value()));
    return json(200, json);
  }

  private static int number(Request request, String name, int otherwise) {
    Optional<String> text = request.queryParameter(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!text.get().matches("-?\\d{1,9}")) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", name, "detail", "must be a whole number of at most nine digits");
    }
    return Integer.parseInt(text.get());
  }
}
