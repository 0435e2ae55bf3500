package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// A rollout: one artifact on its way to one group of devices.
public record RolloutId(UUID value) {
  public static RolloutId of(String text) {
    return new RolloutId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<RolloutId> parse(String text) {
    return Ids.parse(text).map(RolloutId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
