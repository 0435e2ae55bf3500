package io.firmament.analysis.sbom;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One media range of an `Accept` header (RFC 9110 section 12.5.1).
///
/// @param type in lower case, for example `application/spdx+json` or `*/*`
/// @param parameters by their names in lower case, without `q`
/// @param quality 0 to 1
public record MediaRange(String type, Map<String, String> parameters, double quality) {
  public MediaRange {
    parameters = Map.copyOf(parameters);
  }

  /// The ranges of a header by quality, the most wanted first, and then by order; what is no range
  /// is left out.
  public static List<MediaRange> of(@Nullable String acceptHeader) {
    List<MediaRange> ranges = new ArrayList<>();
    if (acceptHeader != null) {
      for (String part : acceptHeader.split(",", -1)) {
        parse(part).ifPresent(ranges::add);
      }
    }
    ranges.sort(Comparator.comparingDouble((MediaRange range) -> -range.quality()));
    return ranges;
  }

  private static Optional<MediaRange> parse(String text) {
    String[] parts = text.split(";", -1);
    String type = parts[0].strip().toLowerCase(Locale.ROOT);
    if (type.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> parameters = new TreeMap<>();
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals > 0) {
        parameters.put(
            parts[i].substring(0, equals).strip().toLowerCase(Locale.ROOT),
            unquoted(parts[i].substring(equals + 1).strip()));
      }
    }
    return qualityOf(parameters.remove("q")).map(q -> new MediaRange(type, parameters, q));
  }

  private static Optional<Double> qualityOf(@Nullable String q) {
    if (q == null) {
      return Optional.of(1.0);
    }
    boolean valid = q.matches("0(\\.\\d{0,3})?|1(\\.0{0,3})?");
    return valid ? Optional.of(Double.parseDouble(q)) : Optional.empty();
  }

  private static String unquoted(String value) {
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? value.substring(1, value.length() - 1) : value;
  }
}
