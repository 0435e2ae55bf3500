package io.firmament.base.finding;

import io.avaje.jsonb.Json;
import java.util.List;

/// How soon somebody should look at a match, and why.
///
/// @param score 0 to 100
/// @param reasons one for each factor, each `code: text`
@Json
public record Priority(double score, Band band, List<String> reasons) {
  public Priority {
    reasons = List.copyOf(reasons);
  }

  /// The queues, the most urgent first.
  public enum Band {
    /// Exploited, applies, and can be reached from the network.
    P0,
    /// Exploited, or likely to be.
    P1,
    /// Severe.
    P2,
    /// Everything else, and what does not apply.
    P3
  }
}
