package io.firmament.rest.artifact;

import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.artifact.Artifacts;
import io.firmament.rest.rollout.RolloutRequests;

/// `GET /api/v1/artifacts`: the artifacts, newest first, of a kind, a name or a fleet.
public final class ListArtifacts implements Operation {
  private final Artifacts artifacts;

  public ListArtifacts(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = RolloutRequests.page(request);
    TenantId tenant = request.authenticated().tenant();
    ArtifactStore.Filter filter = ArtifactRequests.filter(request);
    return RolloutRequests.page(
        asked,
        artifacts.list(tenant, filter, asked),
        artifacts.count(tenant, filter),
        ArtifactBodies::of);
  }
}
