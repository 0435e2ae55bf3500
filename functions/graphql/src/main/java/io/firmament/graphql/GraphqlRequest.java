package io.firmament.graphql;

import io.avaje.json.JsonDataException;
import io.avaje.json.JsonException;
import io.avaje.json.JsonReader;
import io.avaje.json.stream.JsonStream;
import io.firmament.base.BaseProblem;
import io.firmament.base.ProblemException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The parameters of a GraphQL request, read from its JSON body. Members that we do not know are
/// skipped; `variables` and `operationName` may be null or missing.
record GraphqlRequest(
    String query, Optional<String> operationName, Map<String, @Nullable Object> variables) {
  private static final JsonStream JSON = JsonStream.builder().build();

  /// How deep variables may be nested; the schema's inputs are four deep.
  private static final int MAX_DEPTH = 32;

  static GraphqlRequest parse(byte[] body) {
    if (body.length == 0) {
      throw malformed("the body is empty; send a JSON object with the member query");
    }
    try (JsonReader reader = JSON.reader(body)) {
      if (reader.currentToken() != JsonReader.Token.BEGIN_OBJECT) {
        throw malformed("send one JSON object with the member query");
      }
      return read(reader);
    } catch (ProblemException e) {
      throw e;
    } catch (JsonException | NumberFormatException | IndexOutOfBoundsException e) {
      throw malformed("the body is not JSON");
    }
  }

  private static GraphqlRequest read(JsonReader reader) {
    String query = null;
    String operationName = null;
    Map<String, @Nullable Object> variables = Map.of();
    Map<String, @Nullable Object> members = object(reader, 0);
    for (Map.Entry<String, @Nullable Object> member : members.entrySet()) {
      switch (member.getKey()) {
        case "query" -> query = text("query", member.getValue());
        case "operationName" -> operationName = text("operationName", member.getValue());
        case "variables" -> variables = variables(member.getValue());
        default -> {}
      }
    }
    if (query == null || query.isBlank()) {
      throw malformed("the member query is missing");
    }
    return new GraphqlRequest(
        query, Optional.ofNullable(operationName).filter(name -> !name.isEmpty()), variables);
  }

  private static @Nullable String text(String member, @Nullable Object value) {
    return switch (value) {
      case null -> null;
      case String text -> text;
      default -> throw malformed("the member " + member + " is not a string");
    };
  }

  private static Map<String, @Nullable Object> variables(@Nullable Object value) {
    if (value == null) {
      return Map.of();
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw malformed("the member variables is not an object");
    }
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    map.forEach((name, variable) -> variables.put((String) name, variable));
    return variables;
  }

  private static @Nullable Object value(JsonReader reader, int depth) {
    return switch (reader.currentToken()) {
      case BEGIN_OBJECT -> object(reader, depth + 1);
      case BEGIN_ARRAY -> array(reader, depth + 1);
      case STRING -> reader.readString();
      case BOOLEAN -> reader.readBoolean();
      case NUMBER -> number(reader);
      case NULL -> {
        if (!reader.isNullValue()) {
          throw new JsonDataException("null expected");
        }
        yield null;
      }
    };
  }

  /// Integral numbers as such, so that an `Int` variable is one.
  private static Object number(JsonReader reader) {
    BigDecimal number = reader.readDecimal();
    if (number.precision() > 400 || Math.abs((long) number.scale()) > 400) {
      throw malformed("a number is too long");
    }
    if (number.stripTrailingZeros().scale() > 0) {
      return number;
    }
    return number.toBigIntegerExact();
  }

  private static Map<String, @Nullable Object> object(JsonReader reader, int depth) {
    checkDepth(depth);
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    reader.beginObject();
    while (reader.hasNextField()) {
      String name = reader.nextField();
      object.put(name, value(reader, depth));
    }
    reader.endObject();
    return object;
  }

  private static List<@Nullable Object> array(JsonReader reader, int depth) {
    checkDepth(depth);
    List<@Nullable Object> array = new ArrayList<>();
    reader.beginArray();
    while (reader.hasNextElement()) {
      array.add(value(reader, depth));
    }
    reader.endArray();
    return array;
  }

  private static void checkDepth(int depth) {
    if (depth > MAX_DEPTH) {
      throw malformed("the body is nested more than " + MAX_DEPTH + " deep");
    }
  }

  private static ProblemException malformed(String detail) {
    return BaseProblem.MALFORMED_REQUEST.with("detail", detail);
  }
}
