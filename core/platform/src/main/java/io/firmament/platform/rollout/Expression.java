package io.firmament.platform.rollout;

import java.util.List;
import java.util.stream.Collectors;

/// What a [Selector] means.
public sealed interface Expression {
  boolean holds(DeviceFacts device);

  /// Holds where all of its terms hold.
  record All(List<Expression> terms) implements Expression {
    public All {
      terms = List.copyOf(terms);
    }

    @Override
    public boolean holds(DeviceFacts device) {
      return terms.stream().allMatch(term -> term.holds(device));
    }

    @Override
    public String toString() {
      return joined(terms, " and ");
    }
  }

  /// Holds where one of its terms holds.
  record Any(List<Expression> terms) implements Expression {
    public Any {
      terms = List.copyOf(terms);
    }

    @Override
    public boolean holds(DeviceFacts device) {
      return terms.stream().anyMatch(term -> term.holds(device));
    }

    @Override
    public String toString() {
      return joined(terms, " or ");
    }
  }

  /// Holds where its term does not.
  record Not(Expression term) implements Expression {
    @Override
    public boolean holds(DeviceFacts device) {
      return !term.holds(device);
    }

    @Override
    public String toString() {
      return "not (" + term + ")";
    }
  }

  /// A comparison of one field with one value.
  record Compare(SelectorField field, Operator operator, Value value) implements Expression {
    @Override
    public boolean holds(DeviceFacts device) {
      return operator.holds(field, device, value);
    }

    @Override
    public String toString() {
      return field + " " + operator.symbol() + " " + value;
    }
  }

  /// Holds where the field is one of the values.
  record In(SelectorField field, List<Value> values) implements Expression {
    public In {
      values = List.copyOf(values);
    }

    @Override
    public boolean holds(DeviceFacts device) {
      return values.stream().anyMatch(value -> Operator.EQUAL.holds(field, device, value));
    }

    @Override
    public String toString() {
      return values.stream()
          .map(Value::toString)
          .collect(Collectors.joining(", ", field + " in (", ")"));
    }
  }

  /// Holds where the device has said anything.
  record Exists(SelectorField field) implements Expression {
    @Override
    public boolean holds(DeviceFacts device) {
      return field.known(device);
    }

    @Override
    public String toString() {
      return field + " exists";
    }
  }

  /// A value as it was written, and as a number where it is one.
  ///
  /// @param number of bytes where it had a unit; zero for the fields that are texts
  record Value(String text, long number) {
    @Override
    public String toString() {
      return text.matches("[A-Za-z0-9._/+-]+")
          ? text
          : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
  }

  /// How a field is compared.
  enum Operator {
    EQUAL("=="),
    LESS("<"),
    AT_MOST("<="),
    MORE(">"),
    AT_LEAST(">="),
    LIKE("~"),
    HAS("has");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    String symbol() {
      return symbol;
    }

    boolean holds(SelectorField field, DeviceFacts device, Value value) {
      if (!field.known(device)) {
        return false;
      }
      return switch (this) {
        case LIKE -> Glob.matches(value.text(), field.text(device));
        case HAS -> field.list(device).contains(value.text());
        case EQUAL -> field.compare(device, value) == 0;
        case LESS -> field.compare(device, value) < 0;
        case AT_MOST -> field.compare(device, value) <= 0;
        case MORE -> field.compare(device, value) > 0;
        case AT_LEAST -> field.compare(device, value) >= 0;
      };
    }
  }

  private static String joined(List<Expression> terms, String word) {
    return terms.stream()
        .map(
            term -> term instanceof All || term instanceof Any ? "(" + term + ")" : term.toString())
        .collect(Collectors.joining(word));
  }
}
