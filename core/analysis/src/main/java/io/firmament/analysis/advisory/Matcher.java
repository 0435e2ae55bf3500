package io.firmament.analysis.advisory;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import java.util.List;

/// Finds the vulnerabilities that apply to components; the same input gives the same list.
public final class Matcher {
  private static List<CveMatch> pending() {
    throw new UnsupportedOperationException("not written yet");
  }
  /// The matches sorted by component and then by vulnerability.
  public List<CveMatch> match(
      List<Component> components, FirmwareEnvironment environment, AdvisoryIndex index) {
    return pending();
  }
}
