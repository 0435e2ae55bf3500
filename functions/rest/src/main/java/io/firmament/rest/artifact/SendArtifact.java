package io.firmament.rest.artifact;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.ArtifactJson;
import io.firmament.platform.artifact.Artifacts;
import io.firmament.rest.rollout.RolloutRequests;
import java.util.Optional;

/// `POST /api/v1/artifacts/{id}/upload`: new requests to send the file of a draft, in the place of
/// those that have expired.
public final class SendArtifact implements Operation {
  private final Artifacts artifacts;

  public SendArtifact(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  @Override
  public HttpResponse handle(Request request) {
    Optional<Long> partSize = ArtifactJson.readSending(RolloutRequests.body(request));
    return RolloutRequests.json(
        200,
        ArtifactBodies.of(
            artifacts.send(
                request.authenticated().tenant(), ArtifactRequests.artifact(request), partSize)));
  }
}
