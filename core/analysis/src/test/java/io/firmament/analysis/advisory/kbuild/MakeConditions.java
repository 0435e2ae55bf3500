package io.firmament.analysis.advisory.kbuild;

import io.firmament.analysis.advisory.kbuild.MakeText.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What make's conditionals ask, as far as they ask for options of the kernel; the rest is unknown.
final class MakeConditions {
  private static final Pattern OPTION = Pattern.compile("CONFIG_(\\w+)(?::m=y)?");
  private static final Pattern FUNCTION = Pattern.compile("([a-z-]+)[ \t]+(.*)");
  private static final Pattern QUOTED = Pattern.compile("(['\"])(.*?)\\1\\s+(['\"])(.*?)\\3");
  private static final int DEEPEST = 16;

  private final KernelTree tree;
  private final Makefile file;
  private int depth;

  MakeConditions(KernelTree tree, Makefile file) {
    this.tree = tree;
    this.file = file;
  }

  /// When a condition holds, and when it does not; both are at least what make would say.
  record Answer(Guard yes, Guard no) {
    static final Answer OPEN = new Answer(Guard.UNKNOWN, Guard.UNKNOWN);

    Answer not() {
      return new Answer(no, yes);
    }

    Answer or(Answer other) {
      return new Answer(yes.or(other.yes), no.and(other.no));
    }

    Answer and(Answer other) {
      return new Answer(yes.and(other.yes), no.or(other.no));
    }
  }

  /// Of `ifdef`, `ifndef`, `ifeq` or `ifneq` with what follows it.
  Answer of(String directive, String rest) {
    Answer answer =
        switch (directive) {
          case "ifdef", "ifndef" -> isSet("$(" + rest + ")");
          default -> equal(rest);
        };
    return directive.startsWith("ifn") ? answer.not() : answer;
  }

  private Answer equal(String rest) {
    List<String> sides = List.of();
    Matcher quoted = QUOTED.matcher(rest);
    if (rest.startsWith("(") && rest.endsWith(")")) {
      sides = MakeText.split(rest.substring(1, rest.length() - 1), ',', 2);
    } else if (quoted.matches()) {
      sides = List.of(quoted.group(2), quoted.group(4));
    }
    if (sides.size() != 2) {
      return Answer.OPEN;
    }
    String left = sides.get(0).strip();
    String right = sides.get(1).strip();
    return left.contains("$") ? equal(left, right) : equal(right, left);
  }

  private Answer equal(String expression, String value) {
    if (value.contains("$")) {
      return Answer.OPEN;
    }
    if (!expression.contains("$")) {
      return expression.equals(value)
          ? new Answer(Guard.ALWAYS, Guard.NEVER)
          : new Answer(Guard.NEVER, Guard.ALWAYS);
    }
    if (value.isEmpty()) {
      return isSet(expression).not();
    }
    List<String> options = options(expression);
    if (options.isEmpty()) {
      return value.equals("y") || value.equals("m") ? atLeast(isSet(expression)) : Answer.OPEN;
    }
    boolean all = value.replace("-", "").equals("y".repeat(options.size()));
    if (!all) {
      return value.matches("[ym-]+")
          ? new Answer(isSet(expression).yes().perhaps(), Guard.UNKNOWN)
          : Answer.OPEN;
    }
    Answer answer = new Answer(Guard.ALWAYS, Guard.NEVER);
    for (String option : options) {
      answer = answer.and(isYes(option));
    }
    return answer;
  }

  /// That it is `y` says that it is set; that it is not says nothing.
  private static Answer atLeast(Answer isSet) {
    return new Answer(isSet.yes().perhaps(), Guard.UNKNOWN);
  }

  /// The options that an expression puts side by side; none for any other expression.
  private static List<String> options(String expression) {
    List<String> options = new ArrayList<>();
    for (Part part : MakeText.parts(expression)) {
      Matcher option = OPTION.matcher(part.text());
      if (part.reference() && option.matches()) {
        options.add(option.group(1));
      } else if (part.reference() || !part.text().matches("[\\s-]*")) {
        return List.of();
      }
    }
    return options;
  }

  private Answer isYes(String option) {
    Answer set = isSetOption(option);
    return tree.option(option).equals(Optional.of(KernelTree.Kind.BOOL))
        ? set
        : new Answer(set.yes().perhaps(), Guard.UNKNOWN);
  }

  private Answer isSetOption(String option) {
    boolean known = tree.option(option).filter(kind -> kind != KernelTree.Kind.OTHER).isPresent();
    return known ? new Answer(Guard.of(option), Guard.of("!" + option)) : Answer.OPEN;
  }

  /// Whether an expression comes to more than blanks.
  Answer isSet(String expression) {
    Answer answer = new Answer(Guard.NEVER, Guard.ALWAYS);
    if (depth > DEEPEST) {
      return Answer.OPEN;
    }
    depth++;
    for (Part part : MakeText.parts(expression.strip())) {
      if (part.reference()) {
        answer = answer.or(isSetReference(part.text()));
      } else if (!part.text().isBlank()) {
        answer = new Answer(Guard.ALWAYS, Guard.NEVER);
      }
    }
    depth--;
    boolean several = MakeText.parts(expression.strip()).size() > 1;
    return several ? new Answer(answer.yes().perhaps(), answer.no()) : answer;
  }

  private Answer isSetReference(String text) {
    Matcher option = OPTION.matcher(text);
    if (option.matches()) {
      return isSetOption(option.group(1));
    }
    Matcher function = FUNCTION.matcher(text);
    if (!function.matches()) {
      return variable(text);
    }
    List<String> arguments = MakeText.split(function.group(2), ',', Integer.MAX_VALUE);
    return switch (function.group(1)) {
      case "strip", "sort" -> isSet(arguments.getLast());
      case "subst" -> arguments.getFirst().equals("m") ? isSet(arguments.getLast()) : Answer.OPEN;
      case "filter" -> atLeast(isSet(arguments.getLast()));
      case "or" -> arguments.stream().map(this::isSet).reduce(Answer::or).orElse(Answer.OPEN);
      case "and" -> arguments.stream().map(this::isSet).reduce(Answer::and).orElse(Answer.OPEN);
      case "if" -> chosen(arguments);
      default -> Answer.OPEN;
    };
  }

  private Answer chosen(List<String> arguments) {
    Answer condition = isSet(arguments.getFirst());
    Answer then = arguments.size() > 1 ? isSet(arguments.get(1)) : Answer.OPEN;
    Answer other =
        arguments.size() > 2 ? isSet(arguments.get(2)) : new Answer(Guard.NEVER, Guard.ALWAYS);
    return new Answer(
        condition.yes().and(then.yes()).or(condition.no().and(other.yes())),
        condition.yes().and(then.no()).or(condition.no().and(other.no())));
  }

  private Answer variable(String name) {
    if (name.equals("KBUILD_EXTMOD")) {
      return new Answer(Guard.NEVER, Guard.ALWAYS);
    }
    Guard yes = Guard.NEVER;
    boolean any = false;
    for (Makefile.Word word : name.contains("$") ? List.<Makefile.Word>of() : file.words(name)) {
      yes = yes.or(word.guard());
      any = true;
    }
    return any ? new Answer(yes.perhaps(), Guard.UNKNOWN) : Answer.OPEN;
  }
}
