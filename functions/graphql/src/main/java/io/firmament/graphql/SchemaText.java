package io.firmament.graphql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The schema's text, as the contract has it: one file per aggregate, read as one document.
final class SchemaText {
  private static final List<String> AGGREGATES =
      List.of(
          "root",
          "identity",
          "firmware",
          "unpacking",
          "findings",
          "comparison",
          "upload",
          "report");

  private SchemaText() {}

  /// The files' names without extension, in reading order.
  static List<String> aggregates() {
    return AGGREGATES;
  }

  static String read() {
    StringBuilder text = new StringBuilder(32_000);
    for (String aggregate : AGGREGATES) {
      text.append(read("/firmament/graphql/" + aggregate + ".graphqls")).append('\n');
    }
    return text.toString();
  }

  private static String read(String resource) {
    try (InputStream in = SchemaText.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing from the contract");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
