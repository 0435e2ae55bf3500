package io.firmament.agent.update;

import io.firmament.tuf.Json;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The members of a JSON object, each with the type that it must have.
///
/// What is not so is an [IllegalArgumentException] that says where.
final class JsonFields {
  private final Json.Obj json;
  private final String place;
  private final Set<String> asked = new HashSet<>();

  JsonFields(Json.Obj json, String place) {
    this.json = json;
    this.place = place;
  }

  static JsonFields of(Json json, String place) {
    if (json instanceof Json.Obj object) {
      return new JsonFields(object, place);
    }
    throw new IllegalArgumentException(place + " must be an object");
  }

  /// Ends the reading: what was not asked for does not exist.
  void end() {
    for (String name : json.members().keySet()) {
      if (!asked.contains(name)) {
        throw new IllegalArgumentException("there is no " + at(name));
      }
    }
  }

  Set<String> names() {
    asked.addAll(json.members().keySet());
    return json.members().keySet();
  }

  boolean has(String name) {
    return find(name) != null;
  }

  String text(String name) {
    return optionalText(name).orElseThrow(() -> wrong(name, "is missing"));
  }

  Optional<String> optionalText(String name) {
    return switch (find(name)) {
      case null -> Optional.empty();
      case Json.Text(String value) -> Optional.of(value);
      default -> throw wrong(name, "must be a text");
    };
  }

  long number(String name, long least, long most) {
    return optionalNumber(name, least, most).orElseThrow(() -> wrong(name, "is missing"));
  }

  Optional<Long> optionalNumber(String name, long least, long most) {
    return switch (find(name)) {
      case null -> Optional.empty();
      case Json.Int(long value) when value >= least && value <= most -> Optional.of(value);
      default -> throw wrong(name, "must be a whole number from " + least + " to " + most);
    };
  }

  Instant time(String name) {
    try {
      return Instant.parse(text(name));
    } catch (DateTimeParseException e) {
      throw wrong(name, "must be a time");
    }
  }

  JsonFields object(String name) {
    return optionalObject(name).orElseThrow(() -> wrong(name, "is missing"));
  }

  Optional<JsonFields> optionalObject(String name) {
    Json value = find(name);
    return value == null ? Optional.empty() : Optional.of(of(value, at(name)));
  }

  Json.Obj json(String name) {
    return object(name).json;
  }

  List<JsonFields> objects(String name) {
    List<JsonFields> found = new ArrayList<>();
    for (Json element : elements(name)) {
      found.add(of(element, at(name)));
    }
    return found;
  }

  /// Empty where there is none.
  List<String> texts(String name) {
    List<String> found = new ArrayList<>();
    for (Json element : elements(name)) {
      found.add(text(element, name));
    }
    return found;
  }

  /// Lists of texts; empty where there is none.
  List<List<String>> textLists(String name) {
    List<List<String>> found = new ArrayList<>();
    for (Json element : elements(name)) {
      if (!(element instanceof Json.Arr(List<Json> words))) {
        throw wrong(name, "must be a list of lists of texts");
      }
      found.add(words.stream().map(word -> text(word, name)).toList());
    }
    return found;
  }

  /// An object of texts; empty where there is none.
  Map<String, String> textMap(String name) {
    Map<String, String> found = new LinkedHashMap<>();
    optionalObject(name).ifPresent(each -> each.names().forEach(k -> found.put(k, each.text(k))));
    return found;
  }

  private String text(Json element, String name) {
    if (element instanceof Json.Text(String value)) {
      return value;
    }
    throw wrong(name, "must be a list of texts");
  }

  private List<Json> elements(String name) {
    return switch (find(name)) {
      case null -> List.of();
      case Json.Arr(List<Json> elements) -> elements;
      default -> throw wrong(name, "must be a list");
    };
  }

  private @Nullable Json find(String name) {
    asked.add(name);
    return json.get(name);
  }

  private String at(String name) {
    return place.isEmpty() ? name : place + "." + name;
  }

  private IllegalArgumentException wrong(String name, String why) {
    return new IllegalArgumentException(at(name) + " " + why);
  }
}
