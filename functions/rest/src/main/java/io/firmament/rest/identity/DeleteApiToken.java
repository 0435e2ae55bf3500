package io.firmament.rest.identity;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.identity.ApiTokens;

/// `DELETE /api/api-tokens/{id}`: from the answer on, the token is refused.
public final class DeleteApiToken implements Operation {
  private final ApiTokens tokens;

  public DeleteApiToken(ApiTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public HttpResponse handle(Request request) {
    tokens.delete(request.authenticated(), request.pathParameter("id"));
    return HttpResponse.noContent();
  }
}
