package io.firmament.platform.registry;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// A JSON object that somebody else wrote. What is not there, or not of the type that is asked for,
/// is absent.
record Document(Map<?, ?> values) {
  private static final JsonType<Object> JSON = Jsonb.builder().build().type(Object.class);
  private static final int MAX_DEPTH = 32;

  /// Empty where this is no JSON object, or one that is nested too deep.
  static Optional<Document> parse(byte[] json) {
    if (!shallow(json)) {
      return Optional.empty();
    }
    try {
      return JSON.fromJson(json) instanceof Map<?, ?> map
          ? Optional.of(new Document(map))
          : Optional.empty();
    } catch (RuntimeException e) {
      // The parser has several exceptions for malformed text, and none says more than this.
      return Optional.empty();
    }
  }

  /// The parser goes down with the nesting, and would fall.
  private static boolean shallow(byte[] json) {
    int depth = 0;
    boolean text = false;
    for (int i = 0; i < json.length; i++) {
      byte c = json[i];
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
        return false;
      }
    }
    return true;
  }

  boolean has(String name) {
    return values.get(name) != null;
  }

  Optional<String> text(String name) {
    return values.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /// A whole number that is not negative.
  OptionalLong number(String name) {
    if (!(values.get(name) instanceof Number number)) {
      return OptionalLong.empty();
    }
    double value = number.doubleValue();
    return value >= 0 && value < 0x1p53 && value == Math.rint(value)
        ? OptionalLong.of(number.longValue())
        : OptionalLong.empty();
  }

  Optional<Document> object(String name) {
    return values.get(name) instanceof Map<?, ?> map
        ? Optional.of(new Document(map))
        : Optional.empty();
  }

  List<Document> objects(String name) {
    List<Document> found = new ArrayList<>();
    if (values.get(name) instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> map) {
          found.add(new Document(map));
        }
      }
    }
    return found;
  }

  List<String> texts(String name) {
    List<String> found = new ArrayList<>();
    if (values.get(name) instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof String text) {
          found.add(text);
        }
      }
    }
    return found;
  }

  /// The texts of an object by name, such as annotations.
  Map<String, String> map(String name) {
    Map<String, String> found = new LinkedHashMap<>();
    if (values.get(name) instanceof Map<?, ?> map) {
      map.forEach(
          (key, value) -> {
            if (value instanceof String text) {
              found.put(String.valueOf(key), text);
            }
          });
    }
    return found;
  }
}
