package io.firmament.rest.identity;

import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Paging;
import io.firmament.edge.Request;
import io.firmament.platform.identity.ApiToken;
import io.firmament.platform.identity.ApiTokens;

/// `GET /api/api-tokens`: the caller's own tokens, without their secrets.
public final class ListApiTokens implements Operation {
  private final ApiTokens tokens;

  public ListApiTokens(ApiTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = Paging.of(request);
    Page<ApiToken> page = tokens.list(request.authenticated(), asked);
    return Answers.json(
        200,
        Bodies.ApiTokenPage.class,
        new Bodies.ApiTokenPage(
            page.items().stream().map(token -> Answers.body(token, null)).toList(),
            asked.limit(),
            page.next().map(Cursor::value).orElse(null)));
  }
}
