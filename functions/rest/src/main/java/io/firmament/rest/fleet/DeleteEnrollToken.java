package io.firmament.rest.fleet;

import io.firmament.base.EnrollTokenId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.FleetProblem;

/// `DELETE /api/v1/enroll-tokens/{id}`: the token enrols nobody from then on.
public final class DeleteEnrollToken implements Operation {
  private final EnrollTokens tokens;

  public DeleteEnrollToken(EnrollTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public HttpResponse handle(Request request) {
    String id = request.pathParameter("id");
    tokens.delete(
        request.authenticated(),
        EnrollTokenId.parse(id)
            .orElseThrow(() -> FleetProblem.ENROLL_TOKEN_NOT_FOUND.with("id", id)));
    return HttpResponse.noContent();
  }
}
