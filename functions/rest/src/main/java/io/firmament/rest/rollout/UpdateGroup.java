package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Groups;
import io.firmament.platform.rollout.RolloutJson;

/// `PATCH /api/v1/groups/{name}`: changes what a group is; rollouts under way keep their devices.
public final class UpdateGroup implements Operation {
  private final Groups groups;

  public UpdateGroup(Groups groups) {
    this.groups = groups;
  }

  @Override
  public HttpResponse handle(Request request) {
    return RolloutRequests.json(
        200,
        Bodies.of(
            groups.update(
                request.authenticated(),
                RolloutRequests.group(request),
                RolloutJson.readGroupChange(RolloutRequests.body(request)))));
  }
}
