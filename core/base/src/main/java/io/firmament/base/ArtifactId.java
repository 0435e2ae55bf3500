package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// One version of an artifact in a tenant's catalogue.
public record ArtifactId(UUID value) {
  public static ArtifactId of(String text) {
    return new ArtifactId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<ArtifactId> parse(String text) {
    return Ids.parse(text).map(ArtifactId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
