package io.firmament.rest.artifact;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.ArtifactJson;
import io.firmament.platform.artifact.Artifacts;
import io.firmament.rest.rollout.RolloutRequests;
import java.util.Optional;

/// `POST /api/v1/artifacts/{id}/withdraw`: takes an artifact back; a draft is given up.
public final class WithdrawArtifact implements Operation {
  private final Artifacts artifacts;

  public WithdrawArtifact(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  @Override
  public HttpResponse handle(Request request) {
    Optional<String> reason = ArtifactJson.readWithdrawal(RolloutRequests.body(request));
    return ArtifactRequests.answer(
        200,
        artifacts.withdraw(request.authenticated(), ArtifactRequests.artifact(request), reason));
  }
}
