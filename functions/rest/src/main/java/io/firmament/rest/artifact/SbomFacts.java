package io.firmament.rest.artifact;

import io.firmament.analysis.sbom.ImportedSbom;
import io.firmament.base.Sha256;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactProblem;
import java.util.Locale;

/// What the catalogue says of an SBOM, found out from the document and not from its type.
public final class SbomFacts {
  private SbomFacts() {}

  /// Refuses what is no valid SBOM.
  public static Artifact.Sbom of(byte[] document) {
    return switch (ImportedSbom.parse(document)) {
      case ImportedSbom.SbomRefused(String reason) ->
          throw ArtifactProblem.ARTIFACT_SBOM_INVALID.with("detail", reason);
      case ImportedSbom.SbomRead read -> sbom(document, read);
    };
  }

  private static Artifact.Sbom sbom(byte[] document, ImportedSbom.SbomRead read) {
    boolean spdx = read.version().toUpperCase(Locale.ROOT).startsWith("SPDX");
    return new Artifact.Sbom(
        mediaType(document, spdx),
        spdx ? read.version() : "CycloneDX " + read.version(),
        read.components().size(),
        Sha256.of(document),
        document.length);
  }

  /// The type registered for what the document is.
  private static String mediaType(byte[] document, boolean spdx) {
    int first = 0;
    while (first < document.length && document[first] <= ' ' && document[first] >= 0) {
      first++;
    }
    return switch (document[first]) {
      case '{' -> spdx ? "application/spdx+json" : "application/vnd.cyclonedx+json";
      case 'S', '#' -> "text/spdx";
      default -> spdx ? "application/spdx+xml" : "application/vnd.cyclonedx+xml";
    };
  }
}
