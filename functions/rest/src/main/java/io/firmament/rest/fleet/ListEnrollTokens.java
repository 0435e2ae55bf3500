package io.firmament.rest.fleet;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.EnrollTokens;
import java.time.Clock;
import java.time.Instant;

/// `GET /api/v1/enroll-tokens`: the tenant's tokens, without their secrets.
public final class ListEnrollTokens implements Operation {
  private final EnrollTokens tokens;
  private final Clock clock;

  public ListEnrollTokens(EnrollTokens tokens, Clock clock) {
    this.tokens = tokens;
    this.clock = clock;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = FleetRequests.page(request);
    Page<EnrollToken> page = tokens.list(request.authenticated(), asked);
    Instant now = clock.instant();
    return FleetRequests.json(
        200,
        EnrollTokenBody.Page.class,
        new EnrollTokenBody.Page(
            page.items().stream().map(token -> EnrollTokenBody.of(token, now)).toList(),
            asked.limit(),
            asked.offset(),
            tokens.count(request.authenticated()),
            FleetRequests.next(page)));
  }
}
