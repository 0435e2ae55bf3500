package io.firmament.analysis.sbom;

import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexStatement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the impact assessment says of matches, as VEX statements.
///
/// A match below the threshold is resolved or not affected where one of its reasons says so; of the
/// others nothing is said, since nobody has looked at them.
final class AssessedStatements {
  /// The lowest score that is still worth somebody's time.
  private static final int THRESHOLD = -2;

  /// What each reason means; a state without a justification has none that fits.
  private static final Map<String, VexStatement> MEANINGS =
      Map.of(
          "code-not-built", absent(VexStatement.Justification.CODE_NOT_PRESENT),
          "other-architecture", absent(VexStatement.Justification.CODE_NOT_PRESENT),
          "applet-absent", absent(VexStatement.Justification.CODE_NOT_PRESENT),
          "tool-only", absent(VexStatement.Justification.CODE_NOT_PRESENT),
          "never-loaded", absent(VexStatement.Justification.CODE_NOT_REACHABLE),
          "platform-contradicted", absent(VexStatement.Justification.REQUIRES_ENVIRONMENT),
          "user-unaffected", absent(null),
          "cna-unaffected", absent(null),
          "distribution-unaffected", absent(null),
          "distribution-fixed", new VexStatement(VexStatement.State.RESOLVED, null, List.of(), ""));

  private static VexStatement absent(VexStatement.@Nullable Justification justification) {
    return new VexStatement(VexStatement.State.NOT_AFFECTED, justification, List.of(), "");
  }

  private AssessedStatements() {}

  /// The statements by the ids of the matches.
  static Map<String, VexStatement> of(List<CveMatch> matches) {
    Map<String, VexStatement> statements = new HashMap<>();
    for (CveMatch match : matches) {
      if (match.score() < THRESHOLD) {
        match.reasons().stream()
            .flatMap(reason -> meaning(reason).stream())
            .findFirst()
            .ifPresent(
                meaning ->
                    statements.put(
                        match.id(),
                        new VexStatement(
                            meaning.state(),
                            meaning.justification(),
                            List.of(),
                            String.join("; ", match.reasons()))));
      }
    }
    return statements;
  }

  private static Optional<VexStatement> meaning(String reason) {
    int colon = reason.indexOf(':');
    return Optional.ofNullable(MEANINGS.get(colon < 0 ? reason : reason.substring(0, colon)));
  }
}
