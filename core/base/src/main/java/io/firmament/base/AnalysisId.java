package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// One analysis run of one firmware.
public record AnalysisId(UUID value) {
  public static AnalysisId of(String text) {
    return new AnalysisId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<AnalysisId> parse(String text) {
    return Ids.parse(text).map(AnalysisId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
