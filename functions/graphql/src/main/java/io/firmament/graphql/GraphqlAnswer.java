package io.firmament.graphql;

import io.avaje.json.JsonWriter;
import io.avaje.json.stream.JsonStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An answer as JSON, with nulls: a field that was asked for is always there.
final class GraphqlAnswer {
  private static final JsonStream JSON =
      JsonStream.builder().serializeNulls(true).serializeEmpty(true).build();

  private GraphqlAnswer() {}

  static byte[] encode(Map<String, @Nullable Object> answer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    try (JsonWriter writer = JSON.writer(out)) {
      write(writer, answer);
    }
    return out.toByteArray();
  }

  private static void write(JsonWriter writer, @Nullable Object value) {
    switch (value) {
      case null -> writer.nullValue();
      case Map<?, ?> map -> object(writer, map);
      case Iterable<?> list -> array(writer, list);
      case Boolean flag -> writer.value((boolean) flag);
      case Integer number -> writer.value((int) number);
      case Long number -> writer.value((long) number);
      case BigInteger number -> writer.value(number);
      case BigDecimal number -> writer.value(number);
      case Number number -> writer.value(number.doubleValue());
      default -> writer.value(value.toString());
    }
  }

  private static void object(JsonWriter writer, Map<?, ?> map) {
    writer.beginObject();
    for (Map.Entry<?, ?> member : map.entrySet()) {
      writer.name(String.valueOf(member.getKey()));
      write(writer, member.getValue());
    }
    writer.endObject();
  }

  private static void array(JsonWriter writer, Iterable<?> list) {
    writer.beginArray();
    for (Object element : list) {
      write(writer, element);
    }
    writer.endArray();
  }
}
