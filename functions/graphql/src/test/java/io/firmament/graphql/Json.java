package io.firmament.graphql;

import io.avaje.jsonb.Jsonb;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A JSON value of an answer, to be walked by path.
record Json(@Nullable Object value) {
  private static final Jsonb JSONB = Jsonb.builder().build();

  static Json of(String text) {
    return new Json(JSONB.type(Object.class).fromJson(text));
  }

  /// Follows member names, and positions in lists.
  Json at(Object... path) {
    Object at = value;
    for (Object step : path) {
      at =
          switch (Objects.requireNonNull(at, () -> "null before " + step + " in " + value)) {
            case Map<?, ?> map when map.containsKey(step) -> map.get(step);
            case List<?> list when step instanceof Integer index -> list.get(index);
            case Object other -> throw new AssertionError("no " + step + " in " + other);
          };
    }
    return new Json(at);
  }

  boolean has(String member) {
    return value instanceof Map<?, ?> map && map.containsKey(member);
  }

  boolean isNull() {
    return value == null;
  }

  String text() {
    return (String) Objects.requireNonNull(value);
  }

  long number() {
    return ((Number) Objects.requireNonNull(value)).longValue();
  }

  List<Json> list() {
    return ((List<?>) Objects.requireNonNull(value)).stream().map(each -> new Json(each)).toList();
  }

  /// The texts under one member of every element.
  List<String> texts(Object... path) {
    return list().stream().map(each -> each.at(path).text()).toList();
  }

  @Override
  public String toString() {
    return String.valueOf(value);
  }
}
