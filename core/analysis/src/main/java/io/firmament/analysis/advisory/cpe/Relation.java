package io.firmament.analysis.advisory.cpe;

/// How a source attribute or name relates to a target (NISTIR 7696, section 6.1.1).
public enum Relation {
  DISJOINT,
  EQUAL,
  SUBSET,
  SUPERSET,
  /// The target has wildcards, which the specification does not define.
  UNDEFINED
}
