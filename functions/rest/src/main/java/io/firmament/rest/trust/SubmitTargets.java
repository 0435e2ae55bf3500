package io.firmament.rest.trust;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.trust.Ceremonies;

/// `POST /api/v1/trust/targets`: takes signatures of the prepared targets in.
public final class SubmitTargets implements Operation {
  private final Ceremonies ceremonies;

  public SubmitTargets(Ceremonies ceremonies) {
    this.ceremonies = ceremonies;
  }

  @Override
  public HttpResponse handle(Request request) {
    return TrustBodies.json(
        TrustBodies.of(ceremonies.submitTargets(request.authenticated(), request.body())));
  }
}
