package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// An enrolment token, named without revealing it.
public record EnrollTokenId(UUID value) {
  public static EnrollTokenId of(String text) {
    return new EnrollTokenId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<EnrollTokenId> parse(String text) {
    return Ids.parse(text).map(EnrollTokenId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
