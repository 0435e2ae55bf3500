package io.firmament.platform.artifact;

import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Severity;
import io.firmament.platform.firmware.AnalysisKey;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What a complete analysis says of an image, as far as an artifact made of it is concerned.
///
/// @param sha256 of the image that was analysed
/// @param open how many vulnerabilities of each severity it has
/// @param closedByVex how many more it had, did VEX documents not say that they are resolved or do
///     not affect it
public record ImageAnalysis(
    TenantId tenant,
    FirmwareId firmware,
    AnalysisId analysis,
    Sha256 sha256,
    Map<Severity, Integer> open,
    Map<Severity, Integer> closedByVex) {
  public ImageAnalysis {
    open = copy(open);
    closedByVex = copy(closedByVex);
  }

  private static Map<Severity, Integer> copy(Map<Severity, Integer> counts) {
    EnumMap<Severity, Integer> copy = new EnumMap<>(Severity.class);
    copy.putAll(counts);
    return Collections.unmodifiableMap(copy);
  }

  /// Counts vulnerabilities, each once by its worst severity. Those that nobody has scored have
  /// none, and are not counted.
  ///
  /// @param open those that are open
  /// @param closedByVex those that VEX documents have closed; one that is open elsewhere in the
  ///     image is open
  public static ImageAnalysis of(
      AnalysisKey key, Sha256 sha256, List<CveMatch> open, List<CveMatch> closedByVex) {
    Set<String> still = open.stream().map(CveMatch::cve).collect(Collectors.toSet());
    return new ImageAnalysis(
        key.tenant(),
        key.firmware(),
        key.analysis(),
        sha256,
        count(open),
        count(closedByVex.stream().filter(match -> !still.contains(match.cve())).toList()));
  }

  private static Map<Severity, Integer> count(List<CveMatch> matches) {
    Map<String, Severity> worst = new HashMap<>();
    for (CveMatch match : matches) {
      Severity severity = match.severity();
      if (severity != null) {
        worst.merge(match.cve(), severity, (a, b) -> a.compareTo(b) <= 0 ? a : b);
      }
    }
    Map<Severity, Integer> counts = new EnumMap<>(Severity.class);
    worst.values().forEach(severity -> counts.merge(severity, 1, Integer::sum));
    return counts;
  }
}
