package io.firmament.base.finding;

import io.avaje.jsonb.Json;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What one VEX document says of the matches of an image.
@Json
public record VexDecisions(VexSource source, List<VexDecision> decisions) {
  public VexDecisions {
    decisions = List.copyOf(decisions);
  }

  /// A decision with the document that it is from.
  public record Said(VexDecision decision, VexSource source) {}

  /// Which of two stands: the later one; of the same time the one about the component; then the
  /// more careful one; then the one whose document's id is later in the alphabet. So the order in
  /// which documents came says nothing.
  private static final Comparator<Said> STANDING =
      Comparator.comparing((Said said) -> Instant.parse(said.decision().at()))
          .thenComparing(said -> said.decision().specific())
          .thenComparingInt(said -> caution(said.decision().statement().state()))
          .thenComparing(said -> said.source().document())
          .thenComparing(said -> said.source().sha256());

  /// What stands of all that documents say, by the ids of the matches.
  public static Map<String, Said> resolve(List<VexDecisions> documents) {
    Map<String, Said> standing = new HashMap<>();
    for (VexDecisions document : documents) {
      for (VexDecision decision : document.decisions()) {
        standing.merge(
            decision.match(),
            new Said(decision, document.source()),
            (one, other) -> STANDING.compare(one, other) >= 0 ? one : other);
      }
    }
    return Map.copyOf(standing);
  }

  private static int caution(VexStatement.State state) {
    return switch (state) {
      case EXPLOITABLE -> 3;
      case IN_TRIAGE -> 2;
      case NOT_AFFECTED, FALSE_POSITIVE -> 1;
      case RESOLVED, RESOLVED_WITH_PEDIGREE -> 0;
    };
  }
}
