package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.Rollouts;

/// `PATCH /api/v1/rollouts/{id}`: releases a draft, takes in no further devices, or renames.
public final class UpdateRollout implements Operation {
  private final Rollouts rollouts;

  public UpdateRollout(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    return RolloutRequests.json(
        200,
        Bodies.of(
            rollouts.change(
                request.authenticated(),
                RolloutRequests.rollout(request),
                RolloutJson.readChange(RolloutRequests.body(request)))));
  }
}
