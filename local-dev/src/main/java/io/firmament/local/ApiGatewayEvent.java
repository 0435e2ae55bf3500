package io.firmament.local;

import io.avaje.json.JsonWriter;
import io.avaje.json.stream.JsonStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// The event that API Gateway's HTTP API sends to a function: payload format version 2.0, as
/// described in "Working with AWS Lambda proxy integrations for HTTP APIs".
///
/// @param routeKey method and path template, for example `GET /api/v1/devices`
/// @param headers by lower-case name; repeated headers joined with a comma
/// @param cookies each `name=value`; API Gateway takes them out of the headers
record ApiGatewayEvent(
    String routeKey,
    String method,
    String rawPath,
    String rawQuery,
    Map<String, String> headers,
    List<String> cookies,
    Map<String, String> pathParameters,
    Map<String, String> query,
    byte[] body,
    String sourceIp,
    String requestId,
    Instant time) {
  private static final JsonStream JSON = JsonStream.builder().build();

  byte[] toJson() {
    StringWriter text = new StringWriter(1024 + body.length * 2);
    try (JsonWriter json = JSON.writer(text)) {
      json.beginObject();
      field(json, "version", "2.0");
      field(json, "routeKey", routeKey);
      field(json, "rawPath", rawPath);
      field(json, "rawQueryString", rawQuery);
      if (!cookies.isEmpty()) {
        json.name("cookies");
        json.beginArray();
        cookies.forEach(json::value);
        json.endArray();
      }
      map(json, "headers", headers);
      if (!query.isEmpty()) {
        map(json, "queryStringParameters", query);
      }
      if (!pathParameters.isEmpty()) {
        map(json, "pathParameters", pathParameters);
      }
      requestContext(json);
      if (body.length > 0) {
        field(json, "body", Base64.getEncoder().encodeToString(body));
      }
      json.name("isBase64Encoded");
      json.value(body.length > 0);
      json.endObject();
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void requestContext(JsonWriter json) {
    json.name("requestContext");
    json.beginObject();
    field(json, "accountId", "000000000000");
    field(json, "apiId", "local");
    field(json, "domainName", headers.getOrDefault("host", "localhost"));
    field(json, "domainPrefix", "local");
    json.name("http");
    json.beginObject();
    field(json, "method", method);
    field(json, "path", rawPath);
    field(json, "protocol", "HTTP/1.1");
    field(json, "sourceIp", sourceIp);
    field(json, "userAgent", headers.getOrDefault("user-agent", ""));
    json.endObject();
    field(json, "requestId", requestId);
    field(json, "routeKey", routeKey);
    field(json, "stage", "$default");
    field(json, "time", time.toString());
    json.name("timeEpoch");
    json.value(time.toEpochMilli());
    json.endObject();
  }

  private static void map(JsonWriter json, String name, Map<String, String> values) {
    json.name(name);
    json.beginObject();
    values.forEach((key, value) -> field(json, key, value));
    json.endObject();
  }

  private static void field(JsonWriter json, String name, String value) {
    json.name(name);
    json.value(value);
  }
}
