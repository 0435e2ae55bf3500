package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Command;
import io.firmament.platform.rollout.Rollouts;

/// `POST /api/v1/rollouts/{id}/resume`: goes on after a halt, with the failures acknowledged.
public final class ResumeRollout implements Operation {
  private final Rollouts rollouts;

  public ResumeRollout(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    return RolloutRequests.json(
        200,
        Bodies.of(
            rollouts.command(
                request.authenticated(), RolloutRequests.rollout(request), new Command.Resume())));
  }
}
