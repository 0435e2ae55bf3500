package io.firmament.rest.artifact;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.ArtifactJson;
import io.firmament.platform.artifact.Artifacts;
import io.firmament.platform.artifact.Terms;
import io.firmament.rest.rollout.RolloutRequests;

/// `PATCH /api/v1/artifacts/{id}`: changes what is not signed. `If-Match` names the revision that
/// the change is based on.
public final class UpdateArtifact implements Operation {
  private final Artifacts artifacts;

  public UpdateArtifact(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  @Override
  public HttpResponse handle(Request request) {
    Terms.Change change = ArtifactJson.readChange(RolloutRequests.body(request));
    return ArtifactRequests.answer(
        200,
        artifacts.change(
            request.authenticated(),
            ArtifactRequests.artifact(request),
            change,
            ArtifactRequests.revision(request)));
  }
}
