package io.firmament.local;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.firmament.edge.HttpResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a function answers to an [ApiGatewayEvent], in format 2.0 of HTTP APIs. Its body may be as
/// long as Lambda allows, 6 MB.
final class ApiGatewayAnswer {
  private static final JsonFactory JSON = new JsonFactory();

  private int status = 200;
  private boolean base64;
  private String body = "";
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final List<String> cookies = new ArrayList<>();

  private ApiGatewayAnswer() {}

  /// The response that API Gateway makes of it; anything but such an answer is an [IOException].
  static HttpResponse read(byte[] answer) throws IOException {
    ApiGatewayAnswer read = new ApiGatewayAnswer();
    try (JsonParser json = JSON.createParser(answer)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("a function answered no JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        read.field(json, name);
      }
    }
    return read.response();
  }

  private void field(JsonParser json, String name) throws IOException {
    switch (name) {
      case "statusCode" -> status = json.getIntValue();
      case "isBase64Encoded" -> base64 = json.getBooleanValue();
      case "body" -> body = json.getValueAsString("");
      case "headers" -> {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String header = json.currentName().toLowerCase(Locale.ROOT);
          json.nextToken();
          headers.put(header, json.getValueAsString(""));
        }
      }
      case "cookies" -> {
        while (json.nextToken() == JsonToken.VALUE_STRING) {
          cookies.add(json.getText());
        }
      }
      default -> json.skipChildren();
    }
  }

  private HttpResponse response() {
    byte[] bytes =
        base64 ? Base64.getDecoder().decode(body) : body.getBytes(StandardCharsets.UTF_8);
    return new HttpResponse(status, headers, cookies, new HttpResponse.Body.Bytes(bytes));
  }
}
