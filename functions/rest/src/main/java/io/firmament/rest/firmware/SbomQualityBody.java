package io.firmament.rest.firmware;

import io.avaje.jsonb.Json;
import io.firmament.analysis.sbom.SbomQuality;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The quality of an SBOM as it is answered.
///
/// @param things the image and its components
@Json
record SbomQualityBody(int things, List<Profile> profiles) {

  /// @param score from 0 to 100
  @Json
  record Profile(String id, String title, int score, boolean met, List<Criterion> criteria) {}

  /// @param of `document` or `component`
  /// @param missedBy at most 20
  @Json(naming = Json.Naming.LowerUnderscore)
  record Criterion(
      String id, String asks, String of, double share, int missing, List<Missing> missedBy) {}

  /// @param version absent where not known
  @Json
  record Missing(String id, String name, @Nullable String version) {}

  static SbomQualityBody of(SbomQuality quality) {
    return new SbomQualityBody(
        quality.things(), quality.profiles().stream().map(SbomQualityBody::profile).toList());
  }

  private static Profile profile(SbomQuality.Score score) {
    return new Profile(
        score.profile().id(),
        score.profile().title(),
        score.points(),
        score.met(),
        score.criteria().stream().map(SbomQualityBody::criterion).toList());
  }

  private static Criterion criterion(SbomQuality.Criterion criterion) {
    return new Criterion(
        criterion.id(),
        criterion.asks(),
        criterion.ofDocument() ? "document" : "component",
        criterion.share(),
        criterion.missing(),
        criterion.missedBy().stream()
            .map(missing -> new Missing(missing.id(), missing.name(), missing.version()))
            .toList());
  }
}
