package io.firmament.rest.rollout;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.rollout.Groups;
import io.firmament.platform.rollout.RolloutJson;

/// `POST /api/v1/groups`: a new group; names that no device has are reported, not dropped.
public final class CreateGroup implements Operation {
  private final Groups groups;

  public CreateGroup(Groups groups) {
    this.groups = groups;
  }

  @Override
  public HttpResponse handle(Request request) {
    return RolloutRequests.json(
        201,
        Bodies.of(
            groups.create(
                request.authenticated(), RolloutJson.readGroup(RolloutRequests.body(request)))));
  }
}
