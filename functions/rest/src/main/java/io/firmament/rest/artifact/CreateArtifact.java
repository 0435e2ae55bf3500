package io.firmament.rest.artifact;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.ArtifactJson;
import io.firmament.platform.artifact.Artifacts;
import io.firmament.rest.rollout.RolloutRequests;

/// `POST /api/v1/artifacts`: a new artifact. What comes with the request is published at once;
/// other files are to be uploaded as the answer says, and then completed.
public final class CreateArtifact implements Operation {
  private final Artifacts artifacts;

  public CreateArtifact(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  @Override
  public HttpResponse handle(Request request) {
    Artifacts.Created created =
        artifacts.create(
            request.authenticated(), ArtifactJson.readWish(RolloutRequests.body(request)));
    return ArtifactRequests.answer(201, created.artifact(), ArtifactBodies.of(created));
  }
}
