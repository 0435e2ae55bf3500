package io.firmament.base;

import java.util.Optional;

/// What a caller asks of a list.
///
/// @param limit how many items at most, 1 to [#MAX_LIMIT]; larger values are clamped
/// @param cursor where to go on; empty for the first page
/// @param offset how many items to pass over from the beginning, 0 to [#MAX_OFFSET], for the lists
///     that know it; there is no offset from a cursor
public record PageRequest(int limit, Optional<Cursor> cursor, int offset) {
  public static final int DEFAULT_LIMIT = 50;
  public static final int MAX_LIMIT = 200;
  public static final int MAX_OFFSET = 10_000;

  public PageRequest {
    if (limit < 1) {
      throw BaseProblem.INVALID_FIELD.with("field", "limit", "detail", "must be at least 1");
    }
    limit = Math.min(limit, MAX_LIMIT);
    if (offset < 0 || offset > MAX_OFFSET) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "offset", "detail", "must be 0 to " + MAX_OFFSET + "; a cursor goes further");
    }
    if (offset > 0 && cursor.isPresent()) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "offset", "detail", "cannot be combined with a cursor");
    }
  }

  public PageRequest(int limit, Optional<Cursor> cursor) {
    this(limit, cursor, 0);
  }

  public static PageRequest first() {
    return new PageRequest(DEFAULT_LIMIT, Optional.empty());
  }

  public PageRequest after(Cursor next) {
    return new PageRequest(limit, Optional.of(next));
  }
}
