package io.firmament.platform.rollout;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The fields of a JSON object, read one by one; each that is not what it must be is refused by its
/// place, `strategy.waves[2].percent`, and so is one that nobody asked for.
public final class JsonFields {
  private static final int MAX_LIST = 20_000;
  private static final int MAX_DIGITS = 400;

  private final Map<?, ?> values;
  private final String place;
  private final Set<Object> asked = new HashSet<>();

  private JsonFields(Map<?, ?> values, String place) {
    this.values = values;
    this.place = place;
  }

  public static JsonFields of(@Nullable Object value, String place) {
    if (value instanceof Map<?, ?> map) {
      return new JsonFields(map, place);
    }
    throw Invalid.field(place.isEmpty() ? "body" : place, "must be an object");
  }

  /// Ends the reading: a field that was not asked for is one that does not exist.
  public void end() {
    for (Object name : values.keySet()) {
      if (!asked.contains(name)) {
        throw Invalid.field(at(shown(String.valueOf(name))), "there is no such field");
      }
    }
  }

  public String at(String name) {
    return place.isEmpty() ? name : place + "." + name;
  }

  /// The names of all fields; an object that is a map is read by them.
  public List<String> names() {
    return values.keySet().stream().map(String::valueOf).toList();
  }

  public boolean has(String name) {
    return find(name) != null;
  }

  public Optional<String> text(String name) {
    Object value = find(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof String text) {
      return Optional.of(text);
    }
    throw Invalid.field(at(name), "must be a text");
  }

  public String requiredText(String name) {
    return text(name).orElseThrow(() -> Invalid.field(at(name), "is missing"));
  }

  public boolean flag(String name) {
    Object value = find(name);
    if (value == null) {
      return false;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw Invalid.field(at(name), "must be true or false");
  }

  public OptionalInt whole(String name, int least, int most) {
    Optional<BigDecimal> number = decimal(name);
    if (number.isEmpty()) {
      return OptionalInt.empty();
    }
    BigDecimal value = number.get();
    boolean fits =
        value.compareTo(BigDecimal.valueOf(least)) >= 0
            && value.compareTo(BigDecimal.valueOf(most)) <= 0
            && value.stripTrailingZeros().scale() <= 0;
    Invalid.unless(fits, at(name), "must be a whole number from " + least + " to " + most);
    return OptionalInt.of(value.intValueExact());
  }

  public Optional<Long> count(String name, long least, long most) {
    Optional<BigDecimal> number = decimal(name);
    number.ifPresent(
        value ->
            Invalid.unless(
                value.compareTo(BigDecimal.valueOf(least)) >= 0
                    && value.compareTo(BigDecimal.valueOf(most)) <= 0
                    && value.stripTrailingZeros().scale() <= 0,
                at(name),
                "must be a whole number from " + least + " to " + most));
    return number.map(BigDecimal::longValueExact);
  }

  public Optional<BigDecimal> decimal(String name) {
    Object value = find(name);
    return switch (value) {
      case null -> Optional.empty();
      case BigDecimal number
          when Math.abs(number.scale()) <= MAX_DIGITS && number.precision() <= MAX_DIGITS ->
          Optional.of(number);
      case Double number when Double.isFinite(number) -> Optional.of(BigDecimal.valueOf(number));
      case Long number -> Optional.of(BigDecimal.valueOf(number));
      case Integer number -> Optional.of(BigDecimal.valueOf(number));
      default -> throw Invalid.field(at(name), "must be a number of few digits");
    };
  }

  public <E extends Enum<E>> Optional<E> word(String name, Class<E> type) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String word = constant.name().toLowerCase(Locale.ROOT);
      if (word.equals(text.get())) {
        return Optional.of(constant);
      }
      words.add(word);
    }
    throw Invalid.field(at(name), "must be one of " + String.join(", ", words));
  }

  public Optional<Instant> time(String name) {
    Optional<String> text = text(name);
    try {
      return text.map(Instant::parse);
    } catch (DateTimeException e) {
      throw Invalid.field(at(name), "must be a time such as 2030-01-31T22:00:00Z");
    }
  }

  public Optional<JsonFields> object(String name) {
    Object value = find(name);
    return value == null ? Optional.empty() : Optional.of(of(value, at(name)));
  }

  public List<JsonFields> objects(String name) {
    List<?> values = list(name);
    List<JsonFields> found = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      found.add(of(values.get(i), at(name) + "[" + i + "]"));
    }
    return found;
  }

  public List<String> texts(String name) {
    List<?> values = list(name);
    List<String> found = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      if (!(values.get(i) instanceof String text)) {
        throw Invalid.field(at(name) + "[" + i + "]", "must be a text");
      }
      found.add(text);
    }
    return found;
  }

  /// Whatever there is, for others to read.
  public @Nullable Object any(String name) {
    return find(name);
  }

  List<Integer> numbers(String name) {
    List<Integer> found = new ArrayList<>();
    for (Object value : list(name)) {
      if (!(value instanceof Number number)) {
        throw Invalid.field(at(name), "must be a list of numbers");
      }
      found.add(number.intValue());
    }
    return found;
  }

  private List<?> list(String name) {
    Object value = find(name);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list) {
      Invalid.unless(list.size() <= MAX_LIST, at(name), "has at most " + MAX_LIST + " entries");
      return list;
    }
    throw Invalid.field(at(name), "must be a list");
  }

  private @Nullable Object find(String name) {
    asked.add(name);
    return values.get(name);
  }

  private static String shown(String name) {
    return name.length() <= 60 ? name : name.substring(0, 60) + "...";
  }
}
