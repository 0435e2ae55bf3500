package io.firmament.analysis.sbom;

import io.firmament.base.finding.CveMatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the impact assessment says of matches, as VEX statements.
///
/// A match below the threshold is not affected where one of its reasons is a justification; of the
/// others nothing is said, since nobody has looked at them.
final class AssessedStatements {
  /// The lowest score that is still worth somebody's time.
  private static final int THRESHOLD = -2;

  private static final Map<String, VexStatement.Justification> JUSTIFICATIONS =
      Map.of(
          "code-not-built", VexStatement.Justification.CODE_NOT_PRESENT,
          "module-absent", VexStatement.Justification.CODE_NOT_PRESENT,
          "applet-absent", VexStatement.Justification.CODE_NOT_PRESENT,
          "tool-only", VexStatement.Justification.CODE_NOT_PRESENT,
          "other-architecture", VexStatement.Justification.CODE_NOT_PRESENT,
          "never-loaded", VexStatement.Justification.CODE_NOT_REACHABLE,
          "never-started", VexStatement.Justification.CODE_NOT_REACHABLE,
          "platform-contradicted", VexStatement.Justification.REQUIRES_ENVIRONMENT,
          "other-system", VexStatement.Justification.REQUIRES_ENVIRONMENT);

  private AssessedStatements() {}

  /// The statements by the ids of the matches.
  static Map<String, VexStatement> of(List<CveMatch> matches) {
    Map<String, VexStatement> statements = new HashMap<>();
    for (CveMatch match : matches) {
      if (match.score() < THRESHOLD) {
        match.reasons().stream()
            .flatMap(reason -> justification(reason).stream())
            .findFirst()
            .ifPresent(
                justification ->
                    statements.put(
                        match.id(),
                        new VexStatement(
                            VexStatement.State.NOT_AFFECTED,
                            justification,
                            List.of(),
                            String.join("; ", match.reasons()))));
      }
    }
    return statements;
  }

  private static Optional<VexStatement.Justification> justification(String reason) {
    int colon = reason.indexOf(':');
    return Optional.ofNullable(JUSTIFICATIONS.get(colon < 0 ? reason : reason.substring(0, colon)));
  }
}
