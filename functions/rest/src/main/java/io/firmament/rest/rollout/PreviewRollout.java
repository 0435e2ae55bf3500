package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.Rollouts;

/// `POST /api/v1/rollout-preview`: a dry run: who would get what and when.
public final class PreviewRollout implements Operation {
  private final Rollouts rollouts;

  public PreviewRollout(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    return RolloutRequests.json(
        200,
        Bodies.of(
            rollouts.preview(
                request.authenticated(), RolloutJson.readWish(RolloutRequests.body(request)))));
  }
}
