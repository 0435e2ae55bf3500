package io.firmament.stages;

import io.avaje.json.JsonException;
import io.avaje.jsonb.Json;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The two shapes in which S3 tells of new objects: EventBridge's "Object Created", and the classic
/// notification, whose keys are URL-encoded.
final class UploadEvent {
  private static final JsonType<Body> TYPE = Jsonb.builder().build().type(Body.class);

  private UploadEvent() {}

  /// The members of both shapes that matter.
  @Json
  record Body(@Nullable Detail detail, @Json.Property("Records") @Nullable List<Notice> records) {}

  /// EventBridge's part that S3 wrote.
  @Json
  record Detail(@Nullable Thing object) {}

  /// One entry of the classic shape.
  @Json
  record Notice(@Nullable Detail s3) {}

  /// An object.
  @Json
  record Thing(@Nullable String key) {}

  /// The keys of the objects it tells of; none for what is no such event.
  static List<String> keys(String text) {
    List<String> keys = new ArrayList<>();
    try {
      Body body = TYPE.fromJson(text);
      if (body == null) {
        return keys;
      }
      String key = key(body.detail);
      if (key != null) {
        keys.add(key);
      }
      if (body.records != null) {
        for (Notice notice : body.records) {
          String encoded = key(notice.s3);
          if (encoded != null) {
            keys.add(URLDecoder.decode(encoded, StandardCharsets.UTF_8));
          }
        }
      }
      return keys;
    } catch (JsonException | IllegalArgumentException e) {
      return List.of();
    }
  }

  private static @Nullable String key(@Nullable Detail detail) {
    return detail == null || detail.object == null ? null : detail.object.key;
  }
}
