package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.Rollouts;

/// `POST /api/v1/rollouts`: a new rollout, which starts at once unless it is a draft or has a time.
public final class CreateRollout implements Operation {
  private final Rollouts rollouts;

  public CreateRollout(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    return RolloutRequests.json(
        201,
        Bodies.of(
            rollouts.create(
                request.authenticated(), RolloutJson.readWish(RolloutRequests.body(request)))));
  }
}
