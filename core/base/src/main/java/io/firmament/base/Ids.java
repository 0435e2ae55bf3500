package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// Where new ids come from; wiring gives the random source, tests a counting one.
public interface Ids {
  /// A new id nobody has seen before.
  UUID next();

  /// Version 4 UUIDs from the platform's secure random source.
  static Ids random() {
    return UUID::randomUUID;
  }

  /// Parses the canonical 36-character form only; anything else is no id.
  static Optional<UUID> parse(String text) {
    if (text.length() != 36) {
      return Optional.empty();
    }
    try {
      UUID id = UUID.fromString(text);
      return id.toString().equalsIgnoreCase(text) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
