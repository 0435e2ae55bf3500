package io.firmament.edge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.firmament.base.BaseProblem;
import java.io.IOException;
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
///
/// By Jackson's parser: the other JSON library refuses a string as long as a body may be.
final class ApiGatewayEvent {
  // The largest event of Lambda is 6 MiB; one that is larger is no event.
  private static final int LONGEST_STRING = 16 * 1024 * 1024;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(LONGEST_STRING).build())
          .build();

  private String method = "";
  private String path = "";
  private String rawQuery = "";
  private String requestId = "";
  private String body = "";
  private boolean base64;
  private final Map<String, String> headers = new TreeMap<>();
  private final List<String> cookies = new ArrayList<>();

  private ApiGatewayEvent() {}

  static ApiGatewayEvent read(InputStream in) throws IOException {
    ApiGatewayEvent event = new ApiGatewayEvent();
    try (JsonParser json = JSON.createParser(in)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        event.field(json, name);
      }
    }
    if (!event.cookies.isEmpty()) {
      event.headers.put("cookie", String.join("; ", event.cookies));
    }
    return event;
  }

  private void field(JsonParser json, String name) throws IOException {
    switch (name) {
      case "rawPath" -> path = json.getValueAsString("");
      case "rawQueryString" -> rawQuery = json.getValueAsString("");
      case "body" -> body = json.getValueAsString("");
      case "isBase64Encoded" -> base64 = json.getValueAsBoolean();
      case "headers" -> texts(json, headers);
      case "cookies" -> {
        while (json.nextToken() == JsonToken.VALUE_STRING) {
          cookies.add(json.getValueAsString(""));
        }
      }
      case "requestContext" -> context(json);
      default -> json.skipChildren();
    }
  }

  private void context(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "requestId" -> requestId = json.getValueAsString("");
        case "http" -> {
          Map<String, String> http = new LinkedHashMap<>();
          texts(json, http);
          method = http.getOrDefault("method", "").toUpperCase(Locale.ROOT);
        }
        default -> json.skipChildren();
      }
    }
  }

  private static void texts(JsonParser json, Map<String, String> into) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName().toLowerCase(Locale.ROOT);
      json.nextToken();
      into.put(name, json.getValueAsString(""));
    }
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
