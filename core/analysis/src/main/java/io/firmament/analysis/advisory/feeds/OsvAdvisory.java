package io.firmament.analysis.advisory.feeds;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.firmament.analysis.advisory.version.VersionScheme;
import io.firmament.analysis.advisory.version.VersionSchemes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A record in the OSV format (schema 1.x).
///
/// @param aliases ids of the same vulnerability
/// @param withdrawn whether it no longer holds
/// @param vector a CVSS vector; null where none
public record OsvAdvisory(
    String id,
    List<String> aliases,
    boolean withdrawn,
    String summary,
    @Nullable String vector,
    List<Affected> affected) {
  /// The package URL types of OSV's ecosystems, by the name before the colon.
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("alpine", "apk"),
          Map.entry("crates.io", "cargo"),
          Map.entry("debian", "deb"),
          Map.entry("go", "golang"),
          Map.entry("maven", "maven"),
          Map.entry("npm", "npm"),
          Map.entry("nuget", "nuget"),
          Map.entry("packagist", "composer"),
          Map.entry("pypi", "pypi"),
          Map.entry("rubygems", "gem"),
          Map.entry("red hat", "rpm"),
          Map.entry("rocky linux", "rpm"),
          Map.entry("ubuntu", "deb"));

  public OsvAdvisory {
    aliases = List.copyOf(aliases);
    affected = List.copyOf(affected);
  }

  /// A package and its versions.
  ///
  /// @param type the package URL type
  /// @param release of the distribution, for example `11` of `Debian:11`; empty where none
  /// @param name as the ecosystem writes it
  /// @param versions that are affected one by one
  public record Affected(
      String type, String release, String name, List<Range> ranges, List<String> versions) {
    public Affected {
      ranges = List.copyOf(ranges);
      versions = List.copyOf(versions);
    }

    /// Whether the version is affected (OSV schema, "Evaluation").
    public boolean affects(String version) {
      VersionScheme scheme = VersionSchemes.standard().ofType(type);
      return versions.stream().anyMatch(v -> v.equals(version) || scheme.compare(v, version) == 0)
          || ranges.stream().anyMatch(range -> range.affects(version, scheme));
    }
  }

  /// Events in the order of versions.
  public record Range(List<Event> events) {
    public Range {
      events = List.copyOf(events);
    }

    boolean affects(String version, VersionScheme scheme) {
      List<Event> limits = events.stream().filter(e -> e.kind.equals("limit")).toList();
      boolean limited =
          !limits.isEmpty()
              && limits.stream()
                  .noneMatch(e -> e.version.equals("*") || scheme.compare(version, e.version) < 0);
      if (limited) {
        return false;
      }
      List<Event> sorted = new ArrayList<>(events);
      sorted.sort(Comparator.comparing(e -> e, (a, b) -> compare(a.version, b.version, scheme)));
      boolean affected = false;
      for (Event event : sorted) {
        int order = compare(version, event.version, scheme);
        switch (event.kind) {
          case "introduced" -> affected |= order >= 0;
          case "fixed" -> affected &= order < 0;
          case "last_affected" -> affected &= order <= 0;
          default -> {}
        }
      }
      return affected;
    }

    /// `0` is before every version.
    private static int compare(String left, String right, VersionScheme scheme) {
      if (left.equals("0") || right.equals("0")) {
        return Boolean.compare(!left.equals("0"), !right.equals("0"));
      }
      return scheme.compare(left, right);
    }
  }

  /// @param kind `introduced`, `fixed`, `last_affected` or `limit`
  public record Event(String kind, String version) {}

  /// Reads one record.
  ///
  /// @throws MalformedRecord also where it is no JSON
  public static OsvAdvisory parse(InputStream in) throws IOException, MalformedRecord {
    try (JsonParser parser = new JsonFactory().createParser(in)) {
      parser.nextToken();
      return of(JsonValue.read(parser));
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      throw new MalformedRecord("no JSON: " + NvdRecord.shortened(e.getOriginalMessage()));
    }
  }

  private static OsvAdvisory of(JsonValue json) throws MalformedRecord {
    String id = json.field("id").text().orElseThrow(() -> new MalformedRecord("no id"));
    List<Affected> affected = new ArrayList<>();
    for (JsonValue each : json.field("affected").items("affected")) {
      affected(each).ifPresent(affected::add);
    }
    String vector = null;
    for (JsonValue severity : json.field("severity").items("severity")) {
      vector = severity.field("score").text().orElse(vector);
    }
    return new OsvAdvisory(
        id,
        texts(json.field("aliases"), "aliases"),
        !json.field("withdrawn").isMissing(),
        json.field("summary").text().or(() -> json.field("details").text()).orElse(""),
        vector,
        affected);
  }

  private static Optional<Affected> affected(JsonValue json) throws MalformedRecord {
    String[] ecosystem = json.field("package").field("ecosystem").text().orElse("").split(":", 2);
    String type = TYPES.get(ecosystem[0].toLowerCase(Locale.ROOT));
    Optional<String> name = json.field("package").field("name").text();
    if (type == null || name.isEmpty()) {
      return Optional.empty();
    }
    List<Range> ranges = new ArrayList<>();
    for (JsonValue range : json.field("ranges").items("ranges")) {
      if (!range.field("type").text().orElse("").equals("GIT")) {
        ranges.add(new Range(events(range)));
      }
    }
    String release = ecosystem.length > 1 ? ecosystem[1].replaceFirst("^v", "") : "";
    return Optional.of(
        new Affected(type, release, name.get(), ranges, texts(json.field("versions"), "versions")));
  }

  private static List<Event> events(JsonValue range) throws MalformedRecord {
    List<Event> events = new ArrayList<>();
    for (JsonValue event : range.field("events").items("events")) {
      for (String kind : List.of("introduced", "fixed", "last_affected", "limit")) {
        event.field(kind).text().ifPresent(version -> events.add(new Event(kind, version)));
      }
    }
    return events;
  }

  private static List<String> texts(JsonValue array, String what) throws MalformedRecord {
    List<String> texts = new ArrayList<>();
    for (JsonValue each : array.items(what)) {
      each.text().ifPresent(texts::add);
    }
    return texts;
  }
}
