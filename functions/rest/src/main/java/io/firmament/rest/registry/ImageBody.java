package io.firmament.rest.registry;

import io.avaje.jsonb.Json;
import io.firmament.platform.registry.Image;
import io.firmament.platform.registry.Referrer;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// An image as it is answered.
///
/// @param size of an image for one platform, in bytes; null for an index
@Json(naming = Json.Naming.LowerUnderscore)
record ImageBody(
    String repository,
    String tag,
    String reference,
    String digest,
    String mediaType,
    @Nullable Long size,
    List<OfPlatform> platforms,
    List<Referring> referrers) {
  /// The image for one platform.
  ///
  /// @param size in bytes; null where it was not asked for
  @Json
  record OfPlatform(String platform, String digest, @Nullable Long size) {
    static List<OfPlatform> all(Image image) {
      return image.platforms().stream()
          .map(
              each ->
                  new OfPlatform(
                      each.platform().toString(), each.digest().toString(), number(each.size())))
          .toList();
    }
  }

  /// What says something of the image.
  @Json(naming = Json.Naming.LowerUnderscore)
  record Referring(String artifactType, String digest, long size, boolean sbom, String source) {
    static Referring of(Referrer referrer) {
      return new Referring(
          referrer.artifactType(),
          referrer.digest().toString(),
          referrer.size(),
          referrer.isSbom(),
          referrer.source().name().toLowerCase(Locale.ROOT));
    }
  }

  static ImageBody of(String tag, Image image) {
    return new ImageBody(
        image.reference().repository().value(),
        tag,
        image.reference().toString(),
        image.digest().toString(),
        image.mediaType(),
        image.isIndex() ? null : number(image.platforms().getFirst().size()),
        OfPlatform.all(image),
        image.referrers().stream().map(Referring::of).toList());
  }

  private static @Nullable Long number(OptionalLong number) {
    return number.isPresent() ? number.getAsLong() : null;
  }
}
