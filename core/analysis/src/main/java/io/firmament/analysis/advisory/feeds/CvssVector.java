package io.firmament.analysis.advisory.feeds;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The base score of a CVSS 3.0 or 3.1 vector (CVSS v3.1 specification, clause 7.1), for sources
/// that give the vector alone.
final class CvssVector {
  private static final Map<String, Double> WEIGHTS =
      Map.ofEntries(
          Map.entry("AV:N", 0.85),
          Map.entry("AV:A", 0.62),
          Map.entry("AV:L", 0.55),
          Map.entry("AV:P", 0.2),
          Map.entry("AC:L", 0.77),
          Map.entry("AC:H", 0.44),
          Map.entry("UI:N", 0.85),
          Map.entry("UI:R", 0.62),
          Map.entry("PR:N", 0.85),
          Map.entry("PR:L", 0.62),
          Map.entry("PR:H", 0.27),
          Map.entry("C:H", 0.56),
          Map.entry("C:L", 0.22),
          Map.entry("C:N", 0.0),
          Map.entry("I:H", 0.56),
          Map.entry("I:L", 0.22),
          Map.entry("I:N", 0.0),
          Map.entry("A:H", 0.56),
          Map.entry("A:L", 0.22),
          Map.entry("A:N", 0.0));

  private CvssVector() {}

  /// Empty for vectors of other versions and for what is none.
  static Optional<Double> baseScore(String vector) {
    if (!vector.startsWith("CVSS:3.0/") && !vector.startsWith("CVSS:3.1/")) {
      return Optional.empty();
    }
    Map<String, String> metrics = new HashMap<>();
    for (String metric : vector.substring("CVSS:3.x/".length()).split("/")) {
      metrics.put(metric.replaceFirst(":.*", ""), metric);
    }
    Map<String, Double> weights = new HashMap<>();
    for (String name : new String[] {"AV", "AC", "PR", "UI", "C", "I", "A"}) {
      Double weight = WEIGHTS.get(metrics.getOrDefault(name, ""));
      if (weight == null) {
        return Optional.empty();
      }
      weights.put(name, weight);
    }
    String scope = metrics.getOrDefault("S", "");
    if (!scope.equals("S:U") && !scope.equals("S:C")) {
      return Optional.empty();
    }
    boolean changed = scope.equals("S:C");
    if (changed && metrics.getOrDefault("PR", "").equals("PR:L")) {
      weights.put("PR", 0.68);
    } else if (changed && metrics.getOrDefault("PR", "").equals("PR:H")) {
      weights.put("PR", 0.5);
    }
    return Optional.of(score(weights, changed));
  }

  private static double score(Map<String, Double> of, boolean changed) {
    double kept =
        (1 - of.getOrDefault("C", 0.0))
            * (1 - of.getOrDefault("I", 0.0))
            * (1 - of.getOrDefault("A", 0.0));
    double lost = 1 - kept;
    double impact =
        changed ? 7.52 * (lost - 0.029) - 3.25 * Math.pow(lost - 0.02, 15) : 6.42 * lost;
    if (impact <= 0) {
      return 0;
    }
    double exploitability =
        8.22
            * of.getOrDefault("AV", 0.0)
            * of.getOrDefault("AC", 0.0)
            * of.getOrDefault("PR", 0.0)
            * of.getOrDefault("UI", 0.0);
    return roundedUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10));
  }

  /// To one digit, as the specification's appendix A does it.
  private static double roundedUp(double value) {
    long scaled = Math.round(value * 100_000);
    return scaled % 10_000 == 0 ? scaled / 100_000.0 : (scaled / 10_000 + 1) / 10.0;
  }
}
