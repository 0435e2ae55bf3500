package io.firmament.analysis.vex;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A JSON value and where it is, so that what is wrong with it can be said there.
///
/// @param pointer a JSON pointer (RFC 6901)
/// @param value a map, a list, a text, a number, a truth value, or null for what is not there
record Node(String pointer, @Nullable Object value) {
  private static final int MOST_DEPTH = 100;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(MOST_DEPTH).build())
          .build();

  /// A place with something wrong.
  static final class WrongException extends Exception {
    private static final long serialVersionUID = 1;

    WrongException(String pointer, String what) {
      super((pointer.isEmpty() ? "/" : pointer) + ": " + what, null, false, false);
    }

    String text() {
      return String.valueOf(getMessage());
    }
  }

  /// Reads a whole document.
  static Node read(byte[] document) throws IOException {
    try (JsonParser parser = FACTORY.createParser(document)) {
      parser.nextToken();
      Object value = value(parser);
      if (parser.nextToken() != null) {
        throw new IOException("there is more than one JSON value");
      }
      return new Node("", value);
    }
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      return null;
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          map.put(name, value(parser));
        }
        yield map;
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL, VALUE_EMBEDDED_OBJECT, FIELD_NAME, END_ARRAY, END_OBJECT, NOT_AVAILABLE ->
          null;
    };
  }

  WrongException wrong(String what) {
    return new WrongException(pointer, what);
  }

  boolean isMissing() {
    return value == null;
  }

  /// The field of an object; missing where there is none.
  Node at(String name) {
    Object field = value instanceof Map<?, ?> map ? map.get(name) : null;
    return new Node(pointer + "/" + name.replace("~", "~0").replace("/", "~1"), field);
  }

  /// The object itself.
  Node object() throws WrongException {
    if (value instanceof Map) {
      return this;
    }
    throw wrong(value == null ? "is missing" : "is no object");
  }

  /// The elements of an array; none where it is missing.
  List<Node> items() throws WrongException {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw wrong("is no array");
    }
    List<Node> items = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      items.add(new Node(pointer + "/" + i, list.get(i)));
    }
    return items;
  }

  /// A text that is there and not blank.
  String text() throws WrongException {
    return find().orElseThrow(() -> wrong("is missing, or empty"));
  }

  /// A text; empty where it is missing or blank.
  Optional<String> find() throws WrongException {
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof String text)) {
      throw wrong("is no text");
    }
    return text.isBlank() ? Optional.empty() : Optional.of(text);
  }

  List<String> texts() throws WrongException {
    List<String> texts = new ArrayList<>();
    for (Node item : items()) {
      texts.add(item.text());
    }
    return texts;
  }

  /// A time with its offset (RFC 3339); empty where it is missing.
  Optional<Instant> time() throws WrongException {
    Optional<String> text = find();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(OffsetDateTime.parse(text.get()).toInstant());
    } catch (DateTimeException e) {
      throw wrong("is no time as RFC 3339 writes it");
    }
  }
}
