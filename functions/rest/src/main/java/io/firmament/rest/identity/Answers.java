package io.firmament.rest.identity;

import io.avaje.jsonb.Jsonb;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.JsonBody;
import io.firmament.edge.Request;
import io.firmament.platform.identity.ApiToken;
import io.firmament.platform.identity.Permission;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Bodies to JSON and back.
final class Answers {
  static final int MAX_EMAIL = 320;
  static final int MAX_PASSWORD = 1024;
  static final int MAX_CLIENT = 100;
  static final int MAX_NONCE = 200;
  static final int MAX_TOKEN = 8192;

  private static final Jsonb JSON = Jsonb.builder().build();
  private static final Jsonb WITH_NULLS = Jsonb.builder().serializeNulls(true).build();

  private Answers() {}

  static <T> T read(Request request, Class<T> type) {
    return JsonBody.read(JSON.type(type), request);
  }

  static <T> HttpResponse json(int status, Class<T> type, T value) {
    return HttpResponse.json(status, JSON.type(type).toJson(value));
  }

  static <T> HttpResponse jsonWithNulls(int status, Class<T> type, T value) {
    return HttpResponse.json(status, WITH_NULLS.type(type).toJson(value));
  }

  static Bodies.ApiTokenBody body(ApiToken token, @Nullable String text) {
    return new Bodies.ApiTokenBody(
        token.id().toString(),
        token.name(),
        token.permissions().stream().map(Permission::id).sorted().toList(),
        token.createdAt().toString(),
        token.expiresAt().map(Instant::toString).orElse(null),
        text);
  }
}
