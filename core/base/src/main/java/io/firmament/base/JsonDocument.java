package io.firmament.base;

import io.avaje.jsonb.JsonType;
import java.io.IOException;
import java.io.InputStream;

/// Reads a JSON document from a stream.
public final class JsonDocument {
  private JsonDocument() {}

  /// Reads the stream to its end and then the document. The parser of avaje-jsonb 3.11 must not be
  /// given a stream: where the edge of its buffer falls on a comma it takes the list to be over.
  ///
  /// @throws io.avaje.json.JsonDataException for anything but a document of that type
  public static <T> T read(JsonType<T> type, InputStream in) throws IOException {
    return type.fromJson(in.readAllBytes());
  }
}
