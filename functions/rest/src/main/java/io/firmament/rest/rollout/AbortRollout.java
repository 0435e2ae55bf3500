package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Command;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.Rollouts;

/// `POST /api/v1/rollouts/{id}/abort`: gives a rollout up.
public final class AbortRollout implements Operation {
  private final Rollouts rollouts;

  public AbortRollout(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    Command.Abort abort = RolloutJson.readAbort(RolloutRequests.body(request));
    return RolloutRequests.json(
        200,
        Bodies.of(
            rollouts.command(request.authenticated(), RolloutRequests.rollout(request), abort)));
  }
}
