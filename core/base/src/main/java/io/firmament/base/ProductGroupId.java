package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// A group of products; permissions on firmware are given per product group.
public record ProductGroupId(UUID value) {
  public static ProductGroupId of(String text) {
    return new ProductGroupId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<ProductGroupId> parse(String text) {
    return Ids.parse(text).map(ProductGroupId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
