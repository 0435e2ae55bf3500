package io.firmament.rest.rollout;

import io.firmament.base.PageRequest;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Rollouts;

/// `GET /api/v1/rollouts/{id}/assignments`: the devices of a rollout in the order of its waves.
public final class ListRolloutAssignments implements Operation {
  private final Rollouts rollouts;

  public ListRolloutAssignments(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = RolloutRequests.page(request);
    Rollouts.Assignments found =
        rollouts.assignments(
            request.authenticated().tenant(), RolloutRequests.rollout(request), asked);
    return RolloutRequests.page(asked, found.page(), found.total(), Bodies::of);
  }
}
