package io.firmament.base.finding;

/// How bad a finding is, worst first.
public enum Severity {
  CRITICAL,
  HIGH,
  MEDIUM,
  LOW,
  INFORMATIONAL;

  /// The band of a CVSS base score (CVSS v3.1 section 5, v4.0 section 6): 9.0, 7.0, 4.0 and 0.1 are
  /// the lower bounds.
  public static Severity ofCvss(double score) {
    if (score >= 9.0) {
      return CRITICAL;
    }
    if (score >= 7.0) {
      return HIGH;
    }
    if (score >= 4.0) {
      return MEDIUM;
    }
    return score > 0 ? LOW : INFORMATIONAL;
  }
}
