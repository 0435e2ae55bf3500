package io.firmament.analysis.sbom;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A representation of an SBOM that can be asked for with an HTTP `Accept` header.
///
/// The types are the ones registered with IANA: `application/vnd.cyclonedx+json`,
/// `application/vnd.cyclonedx+xml` and `application/spdx+json`, each with a `version` parameter,
/// and `application/spdx+xml` after their pattern. The first of a type is what is meant without a
/// version.
public enum SbomFormat {
  CYCLONEDX_JSON_1_7(Family.CYCLONEDX_JSON, "1.7"),
  CYCLONEDX_JSON_1_6(Family.CYCLONEDX_JSON, "1.6"),
  CYCLONEDX_JSON_1_5(Family.CYCLONEDX_JSON, "1.5"),
  CYCLONEDX_JSON_1_4(Family.CYCLONEDX_JSON, "1.4"),
  CYCLONEDX_JSON_1_3(Family.CYCLONEDX_JSON, "1.3"),
  CYCLONEDX_JSON_1_2(Family.CYCLONEDX_JSON, "1.2"),
  CYCLONEDX_XML_1_7(Family.CYCLONEDX_XML, "1.7"),
  CYCLONEDX_XML_1_6(Family.CYCLONEDX_XML, "1.6"),
  CYCLONEDX_XML_1_5(Family.CYCLONEDX_XML, "1.5"),
  CYCLONEDX_XML_1_4(Family.CYCLONEDX_XML, "1.4"),
  CYCLONEDX_XML_1_3(Family.CYCLONEDX_XML, "1.3"),
  CYCLONEDX_XML_1_2(Family.CYCLONEDX_XML, "1.2"),
  CYCLONEDX_XML_1_1(Family.CYCLONEDX_XML, "1.1"),
  /// Meant by `application/spdx+json` alone: SPDX 3 is another model, which few read so far.
  SPDX_JSON_2_3(Family.SPDX_JSON, "2.3"),
  SPDX_JSON_3_0_1(Family.SPDX_JSON, "3.0.1"),
  SPDX_XML_2_3(Family.SPDX_XML, "2.3");

  /// A media type, of which there are several versions.
  enum Family {
    CYCLONEDX_JSON("application/vnd.cyclonedx+json", "cdx.json"),
    CYCLONEDX_XML("application/vnd.cyclonedx+xml", "cdx.xml"),
    SPDX_JSON("application/spdx+json", "spdx.json"),
    SPDX_XML("application/spdx+xml", "spdx.xml");

    private final String mediaType;
    private final String extension;

    Family(String mediaType, String extension) {
      this.mediaType = mediaType;
      this.extension = extension;
    }
  }

  private final Family family;
  private final String version;

  SbomFormat(Family family, String version) {
    this.family = family;
    this.version = version;
  }

  Family family() {
    return family;
  }

  /// The type without parameters.
  public String mediaType() {
    return family.mediaType;
  }

  /// The version of the specification, for example `1.7`.
  public String version() {
    return version;
  }

  /// What a saved file's name ends with, without the leading dot.
  public String extension() {
    return family.extension;
  }

  /// What a `Content-Type` header says.
  public String contentType() {
    return mediaType() + "; version=" + version;
  }

  /// The format that the header asks for most, by `q` (RFC 9110 section 12.4.2) and then by order.
  ///
  /// Without a version the first of the type is meant, the newest but for SPDX; `*/*` means
  /// CycloneDX JSON. A missing header, a type not listed here and every other wildcard is not
  /// acceptable: the answer is empty.
  public static Optional<SbomFormat> negotiate(@Nullable String acceptHeader) {
    List<MediaRange> ranges = MediaRange.of(acceptHeader);
    for (MediaRange range : ranges) {
      for (SbomFormat format : values()) {
        if (range.quality() > 0 && format.isIn(range) && !format.isRefused(ranges)) {
          return Optional.of(format);
        }
      }
    }
    return Optional.empty();
  }

  private boolean isIn(MediaRange range) {
    if (range.type().equals("*/*")) {
      return this == CYCLONEDX_JSON_1_7;
    }
    String wanted = range.parameters().get("version");
    return range.type().equals(mediaType()) && (wanted == null || wanted.equals(version));
  }

  /// Whether a range that names the format, not just `*/*`, gives it `q=0`.
  private boolean isRefused(List<MediaRange> ranges) {
    return ranges.stream()
        .anyMatch(range -> range.quality() == 0 && !range.type().equals("*/*") && isIn(range));
  }
}
