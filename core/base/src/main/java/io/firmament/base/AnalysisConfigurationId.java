package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// A named set of analysis options of a tenant.
public record AnalysisConfigurationId(UUID value) {
  public static AnalysisConfigurationId of(String text) {
    return new AnalysisConfigurationId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<AnalysisConfigurationId> parse(String text) {
    return Ids.parse(text).map(AnalysisConfigurationId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
