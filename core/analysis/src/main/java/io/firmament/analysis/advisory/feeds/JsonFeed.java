package io.firmament.analysis.advisory.feeds;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One JSON text: a feed with its records in a list, a record alone, several of these one after
/// another, or an array of them.
final class JsonFeed {
  private static final Set<String> LISTS = Set.of("vulnerabilities", "facts", "overrides");

  /// Fields of records that stand alone; whatever else is an object is a package of Debian's.
  private static final Set<String> OF_RECORDS =
      Set.of(
          "_annotation",
          "affected",
          "aliases",
          "containers",
          "cve",
          "cveMetadata",
          "related",
          "severity",
          "upstream");

  private final String place;
  private final Gathering found;
  private int number;

  JsonFeed(String place, Gathering found) {
    this.place = place;
    this.found = found;
  }

  void read(InputStream in) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(in)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.START_ARRAY) {
          while (parser.nextToken() != JsonToken.END_ARRAY && parser.hasCurrentToken()) {
            value(parser);
          }
        } else {
          value(parser);
        }
      }
    }
  }

  private void value(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      new Document().read(parser);
    } else {
      found.malformed(at(parser) + "no JSON object");
      parser.skipChildren();
    }
  }

  private String at(JsonParser parser) {
    int line = parser.currentTokenLocation().getLineNr();
    return Gathering.at(place, "record " + number + ", line " + line);
  }

  private interface Taking {
    void run() throws MalformedRecord;
  }

  private void record(String where, Taking taking) {
    try {
      taking.run();
    } catch (MalformedRecord e) {
      found.malformed(where + e.getMessage());
    }
    number++;
  }

  /// One object of the outermost layer.
  private final class Document {
    private final Map<String, JsonValue> fields = new HashMap<>();
    private final Set<FeedKind> kinds = EnumSet.noneOf(FeedKind.class);
    private final List<JsonValue> alpinePackages = new ArrayList<>();
    private boolean listed;

    void read(JsonParser parser) throws IOException {
      String start = at(parser);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        if (LISTS.contains(name)) {
          listed = true;
          list(parser, name);
        } else if (name.equals("packages") && token == JsonToken.START_ARRAY) {
          listed = true;
          packages(parser);
        } else if (token == JsonToken.START_OBJECT
            && !OF_RECORDS.contains(name)
            && !JsonValue.NOT_NEEDED.contains(name)) {
          debian(parser, name);
        } else if (token.isScalarValue() || OF_RECORDS.contains(name)) {
          fields.put(name, JsonValue.read(parser));
        } else {
          parser.skipChildren();
        }
      }
      finish(start);
    }

    private String text(String field) {
      return fields.getOrDefault(field, new JsonValue.Missing()).text().orElse("");
    }

    private void finish(String start) {
      if (!listed) {
        JsonValue all = new JsonValue.Fields(fields);
        if (fields.containsKey("cveMetadata")) {
          record(start, () -> take(FeedKind.CVE5, new CveRecord(all).facts()));
        } else if (fields.containsKey("cve")) {
          record(start, () -> nvd(start, all));
        } else if (!text("id").isEmpty()
            && (fields.containsKey("affected") || fields.containsKey("withdrawn"))) {
          record(start, () -> take(FeedKind.OSV, new OsvRecord(all).facts()));
        }
      }
      String release = AlpineSecurity.release(text("distroversion"));
      for (JsonValue each : alpinePackages) {
        record(start, () -> alpine(release, each));
      }
      String watermark = text("timestamp").isEmpty() ? text("dateReleased") : text("timestamp");
      kinds.forEach(kind -> found.watermark(kind, watermark));
    }

    private void take(FeedKind kind, VulnerabilityFacts facts) {
      kinds.add(kind);
      found.take(kind, facts.modified(), facts);
    }

    private void nvd(String where, JsonValue element) throws MalformedRecord {
      NvdRecord nvd = new NvdRecord(element);
      VulnerabilityFacts facts = nvd.facts();
      boolean own = facts.source() == VulnerabilityFacts.Source.NVD;
      take(own ? FeedKind.NVD : FeedKind.NVD_OVERRIDES, facts);
      nvd.problems().forEach(problem -> found.malformed(where + problem));
    }

    private void list(JsonParser parser, String name) throws IOException {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        found.malformed(at(parser) + "\"" + name + "\" is no array");
        parser.skipChildren();
        return;
      }
      found.recognised();
      while (parser.nextToken() != JsonToken.END_ARRAY && parser.hasCurrentToken()) {
        String where = at(parser);
        JsonValue element = JsonValue.read(parser);
        record(where, () -> element(name, where, element));
      }
    }

    private void element(String list, String where, JsonValue element) throws MalformedRecord {
      if (list.equals("facts")) {
        FactsRecord fact = new FactsRecord(element);
        take(FeedKind.FACTS, fact.facts());
        fact.exploited().ifPresent(row -> found.alongside(row));
      } else if (list.equals("overrides")) {
        List<Fact> facts = new OverrideRecord(element).facts();
        kinds.add(FeedKind.OVERRIDES);
        found.take(
            FeedKind.OVERRIDES,
            element.field("modified").text().orElse(""),
            facts.toArray(Fact[]::new));
      } else if (!element.field("cve").isMissing()) {
        nvd(where, element);
      } else if (!element.field("cveID").isMissing()) {
        KnownExploited row = exploited(element);
        kinds.add(FeedKind.KEV);
        found.take(FeedKind.KEV, row.dateAdded(), row);
      } else {
        throw new MalformedRecord("neither an NVD nor a KEV record");
      }
    }

    private static KnownExploited exploited(JsonValue row) throws MalformedRecord {
      Optional<String> id = row.field("cveID").text().filter(text -> text.startsWith("CVE-"));
      return new KnownExploited(
          id.orElseThrow(() -> new MalformedRecord("no CVE id")),
          row.field("dateAdded").text().orElse(""),
          row.field("knownRansomwareCampaignUse").text().filter("Known"::equals).isPresent());
    }

    private void packages(JsonParser parser) throws IOException {
      String release = AlpineSecurity.release(text("distroversion"));
      while (parser.nextToken() != JsonToken.END_ARRAY && parser.hasCurrentToken()) {
        String where = at(parser);
        JsonValue element = JsonValue.read(parser);
        if (release.isEmpty()) {
          alpinePackages.add(element);
        } else {
          record(where, () -> alpine(release, element));
        }
      }
    }

    private void alpine(String release, JsonValue element) throws MalformedRecord {
      if (release.isEmpty()) {
        throw new MalformedRecord("a package of an unknown branch: no distroversion");
      }
      kinds.add(FeedKind.ALPINE);
      for (Fact fact : AlpineSecurity.facts(release, element)) {
        found.take(FeedKind.ALPINE, "", fact);
      }
    }

    private void debian(JsonParser parser, String source) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String id = parser.currentName();
        String where = at(parser);
        parser.nextToken();
        if (DebianTracker.isId(id)) {
          JsonValue issue = JsonValue.read(parser);
          listed = true;
          record(
              where,
              () ->
                  DebianTracker.fact(source, id, issue)
                      .ifPresent(fact -> found.take(FeedKind.DEBIAN, "", fact)));
        } else {
          parser.skipChildren();
        }
      }
    }
  }
}
