package io.firmament.platform.rollout;

import io.firmament.base.finding.Severity;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// What the catalogue knows of an artifact that matters to a rollout.
///
/// @param requirements what a device must be and have for it
/// @param securityOnly whether it changes nothing but what closes vulnerabilities
/// @param openVulnerabilities how many findings of each severity are open, those triaged away left
///     out
/// @param closedByVex how many more of each severity were open, had VEX documents not closed them
/// @param analysed whether these are known; not while an image waits for its analysis, or could not
///     be analysed
public record ArtifactFacts(
    ArtifactRef artifact,
    Requirements requirements,
    boolean securityOnly,
    Map<Severity, Integer> openVulnerabilities,
    Map<Severity, Integer> closedByVex,
    boolean analysed) {
  public ArtifactFacts {
    openVulnerabilities = copy(openVulnerabilities);
    closedByVex = copy(closedByVex);
  }

  private static Map<Severity, Integer> copy(Map<Severity, Integer> counts) {
    EnumMap<Severity, Integer> copy = new EnumMap<>(Severity.class);
    copy.putAll(counts);
    return Collections.unmodifiableMap(copy);
  }

  /// Of an artifact that asks for no more than its selector, and whose open findings are known.
  public ArtifactFacts(
      ArtifactRef artifact,
      Optional<Selector> compatibility,
      boolean securityOnly,
      Map<Severity, Integer> openVulnerabilities) {
    this(
        artifact,
        Requirements.of(compatibility),
        securityOnly,
        openVulnerabilities,
        Map.of(),
        true);
  }

  /// How many open findings are as bad as that, or worse.
  int openFrom(Severity severity) {
    return from(severity, openVulnerabilities);
  }

  /// How many that bad, or worse, VEX documents have closed.
  int closedByVexFrom(Severity severity) {
    return from(severity, closedByVex);
  }

  private static int from(Severity severity, Map<Severity, Integer> counts) {
    return counts.entrySet().stream()
        .filter(entry -> entry.getKey().compareTo(severity) <= 0)
        .mapToInt(Map.Entry::getValue)
        .sum();
  }
}
