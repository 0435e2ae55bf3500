package io.firmament.rest.rollout;

import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Rollouts;

/// `GET /api/v1/rollouts`: the tenant's rollouts, newest first.
public final class ListRollouts implements Operation {
  private final Rollouts rollouts;

  public ListRollouts(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = RolloutRequests.page(request);
    TenantId tenant = request.authenticated().tenant();
    return RolloutRequests.page(
        asked, rollouts.list(tenant, asked), rollouts.count(tenant), Bodies::of);
  }
}
