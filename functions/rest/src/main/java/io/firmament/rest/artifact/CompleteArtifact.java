package io.firmament.rest.artifact;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.Artifacts;

/// `POST /api/v1/artifacts/{id}/complete`: checks the file that was sent, signs and publishes it.
/// It may be called again, and goes on where an earlier call stopped.
public final class CompleteArtifact implements Operation {
  private final Artifacts artifacts;

  public CompleteArtifact(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  @Override
  public HttpResponse handle(Request request) {
    return ArtifactRequests.answer(
        200, artifacts.complete(request.authenticated(), ArtifactRequests.artifact(request)));
  }
}
