package io.firmament.graphql;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.PageRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// One page of a list: the schema's connections.
///
/// @param totalCount of all pages; only where the connection's type has such a field
record Connection<T>(List<T> nodes, Optional<String> endCursor, int totalCount) {
  Connection {
    nodes = List.copyOf(nodes);
  }

  /// The schema's `PageInfo`.
  record PageInfo(Optional<String> endCursor) {}

  PageInfo pageInfo() {
    return new PageInfo(endCursor);
  }

  /// A page of a list that is in memory. The cursor names the list it belongs to, so that it is not
  /// used with the findings of another analysis.
  static <T> Connection<T> of(List<T> all, Arguments arguments, String list) {
    int from = arguments.findText("after").map(after -> position(after, list)).orElse(0);
    int to = (int) Math.min(all.size(), (long) from + first(arguments));
    List<T> nodes = from >= all.size() ? List.of() : all.subList(from, to);
    Optional<String> end = to < all.size() ? Optional.of(cursor(list, to)) : Optional.empty();
    return new Connection<>(nodes, end, all.size());
  }

  /// The page that a store is asked for.
  static PageRequest request(Arguments arguments) {
    return new PageRequest(first(arguments), arguments.findText("after").map(Cursor::new));
  }

  static int first(Arguments arguments) {
    return limit("first", arguments.findNumber("first").orElse(50L));
  }

  static int limit(String field, long value) {
    if (value < 1) {
      throw BaseProblem.INVALID_FIELD.with("field", field, "detail", "must be at least 1");
    }
    return (int) Math.min(PageRequest.MAX_LIMIT, value);
  }

  private static String cursor(String list, int position) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((position + ":" + list).getBytes(StandardCharsets.UTF_8));
  }

  private static int position(String cursor, String list) {
    try {
      String[] parts =
          new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split(":", 2);
      int position = Integer.parseInt(parts[0]);
      if (parts.length == 2 && parts[1].equals(list) && position >= 0) {
        return position;
      }
    } catch (IllegalArgumentException e) {
      throw BaseProblem.INVALID_CURSOR.with();
    }
    throw BaseProblem.INVALID_CURSOR.with();
  }
}
