package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// A tenant: the customer whose data this is.
public record TenantId(UUID value) {
  public static TenantId of(String text) {
    return new TenantId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<TenantId> parse(String text) {
    return Ids.parse(text).map(TenantId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
