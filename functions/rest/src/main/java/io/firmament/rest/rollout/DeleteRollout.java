package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Rollouts;

/// `DELETE /api/v1/rollouts/{id}`: deletes a draft; what was released stays.
public final class DeleteRollout implements Operation {
  private final Rollouts rollouts;

  public DeleteRollout(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    rollouts.delete(request.authenticated(), RolloutRequests.rollout(request));
    return HttpResponse.noContent();
  }
}
