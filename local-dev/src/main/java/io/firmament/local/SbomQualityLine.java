package io.firmament.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The quality of an SBOM in one line.
final class SbomQualityLine {
  private SbomQualityLine() {}

  /// The score in each profile, and what is missed most of what the first asks in which anything
  /// misses something: what a later one asks besides is rarely said of anything.
  ///
  /// @param quality as the API answers it
  static String of(Map<String, Object> quality) {
    List<String> scores = new ArrayList<>();
    Map<String, Object> worst = Map.of();
    for (Map<String, Object> profile : ApiClient.objects(quality, "profiles")) {
      scores.add(name(ApiClient.text(profile, "id")) + " " + number(profile, "score"));
      worst = worst.isEmpty() ? mostMissing(profile) : worst;
    }
    String line = "SBOM quality: " + String.join(", ", scores);
    return worst.isEmpty()
        ? line
        : line
            + "; most missing: %s (%d of %d)"
                .formatted(
                    ApiClient.text(worst, "id"),
                    number(worst, "missing"),
                    number(quality, "things"));
  }

  private static Map<String, Object> mostMissing(Map<String, Object> profile) {
    Map<String, Object> most = Map.of();
    for (Map<String, Object> criterion : ApiClient.objects(profile, "criteria")) {
      if (number(criterion, "missing") > number(most, "missing")) {
        most = criterion;
      }
    }
    return most;
  }

  private static String name(String profile) {
    return switch (profile) {
      case "ntia" -> "NTIA";
      case "cisa-2025" -> "CISA 2025";
      case "bsi-tr-03183-2" -> "BSI TR-03183-2";
      default -> profile;
    };
  }

  private static long number(Map<String, Object> from, String key) {
    return from.get(key) instanceof Number number ? number.longValue() : 0;
  }
}
