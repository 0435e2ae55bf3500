package io.firmament.rest.fleet;

import io.avaje.jsonb.Jsonb;
import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Request;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetProblem;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the fleet's operations read of a request, and write of an answer.
final class FleetRequests {
  private static final Jsonb JSON = Jsonb.builder().build();

  private FleetRequests() {}

  /// `limit`, `cursor` and `offset`; a limit above 200 is clamped.
  static PageRequest page(Request request) {
    return new PageRequest(
        number(request, "limit", PageRequest.DEFAULT_LIMIT),
        request.queryParameter("cursor").map(Cursor::new),
        number(request, "offset", 0));
  }

  /// The device that the path names; a text that can be no name is a missing device.
  static DeviceName deviceName(Request request) {
    String name = request.pathParameter("name");
    return DeviceName.parse(name)
        .orElseThrow(() -> FleetProblem.DEVICE_NOT_FOUND.with("device", name));
  }

  /// Reads a JSON body; none at all is an empty object.
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
