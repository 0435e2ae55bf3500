package io.firmament.local;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A client of the public API: what the demo does, any user can do with the same requests.
final class ApiClient {
  private static final String CLIENT_ID = "web";

  private final JsonType<Object> json = Jsonb.instance().type(Object.class);
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final String url;
  private String bearer = "";

  ApiClient(String url) {
    this.url = url;
  }

  /// The three-step flow with a password; later calls carry the tenant token.
  void signIn(String email, String password, String tenantId) {
    Map<String, Object> authorized =
        post(
            "/api/authorize",
            fields("email", email, "password", password, "client_id", CLIENT_ID, "nonce", "demo"));
    Map<String, Object> token =
        post(
            "/api/token",
            fields(
                "id_token",
                text(authorized, "id_token"),
                "client_id",
                CLIENT_ID,
                "tenant_id",
                tenantId,
                "nonce",
                "demo"));
    bearer = text(token, "tenant_token");
  }

  /// Later calls carry this API token.
  void useToken(String apiToken) {
    bearer = apiToken;
  }

  /// Runs a query; GraphQL errors become exceptions.
  Map<String, Object> graphql(String query, Map<String, Object> variables) {
    Map<String, Object> answer =
        post("/api/graphql", fields("query", query, "variables", variables));
    if (answer.containsKey("errors")) {
      throw new IllegalStateException("GraphQL refused: " + answer.get("errors"));
    }
    return object(answer, "data");
  }

  /// Posts an image as `multipart/form-data` and returns the firmware id.
  String upload(String uploadUrl, Path image) {
    String boundary = "firmament-demo-" + Long.toHexString(System.nanoTime());
    String head =
        "--"
            + boundary
            + "\r\nContent-Disposition: form-data; name=\"firmware\"; filename=\""
            + image.getFileName()
            + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    String tail = "\r\n--" + boundary + "--\r\n";
    HttpRequest request =
        request(uploadUrl)
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> multipart(head, image, tail)))
            .build();
    return text(asObject(json.fromJson(send(request))), "id");
  }

  private static InputStream multipart(String head, Path image, String tail) {
    try {
      return new SequenceInputStream(
          Collections.enumeration(
              List.of(
                  new ByteArrayInputStream(head.getBytes(StandardCharsets.UTF_8)),
                  Files.newInputStream(image),
                  new ByteArrayInputStream(tail.getBytes(StandardCharsets.UTF_8)))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Saves what a GET answers.
  void download(String path, String accept, Path target) {
    HttpRequest request = request(url + path).header("Accept", accept).GET().build();
    try {
      HttpResponse<Path> response = http.send(request, HttpResponse.BodyHandlers.ofFile(target));
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            path + " answered " + response.statusCode() + ": " + Files.readString(target));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be downloaded", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// What the platform answered, whatever it was.
  ///
  /// @param body empty where there was none
  record Answer(String request, int status, Map<String, Object> body) {
    /// The code of a refusal; empty where it is none.
    String code() {
      return text(body, "code");
    }

    /// The text of a refusal.
    String error() {
      return text(body, "error");
    }

    Map<String, Object> orThrow() {
      if (status / 100 != 2) {
        throw new IllegalStateException(request + " answered " + status + ": " + error());
      }
      return body;
    }
  }

  /// A request without a body.
  Answer call(String method, String path) {
    return answer(request(url + path).method(method, HttpRequest.BodyPublishers.noBody()).build());
  }

  Answer call(String method, String path, Map<String, Object> body) {
    return answer(
        request(url + path)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json.toJson(body)))
            .build());
  }

  private Answer answer(HttpRequest request) {
    HttpResponse<String> response = exchange(request);
    String body = response.body();
    return new Answer(
        request.method() + " " + request.uri().getPath(),
        response.statusCode(),
        body.isEmpty() ? Map.of() : asObject(json.fromJson(body)));
  }

  private Map<String, Object> post(String path, Map<String, Object> body) {
    HttpRequest request =
        request(url + path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json.toJson(body)))
            .build();
    return asObject(json.fromJson(send(request)));
  }

  private HttpRequest.Builder request(String target) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(target)).timeout(Duration.ofMinutes(10));
    return bearer.isEmpty() ? builder : builder.header("Authorization", "Bearer " + bearer);
  }

  private String send(HttpRequest request) {
    HttpResponse<String> response = exchange(request);
    if (response.statusCode() / 100 != 2) {
      throw new IllegalStateException(
          request.method()
              + " "
              + request.uri().getPath()
              + " answered "
              + response.statusCode()
              + ": "
              + response.body());
    }
    return response.body();
  }

  private HttpResponse<String> exchange(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(request.uri() + " does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  static Map<String, Object> fields(Object... keysAndValues) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      fields.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
    }
    return fields;
  }

  @SuppressWarnings("unchecked") // a JSON object is always parsed to a map with text keys
  static Map<String, Object> asObject(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw new IllegalStateException("not a JSON object: " + value);
  }

  static Map<String, Object> object(Map<String, Object> from, String key) {
    return asObject(from.get(key));
  }

  static List<Map<String, Object>> objects(Map<String, Object> from, String key) {
    if (from.get(key) instanceof List<?> list) {
      return list.stream().<Map<String, Object>>map(ApiClient::asObject).toList();
    }
    throw new IllegalStateException("not a JSON list: " + key);
  }

  /// The text of a field; empty where it is null or missing.
  static String text(Map<String, Object> from, String key) {
    Object value = from.get(key);
    return value == null ? "" : String.valueOf(value);
  }
}
