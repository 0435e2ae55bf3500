package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Command;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.Rollouts;

/// `POST /api/v1/rollouts/{id}/approve`: lets the wave open that waits for it.
public final class ApproveRollout implements Operation {
  private final Rollouts rollouts;

  public ApproveRollout(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    Command.Approve approve = RolloutJson.readApproval(RolloutRequests.body(request));
    return RolloutRequests.json(
        200,
        Bodies.of(
            rollouts.command(request.authenticated(), RolloutRequests.rollout(request), approve)));
  }
}
