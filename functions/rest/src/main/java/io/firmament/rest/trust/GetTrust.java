package io.firmament.rest.trust;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.trust.TrustCenter;

/// `GET /api/v1/trust`: the keys and the metadata of the repository, by role.
public final class GetTrust implements Operation {
  private final TrustCenter center;

  public GetTrust(TrustCenter center) {
    this.center = center;
  }

  @Override
  public HttpResponse handle(Request request) {
    return TrustBodies.json(TrustBodies.of(center.report(request.authenticated().tenant())));
  }
}
