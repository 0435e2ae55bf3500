package io.firmament.schema;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the route of a request as API Gateway does: a literal segment wins over a parameter, a
/// parameter over a greedy one.
public final class RouteMatcher {
  private final List<Route> routes;

  public RouteMatcher(List<Route> routes) {
    List<Route> sorted = new ArrayList<>(routes);
    sorted.sort(java.util.Comparator.comparing(RouteMatcher::generality));
    this.routes = List.copyOf(sorted);
  }

  /// A route and what the path said for its parameters.
  ///
  /// @param parameters decoded
  public record Match(Route route, Map<String, String> parameters) {
    public Match {
      parameters = Map.copyOf(parameters);
    }
  }

  /// @param path without query, not decoded
  public Optional<Match> match(String method, String path) {
    for (Route route : routes) {
      if (route.method().equals(method)) {
        Optional<Map<String, String>> parameters = parameters(route.pathTemplate(), path);
        if (parameters.isPresent()) {
          return Optional.of(new Match(route, parameters.get()));
        }
      }
    }
    return Optional.empty();
  }

  /// The decoded parameters where the template matches; empty where it does not.
  public static Optional<Map<String, String>> parameters(String template, String path) {
    String[] wanted = template.split("/", -1);
    String[] given = path.split("/", -1);
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < wanted.length; i++) {
      if (i >= given.length) {
        return Optional.empty();
      }
      if (wanted[i].endsWith("+}")) {
        String rest = String.join("/", List.of(given).subList(i, given.length));
        return put(parameters, wanted[i].substring(1, wanted[i].length() - 2), rest);
      }
      boolean parameter = wanted[i].startsWith("{");
      if (!parameter && !wanted[i].equals(given[i])) {
        return Optional.empty();
      }
      if (parameter
          && put(parameters, wanted[i].substring(1, wanted[i].length() - 1), given[i]).isEmpty()) {
        return Optional.empty();
      }
    }
    return wanted.length == given.length ? Optional.of(parameters) : Optional.empty();
  }

  private static Optional<Map<String, String>> put(
      Map<String, String> parameters, String name, String raw) {
    if (raw.isEmpty()) {
      return Optional.empty();
    }
    try {
      parameters.put(name, URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8));
      return Optional.of(parameters);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Sorts literals first: each parameter becomes a letter that sorts after every path character.
  private static String generality(Route route) {
    return route
        .pathTemplate()
        .replaceAll("\\{[^}]*\\+}", "\uffff\uffff")
        .replaceAll("\\{[^}]*}", "\uffff");
  }
}
