package io.firmament.edge;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.PageRequest;

/// Reads `limit` and `cursor` of a list.
public final class Paging {
  private Paging() {}

  public static PageRequest of(Request request) {
    int limit =
        request.queryParameter("limit").map(Paging::number).orElse(PageRequest.DEFAULT_LIMIT);
    return new PageRequest(limit, request.queryParameter("cursor").map(Cursor::new));
  }

  private static int number(String text) {
    if (!text.matches("\\d{1,9}")) {
      throw BaseProblem.INVALID_FIELD.with("field", "limit", "detail", "must be a number");
    }
    return Integer.parseInt(text);
  }
}
