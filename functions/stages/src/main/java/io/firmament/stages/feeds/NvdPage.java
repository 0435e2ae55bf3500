package io.firmament.stages.feeds;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/// What a page of the NVD's API says of itself.
///
/// @param start the place of its first record
/// @param total how many records there are in all pages
/// @param records how many are in this one
/// @param time when it was made; empty where it does not say
record NvdPage(int start, int total, int records, Optional<Instant> time) {
  /// Reads a page to its end.
  ///
  /// @throws IOException also where it breaks off, or is no page
  static NvdPage read(Path file) throws IOException {
    int start = -1;
    int total = -1;
    int records = -1;
    Optional<Instant> time = Optional.empty();
    try (InputStream in = Files.newInputStream(file);
        JsonParser parser = new JsonFactory().createParser(in)) {
      require(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (name) {
          case "startIndex" -> start = number(parser, value);
          case "totalResults" -> total = number(parser, value);
          case "timestamp" -> time = time(parser.getText());
          case "vulnerabilities" -> records = count(parser, value);
          default -> parser.skipChildren();
        }
      }
      require(parser.currentToken() == JsonToken.END_OBJECT);
    }
    require(start >= 0 && total >= 0 && records >= 0);
    return new NvdPage(start, total, records, time);
  }

  private static int number(JsonParser parser, JsonToken value) throws IOException {
    require(value == JsonToken.VALUE_NUMBER_INT);
    return parser.getIntValue();
  }

  private static int count(JsonParser parser, JsonToken value) throws IOException {
    require(value == JsonToken.START_ARRAY);
    int count = 0;
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      parser.skipChildren();
      count++;
    }
    require(parser.currentToken() == JsonToken.END_ARRAY);
    return count;
  }

  /// Without a zone it is UTC.
  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(
          text.endsWith("Z")
              ? Instant.parse(text)
              : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static void require(boolean condition) throws IOException {
    if (!condition) {
      throw new IOException("it is no page of the NVD's API");
    }
  }
}
