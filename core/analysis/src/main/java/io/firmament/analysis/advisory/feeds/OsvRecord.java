package io.firmament.analysis.advisory.feeds;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A record in the OSV format (schema 1.x).
final class OsvRecord {
  /// The package URL types of OSV's ecosystems, by the name before the colon.
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("alpine", "apk"),
          Map.entry("alpaquita", "apk"),
          Map.entry("chainguard", "apk"),
          Map.entry("wolfi", "apk"),
          Map.entry("crates.io", "cargo"),
          Map.entry("debian", "deb"),
          Map.entry("ubuntu", "deb"),
          Map.entry("go", "golang"),
          Map.entry("hex", "hex"),
          Map.entry("maven", "maven"),
          Map.entry("npm", "npm"),
          Map.entry("nuget", "nuget"),
          Map.entry("packagist", "composer"),
          Map.entry("pub", "pub"),
          Map.entry("pypi", "pypi"),
          Map.entry("rubygems", "gem"),
          Map.entry("almalinux", "rpm"),
          Map.entry("mageia", "rpm"),
          Map.entry("opensuse", "rpm"),
          Map.entry("red hat", "rpm"),
          Map.entry("rocky linux", "rpm"),
          Map.entry("suse", "rpm"));

  private static final Set<String> DISTRIBUTIONS = Set.of("apk", "deb", "rpm");

  private final JsonValue json;

  OsvRecord(JsonValue json) {
    this.json = json;
  }

  VulnerabilityFacts facts() throws MalformedRecord {
    String id = json.field("id").text().orElseThrow(() -> new MalformedRecord("no id"));
    List<String> aliases = texts(json.field("aliases"), "aliases");
    List<String> upstream = texts(json.field("upstream"), "upstream");
    // An advisory about several vulnerabilities is none of them.
    long cves = aliases.stream().filter(alias -> alias.startsWith("CVE-")).count();
    boolean bundle = !upstream.isEmpty() || (cves > 1 && !id.startsWith("CVE-"));
    List<String> bundled = new ArrayList<>(upstream);
    if (bundle) {
      aliases.stream().filter(alias -> alias.startsWith("CVE-")).forEach(bundled::add);
    }
    List<PackageVersions> affected = new ArrayList<>();
    String vector = vector(json);
    for (JsonValue each : json.field("affected").items("affected")) {
      affected(id, each).ifPresent(affected::add);
      vector = vector == null ? vector(each) : vector;
    }
    return VulnerabilityFacts.of(id, VulnerabilityFacts.Source.OSV)
        .modified(json.field("modified").text().orElse(""))
        .aliases(bundle ? List.of() : aliases)
        .bundled(bundled.stream().distinct().toList())
        .rejected(!json.field("withdrawn").isMissing())
        .description(json.field("summary").text().or(() -> json.field("details").text()).orElse(""))
        .cvss(vector == null ? null : CvssVector.baseScore(vector).orElse(null), vector)
        .packages(affected)
        .build();
  }

  private static @org.jspecify.annotations.Nullable String vector(JsonValue holder)
      throws MalformedRecord {
    String vector = null;
    for (JsonValue severity : holder.field("severity").items("severity")) {
      boolean third = severity.field("type").text().equals(Optional.of("CVSS_V3"));
      vector = vector == null || third ? severity.field("score").text().orElse(vector) : vector;
    }
    return vector;
  }

  private static Optional<PackageVersions> affected(String advisory, JsonValue json)
      throws MalformedRecord {
    String[] ecosystem = json.field("package").field("ecosystem").text().orElse("").split(":", 2);
    String system = ecosystem[0].toLowerCase(Locale.ROOT);
    String type = TYPES.get(system);
    Optional<String> name = json.field("package").field("name").text();
    if (type == null || name.isEmpty()) {
      return Optional.empty();
    }
    List<PackageVersions.Range> ranges = new ArrayList<>();
    for (JsonValue range : json.field("ranges").items("ranges")) {
      if (!range.field("type").text().orElse("").equals("GIT")) {
        ranges.add(new PackageVersions.Range(events(range)));
      }
    }
    List<String> versions = texts(json.field("versions"), "versions");
    boolean distribution = DISTRIBUTIONS.contains(type);
    String release = ecosystem.length > 1 ? ecosystem[1].replaceFirst("^v", "") : "";
    return Optional.of(
        new PackageVersions(
            advisory,
            type,
            distribution ? system : "",
            distribution ? release.replaceFirst("^Pro:", "").replaceFirst(":.*", "") : "",
            type.equals("pypi") ? normalised(name.get()) : name.get(),
            ranges,
            // A range says it in fewer words, and distributions list every build.
            distribution && !ranges.isEmpty() ? List.of() : versions));
  }

  private static String normalised(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
  }

  private static List<PackageVersions.Event> events(JsonValue range) throws MalformedRecord {
    List<PackageVersions.Event> events = new ArrayList<>();
    for (JsonValue event : range.field("events").items("events")) {
      for (String kind : List.of("introduced", "fixed", "last_affected", "limit")) {
        event
            .field(kind)
            .text()
            .ifPresent(version -> events.add(new PackageVersions.Event(kind, version)));
      }
    }
    return events;
  }

  static List<String> texts(JsonValue array, String what) throws MalformedRecord {
    List<String> texts = new ArrayList<>();
    for (JsonValue each : array.items(what)) {
      each.text().ifPresent(texts::add);
    }
    return texts;
  }
}
