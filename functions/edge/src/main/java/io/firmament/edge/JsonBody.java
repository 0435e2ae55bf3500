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
