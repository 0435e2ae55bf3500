package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Groups;

/// `GET /api/v1/groups/{name}`: a group, and who belongs to it now.
public final class GetGroup implements Operation {
  private final Groups groups;

  public GetGroup(Groups groups) {
    this.groups = groups;
  }

  @Override
  public HttpResponse handle(Request request) {
    return RolloutRequests.json(
        200,
        Bodies.of(groups.get(request.authenticated().tenant(), RolloutRequests.group(request))));
  }
}
