package io.firmament.rest.trust;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.trust.Ceremonies;

/// `GET /api/v1/trust/ceremony`: the documents that wait for signatures.
public final class GetCeremony implements Operation {
  private final Ceremonies ceremonies;

  public GetCeremony(Ceremonies ceremonies) {
    this.ceremonies = ceremonies;
  }

  @Override
  public HttpResponse handle(Request request) {
    return TrustBodies.json(TrustBodies.of(ceremonies.progress(request.authenticated().tenant())));
  }
}
