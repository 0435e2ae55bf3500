package io.firmament.edge;

import io.avaje.json.JsonReader;
import io.avaje.json.stream.JsonStream;
import io.firmament.base.BaseProblem;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// An event of API Gateway's HTTP API, payload format 2.0, read field by field: reflection would
/// cost more at a cold start than the operation.
final class ApiGatewayEvent {
  private static final JsonStream JSON = JsonStream.builder().build();

  private String method = "";
  private String path = "";
  private String rawQuery = "";
  private String requestId = "";
  private String body = "";
  private boolean base64;
  private final Map<String, String> headers = new TreeMap<>();
  private final List<String> cookies = new ArrayList<>();

  private ApiGatewayEvent() {}

  static ApiGatewayEvent read(InputStream in) {
    ApiGatewayEvent event = new ApiGatewayEvent();
    try (JsonReader json = JSON.reader(in)) {
      json.beginObject();
      while (json.hasNextField()) {
        event.field(json, json.nextField());
      }
      json.endObject();
    }
    if (!event.cookies.isEmpty()) {
      event.headers.put("cookie", String.join("; ", event.cookies));
    }
    return event;
  }

  private void field(JsonReader json, String name) {
    switch (name) {
      case "rawPath" -> path = text(json);
      case "rawQueryString" -> rawQuery = text(json);
      case "body" -> body = text(json);
      case "isBase64Encoded" -> base64 = json.readBoolean();
      case "headers" -> texts(json, headers);
      case "cookies" -> {
        json.beginArray();
        while (json.hasNextElement()) {
          cookies.add(text(json));
        }
        json.endArray();
      }
      case "requestContext" -> context(json);
      default -> json.skipValue();
    }
  }

  private void context(JsonReader json) {
    json.beginObject();
    while (json.hasNextField()) {
      switch (json.nextField()) {
        case "requestId" -> requestId = text(json);
        case "http" -> {
          Map<String, String> http = new LinkedHashMap<>();
          texts(json, http);
          method = http.getOrDefault("method", "").toUpperCase(Locale.ROOT);
        }
        default -> json.skipValue();
      }
    }
    json.endObject();
  }

  private static void texts(JsonReader json, Map<String, String> into) {
    json.beginObject();
    while (json.hasNextField()) {
      String name = json.nextField().toLowerCase(Locale.ROOT);
      into.put(name, text(json));
    }
    json.endObject();
  }

  private static String text(JsonReader json) {
    return json.isNullValue() ? "" : json.readString();
  }

  String method() {
    return method;
  }

  String path() {
    return path;
  }

  String requestId() {
    return requestId;
  }

  Map<String, String> headers() {
    return headers;
  }

  Map<String, List<String>> query() {
    return Query.parse(rawQuery);
  }

  /// The body, once it is known to be small enough.
  byte[] body(int limit) {
    long length = base64 ? body.length() / 4L * 3 : body.length();
    if (declaredLength() > limit || length > limit + 2L) {
      throw BaseProblem.BODY_TOO_LARGE.with("limit", limit);
    }
    byte[] bytes = base64 ? decoded() : body.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > limit) {
      throw BaseProblem.BODY_TOO_LARGE.with("limit", limit);
    }
    return bytes;
  }

  private byte[] decoded() {
    try {
      return Base64.getDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      throw BaseProblem.MALFORMED_REQUEST.with("detail", "the body is not base64");
    }
  }

  private long declaredLength() {
    String text = headers.getOrDefault("content-length", "0");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw BaseProblem.MALFORMED_REQUEST.with("detail", "Content-Length is not a number");
    }
  }
}
