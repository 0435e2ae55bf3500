package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// A product: vendor and name within a tenant.
public record ProductId(UUID value) {
  public static ProductId of(String text) {
    return new ProductId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<ProductId> parse(String text) {
    return Ids.parse(text).map(ProductId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
