package io.firmament.verify;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// One request to the platform over real HTTP.
///
/// @param path with its query
record Call(String method, String path, Map<String, String> headers, byte[] body) {
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private static final byte[] NOTHING = new byte[0];

  static Call get(String path) {
    return new Call("GET", path, Map.of(), NOTHING);
  }

  static Call of(String method, String path) {
    return new Call(method, path, Map.of(), NOTHING);
  }

  static Call json(String method, String path, String json) {
    return of(method, path)
        .with("content-type", "application/json")
        .body(json.getBytes(StandardCharsets.UTF_8));
  }

  static Call graphql(String query, Map<String, Object> variables) {
    Map<String, Object> body = Map.of("query", query, "variables", variables);
    return json("POST", "/api/graphql", Jsonb.instance().type(Object.class).toJson(body));
  }

  /// A `multipart/form-data` body with these parts.
  static Call upload(String path, Map<String, byte[]> parts) {
    return of("POST", path)
        .with("content-type", "multipart/form-data; boundary=" + Multipart.BOUNDARY)
        .body(Multipart.of(parts));
  }

  Call with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Call(method, path, more, body);
  }

  Call bearer(String token) {
    return with("authorization", "Bearer " + token);
  }

  Call cookie(String secret) {
    return with("cookie", "firmament_session=" + secret);
  }

  Call body(byte[] content) {
    return new Call(method, path, headers, content);
  }

  /// Sends it to the platform; an absolute path goes where it says.
  Answer send() {
    String url = path.startsWith("http") ? path : Running.platform().url() + path;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(60))
            .method(
                method,
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    try {
      HttpResponse<byte[]> answer =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(answer.statusCode(), answer.headers().map(), answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path + " gets no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
