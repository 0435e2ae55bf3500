package io.firmament.rest.artifact;

import io.firmament.base.ArtifactId;
import io.firmament.edge.BodyKind;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.Artifacts;
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
    return ArtifactRequests.answer(
        200,
        artifacts.attach(
            request.authenticated(),
            id,
            SbomFacts.of(document),
            document,
            ArtifactRequests.revision(request)));
  }
}
