package io.firmament.rest.rollout;

import io.firmament.base.PageRequest;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Rollouts;

/// `GET /api/v1/rollouts/{id}/timeline`: what happened to a rollout, newest first.
public final class ListRolloutTimeline implements Operation {
  private final Rollouts rollouts;

  public ListRolloutTimeline(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = RolloutRequests.page(request);
    TenantId tenant = request.authenticated().tenant();
    RolloutId id = RolloutRequests.rollout(request);
    return RolloutRequests.page(
        asked,
        rollouts.timeline(tenant, id, asked),
        rollouts.countTimeline(tenant, id),
        Bodies::of);
  }
}
