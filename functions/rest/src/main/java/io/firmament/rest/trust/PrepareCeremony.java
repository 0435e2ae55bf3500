package io.firmament.rest.trust;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.trust.Ceremonies;
import io.firmament.platform.trust.CeremonyWish;

/// `POST /api/v1/trust/ceremony`: prepares root and targets to be signed.
public final class PrepareCeremony implements Operation {
  private final Ceremonies ceremonies;

  public PrepareCeremony(Ceremonies ceremonies) {
    this.ceremonies = ceremonies;
  }

  @Override
  public HttpResponse handle(Request request) {
    CeremonyWish wish = CeremonyWish.read(request.body());
    return TrustBodies.json(TrustBodies.of(ceremonies.prepare(request.authenticated(), wish)));
  }
}
