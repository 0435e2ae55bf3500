package io.firmament.platform.registry;

import java.util.Map;
import java.util.Optional;

/// What a manifest says of another content (image-spec, "OCI Content Descriptors").
///
/// @param artifactType empty where it says none
/// @param platform empty where it says none
record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    String artifactType,
    Map<String, String> annotations,
    Optional<Platform> platform) {
  /// Empty for one whose digest cannot be checked, or without a size.
  static Optional<Descriptor> read(Document json) {
    Optional<Digest> digest = json.text("digest").flatMap(Digest::find);
    if (digest.isEmpty() || json.number("size").isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Descriptor(
            json.text("mediaType").orElse(""),
            digest.get(),
            json.number("size").getAsLong(),
            json.text("artifactType").orElse(""),
            json.map("annotations"),
            json.object("platform").map(Platform::read)));
  }
}
