package io.firmament.analysis.vex;

import io.firmament.base.finding.VexStatement.Justification;
import java.util.Optional;

/// The five justifications of OpenVEX and CSAF in the words of CycloneDX. Of the several that one
/// may stand for it is the one that claims the least.
final class Justifications {
  private Justifications() {}

  static Optional<Justification> of(String text) {
    return Optional.ofNullable(
        switch (text) {
          case "component_not_present", "vulnerable_code_not_present" ->
              Justification.CODE_NOT_PRESENT;
          case "vulnerable_code_not_in_execute_path" -> Justification.CODE_NOT_REACHABLE;
          case "vulnerable_code_cannot_be_controlled_by_adversary" ->
              Justification.REQUIRES_ENVIRONMENT;
          case "inline_mitigations_already_exist" -> Justification.PROTECTED_BY_MITIGATING_CONTROL;
          default -> null;
        });
  }
}
