package io.firmament.edge;

import io.avaje.json.JsonWriter;
import io.avaje.json.stream.JsonStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/// The answer of a function to API Gateway, payload format 2.0.
final class ApiGatewayAnswer {
  /// What Lambda takes of a synchronous answer, envelope included.
  static final int LIMIT = 6 * 1024 * 1024;

  private static final JsonStream JSON = JsonStream.builder().build();

  private ApiGatewayAnswer() {}

  static byte[] encode(HttpResponse response) throws IOException {
    byte[] body = bytes(response.body());
    boolean text = isText(response.headers());
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length * 4 / 3 + 512);
    try (JsonWriter json = JSON.writer(out)) {
      json.beginObject();
      json.name("statusCode");
      json.value(response.status());
      json.name("headers");
      json.beginObject();
      for (Map.Entry<String, String> header : response.headers().entrySet()) {
        json.name(header.getKey());
        json.value(header.getValue());
      }
      json.endObject();
      if (!response.cookies().isEmpty()) {
        json.name("cookies");
        json.beginArray();
        response.cookies().forEach(json::value);
        json.endArray();
      }
      json.name("body");
      json.value(
          text
              ? new String(body, StandardCharsets.UTF_8)
              : Base64.getEncoder().encodeToString(body));
      json.name("isBase64Encoded");
      json.value(!text);
      json.endObject();
    }
    if (out.size() > LIMIT) {
      throw EdgeProblem.ANSWER_TOO_LARGE.with("limit", LIMIT);
    }
    return out.toByteArray();
  }

  private static byte[] bytes(HttpResponse.Body body) throws IOException {
    return switch (body) {
      case HttpResponse.Body.Bytes(byte[] content) -> content;
      case HttpResponse.Body.Stream(long length, HttpResponse.Writer writer) -> {
        if (length > LIMIT) {
          throw EdgeProblem.ANSWER_TOO_LARGE.with("limit", LIMIT);
        }
        Bounded out = new Bounded();
        writer.writeTo(out);
        yield out.content.toByteArray();
      }
    };
  }

  private static boolean isText(Map<String, String> headers) {
    String type = headers.getOrDefault("content-type", "text/plain");
    return !headers.containsKey("content-encoding")
        && (type.startsWith("text/")
            || type.startsWith("application/json")
            || type.startsWith("application/x-pem-file"));
  }

  /// Stops a stream that would not fit before it fills the memory.
  private static final class Bounded extends OutputStream {
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      check(1);
      content.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      check(length);
      content.write(bytes, offset, length);
    }

    private void check(int more) {
      if (content.size() + (long) more > LIMIT) {
        throw EdgeProblem.ANSWER_TOO_LARGE.with("limit", LIMIT);
      }
    }
  }
}
