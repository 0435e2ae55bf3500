package io.firmament.rest.identity;

import io.firmament.base.Secret;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.edge.SessionCookie;
import io.firmament.platform.identity.IdentityStore;

/// `POST /api/v1/auth/logout`: the session is over, whoever still has its cookie.
public final class FleetLogout implements Operation {
  private final IdentityStore store;

  public FleetLogout(IdentityStore store) {
    this.store = store;
  }

  @Override
  public HttpResponse handle(Request request) {
    SessionCookie.in(request.headers()).map(Secret::sha256).ifPresent(store::deleteSession);
    return HttpResponse.noContent().withCookie(SessionCookie.cleared(request.baseUrl()));
  }
}
