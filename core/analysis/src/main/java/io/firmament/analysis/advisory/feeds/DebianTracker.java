package io.firmament.analysis.advisory.feeds;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One vulnerability of one source package in the JSON export of Debian's security tracker.
final class DebianTracker {
  private static final Map<String, String> RELEASES =
      Map.of(
          "jessie",
          "8",
          "stretch",
          "9",
          "buster",
          "10",
          "bullseye",
          "11",
          "bookworm",
          "12",
          "trixie",
          "13",
          "forky",
          "14",
          "duke",
          "15",
          "sid",
          "sid");

  private DebianTracker() {}

  /// Whether the export has something under that name: `TEMP-...` are Debian's own until a CVE is
  /// assigned.
  static boolean isId(String name) {
    return name.startsWith("CVE-") || name.startsWith("TEMP-");
  }

  /// Empty where it says nothing of a release that it has a verdict on.
  static Optional<DistributionFact> fact(String source, String id, JsonValue issue)
      throws MalformedRecord {
    if (!(issue.field("releases") instanceof JsonValue.Fields releases)) {
      throw new MalformedRecord(source + ", " + id + ": no releases");
    }
    List<DistributionFact.Release> known = new ArrayList<>();
    for (Map.Entry<String, JsonValue> entry : releases.values().entrySet()) {
      String release = RELEASES.get(entry.getKey());
      JsonValue value = entry.getValue();
      String status = value.field("status").text().orElse("");
      Optional<String> fixed = value.field("fixed_version").text();
      boolean resolved = status.equals("resolved") && fixed.isPresent();
      if (release != null && (resolved || status.equals("open"))) {
        known.add(
            new DistributionFact.Release(release, resolved ? fixed.orElse("") : "", grade(value)));
      }
    }
    return known.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new DistributionFact(
                VulnerabilityFacts.Source.DEBIAN,
                id,
                "debian",
                source,
                issue.field("description").text().orElse(""),
                known));
  }

  private static DistributionFact.Grade grade(JsonValue release) {
    String urgency = release.field("urgency").text().orElse("");
    if (urgency.startsWith("unimportant")) {
      return DistributionFact.Grade.UNIMPORTANT;
    }
    if (urgency.startsWith("end-of-life")) {
      return DistributionFact.Grade.END_OF_LIFE;
    }
    return release.field("nodsa").isMissing()
        ? DistributionFact.Grade.NORMAL
        : DistributionFact.Grade.MINOR;
  }
}
