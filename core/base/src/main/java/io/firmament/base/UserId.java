package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// A user; one user may belong to several tenants.
public record UserId(UUID value) {
  public static UserId of(String text) {
    return new UserId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<UserId> parse(String text) {
    return Ids.parse(text).map(UserId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
