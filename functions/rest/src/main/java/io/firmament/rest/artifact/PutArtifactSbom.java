package io.firmament.rest.artifact;

import io.firmament.analysis.sbom.ImportedSbom;
import io.firmament.base.ArtifactId;
import io.firmament.base.Sha256;
import io.firmament.edge.BodyKind;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactProblem;
import io.firmament.platform.artifact.Artifacts;
import java.util.Locale;
import java.util.Set;

/// `PUT /api/v1/artifacts/{id}/sbom`: attaches an SBOM. Its format is found out from the document
/// and validated, whatever its type is said to be; it is kept and given out as it was sent.
public final class PutArtifactSbom implements Operation {
  /// API Gateway and Lambda take no more, once it is encoded.
  static final int MAX_BYTES = 4 << 20;

  private static final BodyKind SBOM =
      new BodyKind(
          MAX_BYTES,
          Set.of(
              "application/vnd.cyclonedx+json",
              "application/vnd.cyclonedx+xml",
              "application/spdx+json",
              "application/spdx+xml",
              "text/spdx",
              "application/json",
              "application/xml",
              "application/octet-stream"));

  private final Artifacts artifacts;

  public PutArtifactSbom(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  @Override
  public BodyKind body() {
    return SBOM;
  }

  @Override
  public HttpResponse handle(Request request) {
    ArtifactId id = ArtifactRequests.artifact(request);
    // Before the document is read, which takes longer.
    artifacts.get(request.authenticated().tenant(), id);
    byte[] document = request.body();
    return switch (ImportedSbom.parse(document)) {
      case ImportedSbom.SbomRefused(String reason) ->
          throw ArtifactProblem.ARTIFACT_SBOM_INVALID.with("detail", reason);
      case ImportedSbom.SbomRead read ->
          ArtifactRequests.answer(
              200,
              artifacts.attach(
                  request.authenticated(),
                  id,
                  sbom(document, read),
                  document,
                  ArtifactRequests.revision(request)));
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
