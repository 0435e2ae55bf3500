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
import java.util.List;
import java.util.Map;

/// What a complete analysis says of an image, as far as an artifact made of it is concerned.
///
/// @param sha256 of the image that was analysed
/// @param open how many vulnerabilities of each severity it has
public record ImageAnalysis(
    TenantId tenant,
    FirmwareId firmware,
    AnalysisId analysis,
    Sha256 sha256,
    Map<Severity, Integer> open) {
  public ImageAnalysis {
    EnumMap<Severity, Integer> copy = new EnumMap<>(Severity.class);
    copy.putAll(open);
    open = Collections.unmodifiableMap(copy);
  }

  /// Counts vulnerabilities, each once by its worst severity. Those that nobody has scored have
  /// none, and are not counted.
  ///
  /// @param matches those that are open
  public static ImageAnalysis of(AnalysisKey key, Sha256 sha256, List<CveMatch> matches) {
    Map<String, Severity> worst = new java.util.HashMap<>();
    for (CveMatch match : matches) {
      Severity severity = match.severity();
      if (severity != null) {
        worst.merge(match.cve(), severity, (a, b) -> a.compareTo(b) <= 0 ? a : b);
      }
    }
    Map<Severity, Integer> open = new EnumMap<>(Severity.class);
    worst.values().forEach(severity -> open.merge(severity, 1, Integer::sum));
    return new ImageAnalysis(key.tenant(), key.firmware(), key.analysis(), sha256, open);
  }
}
