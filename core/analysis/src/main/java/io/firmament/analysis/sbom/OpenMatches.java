package io.firmament.analysis.sbom;

import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexStatement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The matches of which an SBOM would not say that they are resolved or not affected: what is left
/// for somebody to look at. What VEX documents say stands before what the impact assessment says.
///
/// @param open what is left
/// @param closedByVex what would be, did documents not say that it is resolved or not affected
public record OpenMatches(List<CveMatch> open, List<CveMatch> closedByVex) {
  public OpenMatches {
    open = List.copyOf(open);
    closedByVex = List.copyOf(closedByVex);
  }

  /// @param said by VEX documents, by the ids of the matches
  public static OpenMatches of(List<CveMatch> matches, Map<String, VexStatement> said) {
    Map<String, VexStatement> assessed = AssessedStatements.of(matches);
    Map<String, VexStatement> statements = new HashMap<>(assessed);
    statements.putAll(said);
    List<CveMatch> open = new ArrayList<>();
    List<CveMatch> closedByVex = new ArrayList<>();
    for (CveMatch match : matches) {
      VexStatement statement = statements.get(match.id());
      if (statement == null || !closes(statement.state())) {
        open.add(match);
      } else if (!assessed.containsKey(match.id())) {
        closedByVex.add(match);
      }
    }
    return new OpenMatches(open, closedByVex);
  }

  private static boolean closes(VexStatement.State state) {
    return switch (state) {
      case RESOLVED, RESOLVED_WITH_PEDIGREE, FALSE_POSITIVE, NOT_AFFECTED -> true;
      case EXPLOITABLE, IN_TRIAGE -> false;
    };
  }
}
