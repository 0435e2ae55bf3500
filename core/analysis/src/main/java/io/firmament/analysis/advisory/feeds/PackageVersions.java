package io.firmament.analysis.advisory.feeds;

import io.firmament.analysis.advisory.range.VersRange;
import io.firmament.analysis.advisory.version.VersionScheme;
import io.firmament.analysis.advisory.version.VersionSchemes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What an advisory says of the versions of one package.
///
/// @param advisory the id of the advisory that says so
/// @param type the package URL type
/// @param system in lower case the ecosystem of a distribution, for example `debian`; empty for a
///     type that has one ecosystem only
/// @param release of the distribution, for example `11` of `Debian:11`; empty where none
/// @param name as the ecosystem writes it
/// @param versions that are affected one by one
public record PackageVersions(
    String advisory,
    String type,
    String system,
    String release,
    String name,
    List<Range> ranges,
    List<String> versions) {
  public PackageVersions {
    ranges = List.copyOf(ranges);
    versions = List.copyOf(versions);
  }

  /// Whether the version is affected (OSV schema, "Evaluation").
  public boolean affects(String version) {
    VersionScheme scheme = scheme();
    return versions.stream().anyMatch(v -> v.equals(version) || scheme.compare(v, version) == 0)
        || ranges.stream().anyMatch(range -> range.affects(version, scheme));
  }

  /// The version that has the fix, the last one where there are several.
  public Optional<String> fixedIn() {
    VersionScheme scheme = scheme();
    return ranges.stream()
        .flatMap(range -> range.events.stream())
        .filter(event -> event.kind.equals("fixed"))
        .map(Event::version)
        .max(scheme::compare);
  }

  private VersionScheme scheme() {
    return VersionSchemes.standard().ofType(type);
  }

  /// Events in the order of versions.
  public record Range(List<Event> events) {
    public Range {
      events = List.copyOf(events);
    }

    boolean affects(String version, VersionScheme scheme) {
      if (events.stream().anyMatch(event -> event.kind.equals(Event.VERS))) {
        return events.stream()
            .flatMap(event -> VersRange.parseLenient(event.version).stream())
            .anyMatch(range -> range.contains(version));
      }
      List<Event> limits = events.stream().filter(e -> e.kind.equals("limit")).toList();
      boolean limited =
          !limits.isEmpty()
              && limits.stream()
                  .noneMatch(e -> e.version.equals("*") || scheme.compare(version, e.version) < 0);
      if (limited) {
        return false;
      }
      List<Event> sorted = new ArrayList<>(events);
      sorted.sort((a, b) -> compare(a.version, b.version, scheme));
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

  /// @param kind `introduced`, `fixed`, `last_affected` or `limit`; or `vers`, and then the version
  ///     is a whole range in that notation, which has an order of versions of its own
  public record Event(String kind, String version) {
    static final String VERS = "vers";
  }
}
