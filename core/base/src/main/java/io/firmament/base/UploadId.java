package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// The permission to upload one image, used once.
public record UploadId(UUID value) {
  public static UploadId of(String text) {
    return new UploadId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<UploadId> parse(String text) {
    return Ids.parse(text).map(UploadId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
