package io.firmament.graphql;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The arguments of a field, or an input object among them, as the schema has already checked and
/// coerced them. Null and missing are the same.
record Arguments(Map<String, ? extends @Nullable Object> values) {
  String text(String name) {
    return findText(name).orElseThrow(() -> new IllegalStateException(name + " is not required"));
  }

  Optional<String> findText(String name) {
    return Optional.ofNullable(values.get(name)).map(String.class::cast);
  }

  Optional<Boolean> findFlag(String name) {
    return Optional.ofNullable(values.get(name)).map(Boolean.class::cast);
  }

  Optional<Long> findNumber(String name) {
    return Optional.ofNullable(values.get(name)).map(number -> ((Number) number).longValue());
  }

  <T> Optional<T> find(String name, Class<T> type) {
    return Optional.ofNullable(values.get(name)).map(type::cast);
  }

  /// An input object; one without fields where none is given.
  Arguments object(String name) {
    return values.get(name) instanceof Map<?, ?> map ? of(map) : new Arguments(Map.of());
  }

  /// A list of input objects.
  List<Arguments> objects(String name) {
    return values.get(name) instanceof List<?> list
        ? list.stream().map(each -> of((Map<?, ?>) each)).toList()
        : List.of();
  }

  /// A list of texts or enum names; empty means none is given.
  Optional<List<String>> findTexts(String name) {
    return values.get(name) instanceof List<?> list
        ? Optional.of(list.stream().map(String::valueOf).toList())
        : Optional.empty();
  }

  /// A list of enum names as values of the enum that has the same names.
  <E extends Enum<E>> Optional<List<E>> findEnums(String name, Class<E> type) {
    return findTexts(name)
        .map(names -> names.stream().map(each -> Enum.valueOf(type, each)).toList());
  }

  private static Arguments of(Map<?, ?> map) {
    @SuppressWarnings("unchecked") // input objects have fields with names
    Map<String, ? extends @Nullable Object> named = (Map<String, ? extends @Nullable Object>) map;
    return new Arguments(named);
  }
}
