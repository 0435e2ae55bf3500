package io.firmament.analysis.sbom;

import io.firmament.base.finding.CveMatch;
import java.util.List;
import java.util.Set;

/// The matches of which an SBOM would not say that they are resolved or not affected: what is left
/// for somebody to look at.
public final class OpenMatches {
  private OpenMatches() {}

  public static List<CveMatch> of(List<CveMatch> matches) {
    Set<String> closed = AssessedStatements.of(matches).keySet();
    return matches.stream().filter(match -> !closed.contains(match.id())).toList();
  }
}
