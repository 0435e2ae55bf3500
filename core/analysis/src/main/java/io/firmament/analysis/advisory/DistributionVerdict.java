package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.DistributionFact;

/// What a distribution says of one vulnerability in one installed package.
///
/// @param version that has the fix; empty where there is none
record DistributionVerdict(Kind kind, String version, DistributionFact.Grade grade) {
  enum Kind {
    /// The installed version has the fix.
    FIXED,
    /// The installed version is older than the fix.
    UNFIXED,
    /// The package never had the flaw.
    NEVER_AFFECTED,
    /// The distribution knows of it and has no fix.
    OPEN
  }

  boolean isOpen() {
    return kind == Kind.OPEN || kind == Kind.UNFIXED;
  }
}
