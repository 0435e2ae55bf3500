package io.firmament.base;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// One page of a list in a stable order.
///
/// @param items the items of this page, at most as many as were asked for
/// @param next where the next page begins; empty on the last page
public record Page<T>(List<T> items, Optional<Cursor> next) {
  public Page {
    items = List.copyOf(items);
  }

  public static <T> Page<T> last(List<T> items) {
    return new Page<>(items, Optional.empty());
  }

  public <R> Page<R> map(Function<? super T, ? extends R> mapper) {
    return new Page<>(items.stream().<R>map(mapper).toList(), next);
  }
}
