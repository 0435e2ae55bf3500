package io.firmament.rest.identity;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.edge.Tokens;

/// `GET /api/id-token-public-key.pem`: what id tokens verify with.
public final class IdTokenPublicKey implements Operation {
  private final Tokens tokens;

  public IdTokenPublicKey(Tokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public HttpResponse handle(Request request) {
    return HttpResponse.text(200, "application/x-pem-file", tokens.idTokenPublicKey())
        .withHeader("cache-control", "public, max-age=300");
  }
}
