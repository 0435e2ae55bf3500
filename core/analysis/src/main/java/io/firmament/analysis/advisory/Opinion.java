package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.CveRecord;

/// How much weight the words of others have against a match.
final class Opinion {
  /// Whoever knows the product best names the version as free of the flaw.
  private static final int DECISIVE = -6;

  /// A source does not list the version; it may have left out what it no longer supports.
  private static final int DISAGREEMENT = -2;

  /// Of an advisory that is the distribution's own.
  static final Reason OF_DISTRIBUTION =
      new Reason("distribution-advisory", "the distribution itself says so", 0);

  private Opinion() {}

  static Reason ofMaker(CveRecord.Status status) {
    return switch (status) {
      case AFFECTED ->
          new Reason("cna-affected", "the CNA's record has the version as affected", 0);
      case UNAFFECTED ->
          new Reason("cna-unaffected", "the CNA's record has the version as unaffected", DECISIVE);
      case NOT_LISTED ->
          new Reason(
              "sources-disagree", "the CNA's record does not list the version", DISAGREEMENT);
      case UNKNOWN -> new Reason("cna-open", "the CNA's record leaves the version open", 0);
    };
  }

  static Reason ofDistribution(DistributionFixes.Verdict verdict) {
    return switch (verdict) {
      case DistributionFixes.Verdict.Fixed fixed ->
          new Reason(
              "distribution-fixed",
              "the distribution mended it in " + fixed.version() + " of the package",
              DECISIVE);
      case DistributionFixes.Verdict.NeverAffected _ ->
          new Reason(
              "distribution-unaffected", "the distribution's package never had it", DECISIVE);
      case DistributionFixes.Verdict.Unfixed unfixed ->
          new Reason(
              "distribution-unfixed",
              "the distribution mended it only in " + unfixed.version() + " of the package",
              1);
      case DistributionFixes.Verdict.Open _ ->
          new Reason("distribution-open", "the distribution has no fix yet", 1);
    };
  }
}
