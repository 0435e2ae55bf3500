package io.firmament.local;

import io.avaje.json.JsonWriter;
import io.avaje.json.stream.JsonStream;
import java.io.StringWriter;
import java.time.Instant;

/// The event that S3 sends through EventBridge for a new object ("Object Created", detail version
/// 0).
///
/// @param reason `PutObject`, `PostObject`, `CopyObject` or `CompleteMultipartUpload`
record ObjectCreatedEvent(String id, Instant time, String bucket, String key, String reason) {
  private static final JsonStream JSON = JsonStream.builder().build();

  String toJson() {
    StringWriter text = new StringWriter(512);
    try (JsonWriter json = JSON.writer(text)) {
      json.beginObject();
      field(json, "version", "0");
      field(json, "id", id);
      field(json, "detail-type", "Object Created");
      field(json, "source", "aws.s3");
      field(json, "account", "000000000000");
      field(json, "time", time.toString());
      field(json, "region", "eu-central-1");
      json.name("resources");
      json.beginArray();
      json.value("arn:aws:s3:::" + bucket);
      json.endArray();
      json.name("detail");
      json.beginObject();
      field(json, "version", "0");
      json.name("bucket");
      json.beginObject();
      field(json, "name", bucket);
      json.endObject();
      json.name("object");
      json.beginObject();
      field(json, "key", key);
      json.endObject();
      field(json, "request-id", id);
      field(json, "requester", "000000000000");
      field(json, "reason", reason);
      json.endObject();
      json.endObject();
    }
    return text.toString();
  }

  private static void field(JsonWriter json, String name, String value) {
    json.name(name);
    json.value(value);
  }
}
