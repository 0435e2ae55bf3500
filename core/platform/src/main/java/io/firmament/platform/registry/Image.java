package io.firmament.platform.registry;

import java.util.List;
import java.util.OptionalLong;

/// An image as a registry has it now.
///
/// @param reference pinned to the digest of what the tag names, an index included
/// @param mediaType of what is pinned
/// @param manifestSize of what is pinned, in bytes
/// @param platforms one of each platform that it runs on
/// @param referrers what says something of it
public record Image(
    ImageReference reference,
    String mediaType,
    long manifestSize,
    List<Variant> platforms,
    List<Referrer> referrers) {
  public Image {
    platforms = List.copyOf(platforms);
    referrers = List.copyOf(referrers);
  }

  /// The image for one platform.
  ///
  /// @param size what is transferred at most to pull it, in bytes: configuration and layers,
  ///     compressed; empty where that was not asked for
  public record Variant(Platform platform, Digest digest, OptionalLong size) {}

  public Digest digest() {
    return reference.findDigest().orElseThrow();
  }

  public boolean isIndex() {
    return MediaTypes.INDEXES.contains(mediaType);
  }
}
