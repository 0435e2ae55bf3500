package io.firmament.platform.rollout;

import io.firmament.base.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a [Selector] by recursive descent. Length, depth and the number of comparisons and values
/// are bounded before anything is built of them.
final class SelectorParser {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(\"(?:[^\"\\\\]|\\\\.)*+\")|([A-Za-z0-9._/+-]++)|(==|!=|<=|>=|[<>~(),]))");
  private static final Pattern NUMBER = Pattern.compile("(\\d{1,15})(KiB|MiB|GiB|TiB)?");
  private static final Map<String, Long> UNITS =
      Map.of("KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
  private static final Map<String, Expression.Operator> OPERATORS =
      Map.of(
          "==", Expression.Operator.EQUAL,
          "!=", Expression.Operator.EQUAL,
          "<", Expression.Operator.LESS,
          "<=", Expression.Operator.AT_MOST,
          ">", Expression.Operator.MORE,
          ">=", Expression.Operator.AT_LEAST,
          "~", Expression.Operator.LIKE,
          "has", Expression.Operator.HAS);
  private static final Map<SelectorField.Kind, Set<String>> ALLOWED =
      Map.of(
          SelectorField.Kind.TEXT, Set.of("==", "!=", "~", "in", "not", "exists"),
          SelectorField.Kind.LIST, Set.of("has", "exists"),
          SelectorField.Kind.NUMBER,
              Set.of("==", "!=", "<", "<=", ">", ">=", "in", "not", "exists"),
          SelectorField.Kind.VERSION,
              Set.of("==", "!=", "<", "<=", ">", ">=", "~", "in", "not", "exists"));

  private final String name;
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int next;
  private int depth;
  private int terms;

  private SelectorParser(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /// @param at where it begins, counted from 1
  private record Token(String text, int at, Form form) {
    boolean is(String word) {
      return form != Form.QUOTED && text.equals(word);
    }
  }

  private enum Form {
    WORD,
    /// A value, whatever it says.
    QUOTED,
    SYMBOL
  }

  static Expression parse(String name, String text) {
    Invalid.unless(!text.isBlank(), name, "must not be empty");
    Invalid.unless(
        text.length() <= Selector.MAX_LENGTH,
        name,
        "has at most " + Selector.MAX_LENGTH + " characters");
    SelectorParser parser = new SelectorParser(name, text);
    parser.split();
    Expression expression = parser.any();
    if (parser.next < parser.tokens.size()) {
      throw parser.refused("expected `and`, `or` or the end");
    }
    return expression;
  }

  private void split() {
    Matcher matcher = TOKEN.matcher(text);
    int end = text.stripTrailing().length();
    int at = 0;
    while (at < end) {
      matcher.region(at, end);
      if (!matcher.lookingAt()) {
        int bad = at;
        while (Character.isWhitespace(text.charAt(bad))) {
          bad++;
        }
        throw at(
            bad + 1,
            text.charAt(bad) == '"' ? "the quote is not closed" : "this character means nothing");
      }
      String quoted = matcher.group(1);
      if (quoted != null) {
        String inner = quoted.substring(1, quoted.length() - 1).replaceAll("\\\\(.)", "$1");
        tokens.add(new Token(inner, matcher.start(1) + 1, Form.QUOTED));
      } else {
        boolean word = matcher.group(2) != null;
        int group = word ? 2 : 3;
        tokens.add(
            new Token(
                matcher.group(group), matcher.start(group) + 1, word ? Form.WORD : Form.SYMBOL));
      }
      at = matcher.end();
    }
  }

  private Expression any() {
    if (++depth > Selector.MAX_DEPTH) {
      throw refused("is nested more than " + Selector.MAX_DEPTH + " deep");
    }
    List<Expression> parts = new ArrayList<>(List.of(all()));
    while (take("or")) {
      parts.add(all());
    }
    depth--;
    return parts.size() == 1 ? parts.getFirst() : new Expression.Any(parts);
  }

  private Expression all() {
    List<Expression> parts = new ArrayList<>(List.of(not()));
    while (take("and")) {
      parts.add(not());
    }
    return parts.size() == 1 ? parts.getFirst() : new Expression.All(parts);
  }

  private Expression not() {
    int negations = 0;
    while (take("not")) {
      negations++;
    }
    Expression term;
    if (take("(")) {
      term = any();
      expect(")");
    } else {
      term = comparison();
    }
    return negations % 2 == 0 ? term : new Expression.Not(term);
  }

  private Expression comparison() {
    Token word = token("a field");
    Optional<SelectorField> found =
        word.form() == Form.WORD ? SelectorField.find(word.text()) : Optional.empty();
    SelectorField field =
        found.orElseThrow(
            () ->
                at(
                    word.at(),
                    "`"
                        + word.text()
                        + "` is no field; tags are `tag.KEY`, artifacts `installed.NAME`"));
    count(word.at());
    Token operator = token("an operator");
    if (operator.form() == Form.QUOTED
        || !ALLOWED.getOrDefault(field.kind(), Set.of()).contains(operator.text())) {
      throw at(operator.at(), "`" + operator.text() + "` cannot follow `" + field + "`");
    }
    return switch (operator.text()) {
      case "exists" -> new Expression.Exists(field);
      case "in" -> new Expression.In(field, values(field));
      case "not" -> {
        expect("in");
        yield new Expression.Not(new Expression.In(field, values(field)));
      }
      case "!=" ->
          new Expression.Not(
              new Expression.Compare(field, Expression.Operator.EQUAL, value(field)));
      default ->
          new Expression.Compare(
              field,
              OPERATORS.getOrDefault(operator.text(), Expression.Operator.EQUAL),
              value(field));
    };
  }

  private List<Expression.Value> values(SelectorField field) {
    expect("(");
    List<Expression.Value> values = new ArrayList<>();
    do {
      count(next < tokens.size() ? tokens.get(next).at() : text.length());
      values.add(value(field));
    } while (take(","));
    expect(")");
    return values;
  }

  private Expression.Value value(SelectorField field) {
    Token token = token("a value");
    if (token.form() == Form.SYMBOL) {
      throw at(token.at(), "expected a value");
    }
    return switch (field.kind()) {
      case TEXT, LIST -> new Expression.Value(token.text(), 0);
      case VERSION -> {
        if (token.text().chars().noneMatch(c -> c >= '0' && c <= '9')
            && !token.text().contains("*")) {
          throw at(token.at(), "expected a version");
        }
        yield new Expression.Value(token.text(), 0);
      }
      case NUMBER -> number(field, token);
    };
  }

  private Expression.Value number(SelectorField field, Token token) {
    Matcher number = NUMBER.matcher(token.text());
    if (!number.matches()) {
      throw at(token.at(), "expected a whole number");
    }
    String unit = number.group(2);
    if (unit == null) {
      return new Expression.Value(token.text(), Long.parseLong(number.group(1)));
    }
    if (field.name() != SelectorField.Name.RAM) {
      throw at(token.at(), "`" + field + "` has no unit");
    }
    long factor = UNITS.getOrDefault(unit, 1L);
    try {
      long bytes = Math.multiplyExact(Long.parseLong(number.group(1)), factor);
      return new Expression.Value(token.text(), bytes);
    } catch (ArithmeticException e) {
      throw at(token.at(), "the number is too large");
    }
  }

  private void count(int place) {
    if (++terms > Selector.MAX_TERMS) {
      throw at(place, "has more than " + Selector.MAX_TERMS + " comparisons and values");
    }
  }

  private boolean take(String word) {
    if (next < tokens.size() && tokens.get(next).is(word)) {
      next++;
      return true;
    }
    return false;
  }

  private void expect(String word) {
    if (!take(word)) {
      throw refused("expected `" + word + "`");
    }
  }

  private Token token(String expected) {
    if (next >= tokens.size()) {
      throw refused("expected " + expected);
    }
    return tokens.get(next++);
  }

  private ProblemException refused(String detail) {
    return at(next < tokens.size() ? tokens.get(next).at() : text.length() + 1, detail);
  }

  private ProblemException at(int place, String detail) {
    return Invalid.field(name, "at " + place + ": " + detail);
  }
}
