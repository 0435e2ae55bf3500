package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// One uploaded firmware image.
public record FirmwareId(UUID value) {
  public static FirmwareId of(String text) {
    return new FirmwareId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<FirmwareId> parse(String text) {
    return Ids.parse(text).map(FirmwareId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
