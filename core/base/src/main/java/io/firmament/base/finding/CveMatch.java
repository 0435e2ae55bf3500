package io.firmament.base.finding;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A vulnerability that applies to a component.
///
/// @param id stable: derived from vulnerability and component
/// @param cve the primary id, for example `CVE-2022-0778`
/// @param aliases other ids of the same vulnerability
/// @param componentId the [Component] it applies to
/// @param description in English
/// @param severity null where nobody has scored it
/// @param cvssScore base score 0.0 to 10.0; null where none
/// @param cvssVector null where none
/// @param knownExploited whether it is in CISA's KEV catalogue
/// @param score the impact assessment, -10 to 10: positive relevant, negative not
/// @param reasons machine-readable reasons of the match, each `code: text`
/// @param epss probability that somebody exploits it within 30 days, 0 to 1; null where EPSS has
///     none
/// @param epssPercentile how much of all vulnerabilities is not more likely, 0 to 1; null as `epss`
/// @param priority how soon somebody should look at it; null in findings of before there was one
/// @param sources who says so, the most trusted first
@Json
public record CveMatch(
    String id,
    String cve,
    List<String> aliases,
    String componentId,
    String description,
    @Nullable Severity severity,
    @Nullable Double cvssScore,
    @Nullable String cvssVector,
    boolean knownExploited,
    int score,
    List<String> reasons,
    @Nullable Double epss,
    @Nullable Double epssPercentile,
    @Nullable Priority priority,
    List<VulnerabilitySource> sources) {
  public CveMatch {
    aliases = List.copyOf(aliases);
    reasons = List.copyOf(reasons);
    // Documents of before there were sources have none.
    sources = sources == null ? List.of() : List.copyOf(sources);
  }
}
