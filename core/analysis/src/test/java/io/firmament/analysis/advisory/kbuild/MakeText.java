package io.firmament.analysis.advisory.kbuild;

import java.util.ArrayList;
import java.util.List;

/// How make cuts text: lines, words, references to variables and calls of functions.
final class MakeText {
  private MakeText() {}

  /// A part of an expression.
  ///
  /// @param reference whether it stood in `$(...)`
  record Part(String text, boolean reference) {}

  /// Lines with their continuations joined and without comments; a tab at the beginning stays.
  static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder joined = new StringBuilder();
    for (String line : text.lines().toList()) {
      boolean goesOn = line.endsWith("\\") && !line.endsWith("\\\\");
      String rest = goesOn ? line.substring(0, line.length() - 1) : line;
      joined.append(joined.isEmpty() ? rest : rest.isBlank() ? "" : " " + rest.strip());
      if (!goesOn) {
        lines.add(withoutComment(joined.toString()));
        joined.setLength(0);
      }
    }
    if (!joined.isEmpty()) {
      lines.add(withoutComment(joined.toString()));
    }
    return lines;
  }

  private static String withoutComment(String line) {
    int hash = line.indexOf('#');
    while (hash > 0 && line.charAt(hash - 1) == '\\') {
      hash = line.indexOf('#', hash + 1);
    }
    return hash < 0 ? line : line.substring(0, hash);
  }

  /// The parts of an expression; what is not closed goes to its end.
  static List<Part> parts(String expression) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (at < expression.length()) {
      int dollar = expression.indexOf('$', at);
      if (dollar < 0 || dollar == expression.length() - 1) {
        parts.add(new Part(expression.substring(at), false));
        break;
      }
      if (dollar > at) {
        parts.add(new Part(expression.substring(at, dollar), false));
      }
      char open = expression.charAt(dollar + 1);
      if (open == '(' || open == '{') {
        int end = closing(expression, dollar + 1);
        parts.add(
            new Part(expression.substring(dollar + 2, Math.min(end, expression.length())), true));
        at = end + 1;
      } else {
        parts.add(new Part(expression.substring(dollar + 1, dollar + 2), true));
        at = dollar + 2;
      }
    }
    return parts;
  }

  /// Where the bracket at a place is closed; the length of the text where it is not.
  static int closing(String text, int open) {
    char begin = text.charAt(open);
    char end = begin == '(' ? ')' : '}';
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      if (text.charAt(i) == begin) {
        depth++;
      } else if (text.charAt(i) == end && --depth == 0) {
        return i;
      }
    }
    return text.length();
  }

  /// Cuts at a character outside brackets, at most into so many pieces.
  static List<String> split(String text, char separator, int most) {
    List<String> pieces = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < text.length() && pieces.size() < most - 1; i++) {
      char c = text.charAt(i);
      if (c == '(' || c == '{') {
        depth++;
      } else if (c == ')' || c == '}') {
        depth--;
      } else if (c == separator && depth <= 0) {
        pieces.add(text.substring(from, i));
        from = i + 1;
      }
    }
    pieces.add(text.substring(from));
    return pieces;
  }

  /// Words, which blanks within brackets do not part.
  static List<String> words(String text) {
    return split(text.replace('\t', ' '), ' ', Integer.MAX_VALUE).stream()
        .filter(word -> !word.isBlank())
        .toList();
  }

  /// The first place of a character outside brackets; -1 where there is none.
  static int find(String text, char wanted) {
    List<String> pieces = split(text, wanted, 2);
    return pieces.size() == 1 ? -1 : pieces.getFirst().length();
  }
}
