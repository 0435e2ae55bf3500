package io.firmament.analysis.vex;

import io.firmament.analysis.sbom.MediaRange;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A form of a VEX document.
public enum VexFormat {
  /// The whole SBOM with its vulnerabilities, in the newest version.
  CYCLONEDX("application/vnd.cyclonedx+json", "1.7", "cdx.json"),
  /// No type is registered for it; this is the one that its tools use.
  OPENVEX("application/vnd.openvex+json", "0.2.0", "openvex.json"),
  /// A security advisory of the profile VEX (CSAF 2.0, section 4.5).
  CSAF("application/csaf+json", "2.0", "csaf.json");

  private final String mediaType;
  private final String version;
  private final String extension;

  VexFormat(String mediaType, String version, String extension) {
    this.mediaType = mediaType;
    this.version = version;
    this.extension = extension;
  }

  public String mediaType() {
    return mediaType;
  }

  /// What a `Content-Type` header says.
  public String contentType() {
    return mediaType + "; version=" + version;
  }

  /// What a saved file's name ends with, without the leading dot.
  public String extension() {
    return extension;
  }

  /// The name that answers have for it.
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The format that the header asks for most. `*/*` means CycloneDX; a missing header and a
  /// version that is not written are not acceptable: the answer is empty.
  public static Optional<VexFormat> negotiate(@Nullable String acceptHeader) {
    List<MediaRange> ranges = MediaRange.of(acceptHeader);
    for (MediaRange range : ranges) {
      for (VexFormat format : values()) {
        if (range.quality() > 0 && format.isIn(range) && !format.isRefused(ranges)) {
          return Optional.of(format);
        }
      }
    }
    return Optional.empty();
  }

  private boolean isIn(MediaRange range) {
    if (range.type().equals("*/*")) {
      return this == CYCLONEDX;
    }
    String wanted = range.parameters().get("version");
    return range.type().equals(mediaType) && (wanted == null || wanted.equals(version));
  }

  private boolean isRefused(List<MediaRange> ranges) {
    return ranges.stream()
        .anyMatch(range -> range.quality() == 0 && !range.type().equals("*/*") && isIn(range));
  }
}
