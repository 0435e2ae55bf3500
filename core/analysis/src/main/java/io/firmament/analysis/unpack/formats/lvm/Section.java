package io.firmament.analysis.unpack.formats.lvm;

import io.firmament.analysis.unpack.io.CorruptException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A section of LVM2's text: values and sections by their names.
///
/// @param values numbers and strings, each as its text; an array has several
record Section(Map<String, List<String>> values, Map<String, Section> sections) {
  private static final int MOST_DEPTH = 16;

  static Section parse(String text) throws CorruptException {
    return new Parser(text).section(0);
  }

  Section section(String name) {
    return sections.getOrDefault(name, new Section(Map.of(), Map.of()));
  }

  List<String> list(String name) {
    return values.getOrDefault(name, List.of());
  }

  String text(String name) {
    List<String> list = list(name);
    return list.isEmpty() ? "" : list.getFirst();
  }

  long number(String name) throws CorruptException {
    try {
      return Long.parseLong(text(name));
    } catch (NumberFormatException e) {
      throw new CorruptException("\"%s\" is no number".formatted(name));
    }
  }

  /// Reads `name = value`, `name = [value, value]` and `name { ... }`; comments begin with `#`.
  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    Section section(int depth) throws CorruptException {
      if (depth > MOST_DEPTH) {
        throw new CorruptException("the metadata is nested too deeply");
      }
      Map<String, List<String>> values = new LinkedHashMap<>();
      Map<String, Section> sections = new LinkedHashMap<>();
      while (true) {
        String name = token();
        if (name.isEmpty() || name.equals("}")) {
          return new Section(values, sections);
        }
        String next = token();
        if (next.equals("{")) {
          sections.put(name, section(depth + 1));
        } else if (next.equals("=")) {
          values.put(name, value());
        } else {
          throw new CorruptException("the metadata makes no sense at character " + at);
        }
      }
    }

    private List<String> value() throws CorruptException {
      String first = token();
      if (!first.equals("[")) {
        return List.of(first);
      }
      List<String> list = new ArrayList<>();
      for (String next = token(); !next.equals("]"); next = token()) {
        if (next.isEmpty()) {
          throw new CorruptException("a list of the metadata has no end");
        }
        if (!next.equals(",")) {
          list.add(next);
        }
      }
      return list;
    }

    /// The next word, string or sign; empty at the end.
    private String token() {
      skip();
      if (at >= text.length()) {
        return "";
      }
      char c = text.charAt(at);
      if ("{}[]=,".indexOf(c) >= 0) {
        at++;
        return String.valueOf(c);
      }
      int from = at;
      if (c == '"') {
        int end = text.indexOf('"', at + 1);
        end = end < 0 ? text.length() : end;
        at = Math.min(end + 1, text.length());
        return text.substring(from + 1, end);
      }
      while (at < text.length()
          && !Character.isWhitespace(text.charAt(at))
          && "{}[]=,#\"".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      at = at == from ? at + 1 : at;
      return text.substring(from, at);
    }

    private void skip() {
      while (at < text.length()) {
        if (text.charAt(at) == '#') {
          int end = text.indexOf('\n', at);
          at = end < 0 ? text.length() : end;
        } else if (Character.isWhitespace(text.charAt(at))) {
          at++;
        } else {
          return;
        }
      }
    }
  }
}
