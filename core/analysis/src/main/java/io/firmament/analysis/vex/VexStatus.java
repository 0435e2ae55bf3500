package io.firmament.analysis.vex;

import io.firmament.base.finding.VexStatement;

/// The four statuses that OpenVEX and the profile VEX of CSAF have.
enum VexStatus {
  NOT_AFFECTED("not_affected", "known_not_affected"),
  AFFECTED("affected", "known_affected"),
  FIXED("fixed", "fixed"),
  UNDER_INVESTIGATION("under_investigation", "under_investigation");

  private final String openVex;
  private final String csaf;

  VexStatus(String openVex, String csaf) {
    this.openVex = openVex;
    this.csaf = csaf;
  }

  String openVex() {
    return openVex;
  }

  /// The group of products in CSAF.
  String csaf() {
    return csaf;
  }

  /// A false positive is not affected; both kinds of resolved are fixed.
  static VexStatus of(VexStatement.State state) {
    return switch (state) {
      case RESOLVED, RESOLVED_WITH_PEDIGREE -> FIXED;
      case EXPLOITABLE -> AFFECTED;
      case IN_TRIAGE -> UNDER_INVESTIGATION;
      case FALSE_POSITIVE, NOT_AFFECTED -> NOT_AFFECTED;
    };
  }

  VexStatement.State state() {
    return switch (this) {
      case NOT_AFFECTED -> VexStatement.State.NOT_AFFECTED;
      case AFFECTED -> VexStatement.State.EXPLOITABLE;
      case FIXED -> VexStatement.State.RESOLVED;
      case UNDER_INVESTIGATION -> VexStatement.State.IN_TRIAGE;
    };
  }
}
