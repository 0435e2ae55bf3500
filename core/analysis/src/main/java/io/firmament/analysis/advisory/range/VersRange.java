package io.firmament.analysis.advisory.range;

import io.firmament.analysis.advisory.version.VersionScheme;
import io.firmament.analysis.advisory.version.VersionSchemes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A range in the vers notation, for example `vers:npm/>=1.0.0|<2.0.0`.
///
/// @param type the versioning scheme, in lower case
/// @param constraints sorted by version; none means every version
public record VersRange(String type, List<Constraint> constraints) {
  private static final int MOST_CONSTRAINTS = 10_000;
  private static final Pattern FORM = Pattern.compile("vers:([a-z][a-z0-9.+-]*)/(\\S+)");
  private static final Pattern CONSTRAINT = Pattern.compile("(>=|<=|!=|<|>|=)?([^<>=!*|]+)");

  public VersRange {
    constraints = List.copyOf(constraints);
  }

  /// What a constraint asks of a version.
  public enum Operator {
    EQUAL("="),
    UNEQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">=");

    private final String text;

    Operator(String text) {
      this.text = text;
    }
  }

  /// One comparator and the version that it compares with.
  public record Constraint(Operator comparator, String version) {}

  /// Reads the canonical form; empty for anything else: blanks, empty constraints, versions that
  /// are not sorted or are there twice, wrong escapes.
  public static Optional<VersRange> parse(String text) {
    Matcher form = FORM.matcher(text);
    return form.matches() ? parse(form.group(1), form.group(2), true) : Optional.empty();
  }

  /// Reads what people write: blanks, other case, other orders and empty constraints as well.
  public static Optional<VersRange> parseLenient(String text) {
    String plain = text.replaceAll("\\s+", "").replaceAll("\\|\\|+", "|");
    int slash = plain.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String constraints = plain.substring(slash + 1).replaceAll("^\\||\\|$", "");
    String lower = plain.substring(0, slash).toLowerCase(Locale.ROOT) + "/" + constraints;
    Matcher form = FORM.matcher(lower);
    return form.matches() ? parse(form.group(1), form.group(2), false) : Optional.empty();
  }

  private static Optional<VersRange> parse(String type, String text, boolean canonical) {
    if (text.equals("*")) {
      return Optional.of(new VersRange(type, List.of()));
    }
    List<Constraint> constraints = new ArrayList<>();
    for (String part : text.split("\\|", -1)) {
      Optional<Constraint> constraint = constraint(part);
      if (constraint.isEmpty() || constraints.size() == MOST_CONSTRAINTS) {
        return Optional.empty();
      }
      constraints.add(constraint.get());
    }
    VersionScheme scheme = VersionSchemes.standard().ofType(type);
    Comparator<Constraint> order = (a, b) -> scheme.compare(a.version, b.version);
    if (canonical) {
      for (int i = 1; i < constraints.size(); i++) {
        if (order.compare(constraints.get(i - 1), constraints.get(i)) >= 0) {
          return Optional.empty();
        }
      }
    }
    constraints.sort(order);
    return Optional.of(new VersRange(type, constraints));
  }

  private static Optional<Constraint> constraint(String text) {
    Matcher matcher = CONSTRAINT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String comparator = matcher.group(1) == null ? "=" : matcher.group(1);
    for (Operator each : Operator.values()) {
      if (each.text.equals(comparator)) {
        return decoded(matcher.group(2)).map(version -> new Constraint(each, version));
      }
    }
    return Optional.empty();
  }

  /// Percent-encoding is undone once.
  private static Optional<String> decoded(String text) {
    if (text.indexOf('%') < 0) {
      return Optional.of(text);
    }
    byte[] bytes = new byte[text.length() * 3];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '%') {
        if (i + 2 >= text.length() || !text.substring(i + 1, i + 3).matches("[0-9A-F]{2}")) {
          return Optional.empty();
        }
        bytes[length++] = (byte) Integer.parseInt(text.substring(i + 1, i + 3), 16);
        i += 2;
      } else {
        for (byte b : String.valueOf(text.charAt(i)).getBytes(StandardCharsets.UTF_8)) {
          bytes[length++] = b;
        }
      }
    }
    return Optional.of(new String(bytes, 0, length, StandardCharsets.UTF_8));
  }

  /// Whether the version is in the range, by the algorithm of the vers specification: equal and
  /// unequal versions first, then the intervals that the other constraints, in order, lie between.
  public boolean contains(String version) {
    VersionScheme scheme = VersionSchemes.standard().ofType(type);
    if (constraints.isEmpty()) {
      return true;
    }
    for (Constraint constraint : constraints) {
      if (scheme.compare(version, constraint.version) == 0) {
        switch (constraint.comparator) {
          case EQUAL, LESS_OR_EQUAL, GREATER_OR_EQUAL -> {
            return true;
          }
          case UNEQUAL -> {
            return false;
          }
          case LESS, GREATER -> {}
        }
      }
    }
    List<Constraint> bounds =
        constraints.stream()
            .filter(c -> c.comparator != Operator.EQUAL && c.comparator != Operator.UNEQUAL)
            .toList();
    if (bounds.isEmpty()) {
      return constraints.stream().allMatch(c -> c.comparator == Operator.UNEQUAL);
    }
    // The nearest bounds on both sides decide: the version is inside where one of them opens to it.
    Constraint below = null;
    Constraint above = null;
    for (Constraint bound : bounds) {
      int order = scheme.compare(bound.version, version);
      if (order < 0) {
        below = bound;
      } else if (order > 0 && above == null) {
        above = bound;
      } else if (order == 0) {
        return false;
      }
    }
    boolean openBelow = below != null && isLower(below);
    boolean openAbove = above != null && !isLower(above);
    return below == null ? openAbove : above == null ? openBelow : openBelow && openAbove;
  }

  private static boolean isLower(Constraint bound) {
    return bound.comparator == Operator.GREATER || bound.comparator == Operator.GREATER_OR_EQUAL;
  }
}
