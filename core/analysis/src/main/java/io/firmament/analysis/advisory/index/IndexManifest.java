package io.firmament.analysis.advisory.index;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What an index says of itself: the feeds it was built from and the digest of each section.
///
/// @param distributions those that say something of their own packages, with the release, sorted,
///     for example `debian-12`
/// @param sections SHA-256 in hex by section name
public record IndexManifest(
    List<FeedNote> feeds, List<String> distributions, Map<String, String> sections) {
  public IndexManifest {
    feeds = List.copyOf(feeds);
    distributions = List.copyOf(distributions);
    sections = Map.copyOf(sections);
  }

  static byte[] write(
      List<FeedNote> feeds,
      Collection<String> distributions,
      Map<String, SectionedFile.Digest> sections)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("feeds");
      for (FeedNote feed : feeds) {
        json.writeStartObject();
        json.writeStringField("name", feed.name());
        json.writeStringField("kind", feed.kind());
        json.writeStringField("watermark", feed.watermark());
        json.writeStringField("newest", feed.newest());
        json.writeStringField("obtained", feed.obtained());
        json.writeNumberField("records", feed.records());
        json.writeNumberField("malformed", feed.malformed());
        json.writeStringField("notice", feed.notice());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("distributions");
      for (String distribution : distributions) {
        json.writeString(distribution);
      }
      json.writeEndArray();
      json.writeObjectFieldStart("sections");
      for (Map.Entry<String, SectionedFile.Digest> section : sections.entrySet()) {
        json.writeStringField(section.getKey(), section.getValue().sha256());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  static IndexManifest read(byte[] json) throws IOException {
    List<FeedNote> feeds = new ArrayList<>();
    List<String> distributions = new ArrayList<>();
    Map<String, String> sections = new LinkedHashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("sections")) {
          sections.putAll(texts(parser));
        } else if (name.equals("feeds")) {
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            feeds.add(feed(texts(parser)));
          }
        } else if (name.equals("distributions")) {
          while (parser.nextToken() == JsonToken.VALUE_STRING) {
            distributions.add(parser.getText());
          }
        } else {
          parser.skipChildren();
        }
      }
    }
    return new IndexManifest(feeds, distributions, sections);
  }

  private static Map<String, String> texts(JsonParser parser) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      texts.put(name, parser.getText());
    }
    return texts;
  }

  private static FeedNote feed(Map<String, String> texts) {
    return new FeedNote(
        texts.getOrDefault("name", ""),
        texts.getOrDefault("kind", ""),
        texts.getOrDefault("watermark", ""),
        texts.getOrDefault("newest", ""),
        texts.getOrDefault("obtained", ""),
        Integer.parseInt(texts.getOrDefault("records", "0")),
        Integer.parseInt(texts.getOrDefault("malformed", "0")),
        texts.getOrDefault("notice", ""));
  }
}
