package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Rollouts;

/// `GET /api/v1/rollouts/{id}`: a rollout, how far it is, and why it waits.
public final class GetRollout implements Operation {
  private final Rollouts rollouts;

  public GetRollout(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    return RolloutRequests.json(
        200,
        Bodies.of(
            rollouts.get(request.authenticated().tenant(), RolloutRequests.rollout(request))));
  }
}
