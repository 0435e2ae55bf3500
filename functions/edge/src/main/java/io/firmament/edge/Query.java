package io.firmament.edge;

import io.firmament.base.BaseProblem;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads the query of a URL.
public final class Query {
  private Query() {}

  /// Decoded values by decoded name, in order.
  public static Map<String, List<String>> parse(String raw) {
    Map<String, List<String>> query = new LinkedHashMap<>();
    for (String pair : raw.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        query.computeIfAbsent(decode(name), key -> new ArrayList<>()).add(decode(value));
      }
    }
    return query;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw BaseProblem.MALFORMED_REQUEST.with("detail", "the query has a broken % escape");
    }
  }
}
