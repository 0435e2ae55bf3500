package io.firmament.analysis.advisory.feeds;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One JSON value of one record, read tolerantly: asking for what is not there gives nothing.
sealed interface JsonValue {
  /// Fields that are long in some format and used of none.
  Set<String> NOT_NEEDED =
      Set.of(
          "credits",
          "database_specific",
          "ecosystem_specific",
          "references",
          "timeline",
          "x_legacyV4Record");

  /// An object.
  record Fields(Map<String, JsonValue> values) implements JsonValue {}

  /// An array.
  record Items(List<JsonValue> values) implements JsonValue {}

  /// A string.
  record Text(String value) implements JsonValue {}

  /// A number.
  record Numeric(double value) implements JsonValue {}

  /// A truth value.
  record Bool(boolean value) implements JsonValue {}

  /// Null, or a field that is not there.
  record Missing() implements JsonValue {}

  /// Reads the value whose first token is current; the parser bounds depth and sizes.
  static JsonValue read(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      return new Missing();
    }
    return switch (token) {
      case START_OBJECT -> readFields(parser);
      case START_ARRAY -> readItems(parser);
      case VALUE_STRING -> new Text(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Numeric(parser.getDoubleValue());
      case VALUE_TRUE -> new Bool(true);
      case VALUE_FALSE -> new Bool(false);
      case VALUE_NULL, VALUE_EMBEDDED_OBJECT, FIELD_NAME, END_ARRAY, END_OBJECT, NOT_AVAILABLE ->
          new Missing();
    };
  }

  private static JsonValue readFields(JsonParser parser) throws IOException {
    Map<String, JsonValue> values = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (NOT_NEEDED.contains(name)) {
        parser.skipChildren();
      } else {
        values.put(name, read(parser));
      }
    }
    return new Fields(values);
  }

  private static JsonValue readItems(JsonParser parser) throws IOException {
    List<JsonValue> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY && parser.hasCurrentToken()) {
      values.add(read(parser));
    }
    return new Items(values);
  }

  default JsonValue field(String name) {
    return this instanceof Fields fields
        ? fields.values.getOrDefault(name, new Missing())
        : new Missing();
  }

  default Optional<String> text() {
    return this instanceof Text text ? Optional.of(text.value) : Optional.empty();
  }

  default Optional<Double> number() {
    return this instanceof Numeric number ? Optional.of(number.value) : Optional.empty();
  }

  default boolean isTrue() {
    return this instanceof Bool bool && bool.value;
  }

  default boolean isMissing() {
    return this instanceof Missing;
  }

  /// The elements of an array; none where the field is missing.
  default List<JsonValue> items(String what) throws MalformedRecord {
    return switch (this) {
      case Items items -> items.values;
      case Missing _ -> List.of();
      case Fields _, Text _, Numeric _, Bool _ -> throw new MalformedRecord(what + " is no array");
    };
  }

  /// At most 80 characters, for a message.
  static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }
}
