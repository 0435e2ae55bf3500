package io.firmament.base;

import java.util.Optional;

/// What a caller asks of a list.
///
/// @param limit how many items at most, 1 to [#MAX_LIMIT]; larger values are clamped
/// @param cursor where to go on; empty for the first page
public record PageRequest(int limit, Optional<Cursor> cursor) {
  public static final int DEFAULT_LIMIT = 50;
  public static final int MAX_LIMIT = 200;

  public PageRequest {
    if (limit < 1) {
      throw BaseProblem.INVALID_FIELD.with("field", "limit", "detail", "must be at least 1");
    }
    limit = Math.min(limit, MAX_LIMIT);
  }

  public static PageRequest first() {
    return new PageRequest(DEFAULT_LIMIT, Optional.empty());
  }

  public PageRequest after(Cursor next) {
    return new PageRequest(limit, Optional.of(next));
  }
}
