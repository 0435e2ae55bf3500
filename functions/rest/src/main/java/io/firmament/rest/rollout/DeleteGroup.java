package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Groups;

/// `DELETE /api/v1/groups/{name}`: the group is gone; its rollouts keep their devices.
public final class DeleteGroup implements Operation {
  private final Groups groups;

  public DeleteGroup(Groups groups) {
    this.groups = groups;
  }

  @Override
  public HttpResponse handle(Request request) {
    groups.delete(request.authenticated(), RolloutRequests.group(request));
    return HttpResponse.noContent();
  }
}
