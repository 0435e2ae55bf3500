package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.ProductVersions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How much weight the words of others have against a match.
final class Opinion {
  /// Whoever knows the product best names the version as free of the flaw.
  private static final int DECISIVE = -6;

  /// A source does not list the version; it may have left out what it no longer supports.
  private static final int DISAGREEMENT = -2;

  /// What was not asked may have been mended; what was asked and is silent may not have been looked
  /// at.
  private static final int NOT_KNOWN = -2;

  /// The distribution counts it among what has no consequence.
  private static final int UNIMPORTANT = -5;

  private static final int MINOR = -1;

  private Opinion() {}

  static Reason ofMaker(ProductVersions.Status status) {
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

  /// Where the CNA has the version as affected and the CPE ranges do not.
  static Reason beyondRanges() {
    return new Reason(
        "sources-disagree", "the CPE ranges for the product do not have the version", DISAGREEMENT);
  }

  /// Where a record of the tenant's own names the product, and not this version.
  static Reason ofUser(String record) {
    return new Reason(
        "user-unaffected", "your record " + record + " does not have the version", DECISIVE);
  }

  static List<Reason> ofDistribution(DistributionVerdict verdict) {
    String version = verdict.version();
    List<Reason> reasons = new ArrayList<>();
    reasons.add(
        switch (verdict.kind()) {
          case FIXED ->
              new Reason("distribution-fixed", "fixed in distribution " + version, DECISIVE);
          case NEVER_AFFECTED ->
              new Reason(
                  "distribution-unaffected",
                  "not affected: the distribution's package never had it",
                  DECISIVE);
          case UNFIXED ->
              new Reason(
                  "distribution-unfixed", "the distribution mended it only in " + version, 1);
          case OPEN -> new Reason("distribution-open", "the distribution has no fix yet", 1);
        });
    if (verdict.isOpen()) {
      switch (verdict.grade()) {
        case UNIMPORTANT ->
            reasons.add(
                new Reason(
                    "distribution-unimportant",
                    "the distribution says that it has no consequence in its package",
                    UNIMPORTANT));
        case MINOR ->
            reasons.add(
                new Reason(
                    "distribution-minor",
                    "the distribution finds it too minor for an update of its own",
                    MINOR));
        case END_OF_LIFE ->
            reasons.add(
                new Reason(
                    "distribution-end-of-life",
                    "the distribution mends nothing of this release any more",
                    0));
        case NORMAL -> {}
      }
    }
    return reasons;
  }

  /// Where the distribution says nothing of the vulnerability.
  ///
  /// @param consulted the distribution whose data is in the index; empty where it has none
  static Reason ofSilence(Optional<String> consulted, String upstream) {
    return consulted.isPresent()
        ? new Reason(
            "distribution-silent",
            "compared by the upstream version "
                + upstream
                + " of the package; the data of "
                + consulted.get()
                + " does not name it for the package",
            NOT_KNOWN)
        : new Reason(
            "distribution-may-have-backported",
            "compared by the upstream version "
                + upstream
                + " of the package; no data of the distribution was consulted",
            NOT_KNOWN);
  }
}
