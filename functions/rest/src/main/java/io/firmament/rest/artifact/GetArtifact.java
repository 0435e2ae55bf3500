package io.firmament.rest.artifact;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.Artifacts;

/// `GET /api/v1/artifacts/{id}`: an artifact, and where it stands.
public final class GetArtifact implements Operation {
  private final Artifacts artifacts;

  public GetArtifact(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  @Override
  public HttpResponse handle(Request request) {
    return ArtifactRequests.answer(
        200, artifacts.get(request.authenticated().tenant(), ArtifactRequests.artifact(request)));
  }
}
