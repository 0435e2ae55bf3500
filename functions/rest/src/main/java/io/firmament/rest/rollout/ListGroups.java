package io.firmament.rest.rollout;

import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Groups;

/// `GET /api/v1/groups`: the tenant's groups by name.
public final class ListGroups implements Operation {
  private final Groups groups;

  public ListGroups(Groups groups) {
    this.groups = groups;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = RolloutRequests.page(request);
    TenantId tenant = request.authenticated().tenant();
    return RolloutRequests.page(
        asked, groups.list(tenant, asked), groups.count(tenant), Bodies::of);
  }
}
