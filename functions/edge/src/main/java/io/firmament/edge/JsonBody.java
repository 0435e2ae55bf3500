package io.firmament.edge;

import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.firmament.base.BaseProblem;
import org.jspecify.annotations.Nullable;

/// Reads the JSON body of a request; every mistake in it is the caller's and is named.
public final class JsonBody {
  private JsonBody() {}

  public static <T> T read(JsonType<T> type, Request request) {
    if (request.body().length == 0) {
      throw malformed("the body is empty; send a JSON object");
    }
    try {
      T value = type.fromJson(request.body());
      if (value == null) {
        throw malformed("send a JSON object");
      }
      return value;
    } catch (JsonException | IllegalStateException | ArithmeticException e) {
      throw malformed("the body is not the JSON that this operation takes");
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw malformed("the body is not JSON");
    }
  }

  /// Refuses a body that goes on after its object: parsers stop at the end of the value that they
  /// read, and a text is JSON only if nothing follows it (RFC 8259 section 2).
  static void requireNothingAfter(byte[] body) {
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
      } else if ((c == '}' || c == ']') && --depth == 0) {
        requireBlank(body, i + 1);
        return;
      }
    }
  }

  private static void requireBlank(byte[] body, int from) {
    for (int i = from; i < body.length; i++) {
      if (" \t\r\n".indexOf(body[i]) < 0) {
        throw malformed("something follows the JSON value");
      }
    }
  }

  /// A field that must be there, with at most so many characters.
  public static String required(String field, @Nullable String value, int max) {
    if (value == null || value.isEmpty()) {
      throw BaseProblem.INVALID_FIELD.with("field", field, "detail", "is missing");
    }
    if (value.length() > max) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", field, "detail", "has more than " + max + " characters");
    }
    return value;
  }

  private static RuntimeException malformed(String detail) {
    return BaseProblem.MALFORMED_REQUEST.with("detail", detail);
  }
}
