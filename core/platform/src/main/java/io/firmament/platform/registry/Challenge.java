package io.firmament.platform.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1).
///
/// @param scheme lower case
/// @param parameters by lower-case name
record Challenge(String scheme, Map<String, String> parameters) {
  private static final int MAX_LENGTH = 8_192;

  Challenge {
    parameters = Map.copyOf(parameters);
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  /// All challenges of the headers, in order; what cannot be read ends its header.
  static List<Challenge> parse(List<String> headers) {
    List<Challenge> found = new ArrayList<>();
    for (String header : headers) {
      if (header.length() <= MAX_LENGTH) {
        new Reader(header).read(found);
      }
    }
    return found;
  }

  /// Goes through one header: `scheme [name=value *(, name=value)] *(, scheme ...)`.
  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    void read(List<Challenge> found) {
      skip();
      String scheme = token();
      while (!scheme.isEmpty()) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String next = parameters(parameters);
        found.add(new Challenge(scheme.toLowerCase(Locale.ROOT), parameters));
        scheme = next;
      }
    }

    /// Reads parameters up to the next scheme, which it gives; empty at the end.
    private String parameters(Map<String, String> into) {
      while (true) {
        skip();
        String name = token();
        if (name.isEmpty()) {
          return "";
        }
        blanks();
        if (at >= text.length() || text.charAt(at) != '=') {
          return name;
        }
        at++;
        blanks();
        into.putIfAbsent(name.toLowerCase(Locale.ROOT), value());
      }
    }

    private String value() {
      if (at >= text.length() || text.charAt(at) != '"') {
        return token();
      }
      at++;
      StringBuilder value = new StringBuilder();
      while (at < text.length() && text.charAt(at) != '"') {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at++));
      }
      // Where the quotes do not end, the header does.
      at = Math.min(at + 1, text.length());
      return value.toString();
    }

    private String token() {
      int from = at;
      while (at < text.length() && " \t,=\"".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(from, at);
    }

    private void blanks() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
    }

    private void skip() {
      while (at < text.length() && " \t,".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }
  }
}
