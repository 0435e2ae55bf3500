package io.firmament.analysis.vex;

import io.firmament.base.finding.VexStatement;
import java.time.Instant;
import java.util.List;

/// One statement of a document.
///
/// @param pointer where it is
/// @param vulnerabilities the ids that the vulnerability has
record VexClaim(
    String pointer,
    List<String> vulnerabilities,
    List<VexTarget> targets,
    VexStatement statement,
    Instant at) {
  VexClaim {
    vulnerabilities = List.copyOf(vulnerabilities);
    targets = List.copyOf(targets);
  }
}
