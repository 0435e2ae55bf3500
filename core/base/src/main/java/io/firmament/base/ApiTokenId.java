package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// An API token or key, named without revealing it.
public record ApiTokenId(UUID value) {
  public static ApiTokenId of(String text) {
    return new ApiTokenId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<ApiTokenId> parse(String text) {
    return Ids.parse(text).map(ApiTokenId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
