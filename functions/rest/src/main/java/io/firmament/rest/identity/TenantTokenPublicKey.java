package io.firmament.rest.identity;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.edge.Tokens;

/// `GET /api/tenant-token-public-key.pem`: what tenant tokens verify with.
public final class TenantTokenPublicKey implements Operation {
  private final Tokens tokens;

  public TenantTokenPublicKey(Tokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public HttpResponse handle(Request request) {
    return HttpResponse.text(200, "application/x-pem-file", tokens.tenantTokenPublicKey())
        .withHeader("cache-control", "public, max-age=300");
  }
}
