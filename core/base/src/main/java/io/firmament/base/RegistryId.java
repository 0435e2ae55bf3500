package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// A container registry that a tenant has connected.
public record RegistryId(UUID value) {
  public static RegistryId of(String text) {
    return new RegistryId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<RegistryId> parse(String text) {
    return Ids.parse(text).map(RegistryId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
