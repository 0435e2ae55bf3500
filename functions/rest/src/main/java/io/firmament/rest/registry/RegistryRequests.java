package io.firmament.rest.registry;

import io.avaje.jsonb.Jsonb;
import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.RegistryId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Request;
import io.firmament.platform.registry.RegistryProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the operations of registries read of a request, and write of an answer.
final class RegistryRequests {
  private static final Jsonb JSON = Jsonb.builder().build();

  private RegistryRequests() {}

  static RegistryId registry(Request request) {
    String id = request.pathParameter("id");
    return RegistryId.parse(id)
        .orElseThrow(() -> RegistryProblem.REGISTRY_NOT_FOUND.with("id", id));
  }

  /// `limit`, `cursor` and `offset`; a limit above 200 is clamped.
  static PageRequest page(Request request) {
    return new PageRequest(
        number(request, "limit", PageRequest.DEFAULT_LIMIT),
        request.queryParameter("cursor").map(Cursor::new),
        number(request, "offset", 0));
  }

  /// A query parameter that must be there.
  static String required(Request request, String name) {
    return request
        .queryParameter(name)
        .filter(text -> !text.isBlank())
        .orElseThrow(() -> missing(name));
  }

  /// A field that must be there.
  static String required(String field, @Nullable String value) {
    if (value == null) {
      throw missing(field);
    }
    return value;
  }

  /// A list of texts; none at all is an empty one.
  static List<String> texts(String field, @Nullable List<@Nullable String> values) {
    List<String> texts = new ArrayList<>();
    for (String each : values == null ? List.<String>of() : values) {
      if (each == null) {
        throw BaseProblem.INVALID_FIELD.with("field", field, "detail", "must be a list of texts");
      }
      texts.add(each);
    }
    return texts;
  }

  /// Reads a JSON body; none at all is an empty object. What is wrong is said without a word of the
  /// body, which may hold a secret.
  static <T> T read(Request request, Class<T> type) {
    byte[] body = request.body().length == 0 ? new byte[] {'{', '}'} : request.body();
    try {
      T value = JSON.type(type).fromJson(body);
      if (value != null) {
        return value;
      }
    } catch (RuntimeException e) {
      // The parser has several exceptions for malformed text, and none says more than this.
    }
    throw BaseProblem.MALFORMED_REQUEST.with("detail", "the body is not the expected JSON object");
  }

  static <T> HttpResponse json(int status, Class<T> type, T value) {
    return HttpResponse.json(status, JSON.type(type).toJson(value));
  }

  static @Nullable String next(Page<?> page) {
    return page.next().map(Cursor::value).orElse(null);
  }

  private static RuntimeException missing(String field) {
    return BaseProblem.INVALID_FIELD.with("field", field, "detail", "is missing");
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
