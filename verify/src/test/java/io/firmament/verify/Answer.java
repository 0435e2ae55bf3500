package io.firmament.verify;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// What the platform answered.
///
/// @param headers by lower-case name
record Answer(int status, Map<String, List<String>> headers, byte[] body) {
  private static final JsonType<Object> JSON = Jsonb.instance().type(Object.class);

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /// The body as an object; empty where it is none.
  Map<String, Object> json() {
    try {
      return JSON.fromJson(text()) instanceof Map<?, ?> map ? object(map) : Map.of();
    } catch (RuntimeException e) {
      return Map.of();
    }
  }

  /// The catalogued code of a refusal; empty where there is none.
  String code() {
    return json().get("code") instanceof String code ? code : "";
  }

  /// A field along a path of names, `data.firmware.id`; empty where there is none.
  String at(String path) {
    Object value = json();
    for (String name : path.split("\\.", -1)) {
      value = value instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return value == null ? "" : String.valueOf(value);
  }

  /// A list of objects along a path of names; empty where there is none.
  List<Map<String, Object>> list(String path) {
    Object value = json();
    for (String name : path.split("\\.", -1)) {
      value = value instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return value instanceof List<?> list
        ? list.stream().map(each -> object((Map<?, ?>) each)).toList()
        : List.of();
  }

  String header(String lowerCaseName) {
    return String.join(",", headers.getOrDefault(lowerCaseName, List.of()));
  }

  @SuppressWarnings("unchecked") // a JSON object has text keys
  private static Map<String, Object> object(Map<?, ?> map) {
    return (Map<String, Object>) map;
  }

  @Override
  public String toString() {
    return status + " " + text();
  }
}
