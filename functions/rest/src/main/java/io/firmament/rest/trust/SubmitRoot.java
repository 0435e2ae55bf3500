package io.firmament.rest.trust;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.trust.Ceremonies;

/// `POST /api/v1/trust/root`: takes signatures of the prepared root in.
public final class SubmitRoot implements Operation {
  private final Ceremonies ceremonies;

  public SubmitRoot(Ceremonies ceremonies) {
    this.ceremonies = ceremonies;
  }

  @Override
  public HttpResponse handle(Request request) {
    return TrustBodies.json(
        TrustBodies.of(ceremonies.submitRoot(request.authenticated(), request.body())));
  }
}
