package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.index.VulnerabilityRow;
import io.firmament.base.finding.CveMatch;
import java.util.ArrayList;
import java.util.List;

/// How relevant a match is, -10 to 10, and why: the sum of what each reason says.
///
/// @param score the sum, before known exploitation counts
record Assessment(int score, List<String> reasons) {
  private static final int LIMIT = 10;
  private static final int PLATFORM_UNKNOWN = -1;
  private static final int PLATFORM_CONTRADICTED = -5;
  private static final int DISPUTED = -3;
  private static final int EXPLOITED = 2;

  Assessment {
    reasons = List.copyOf(reasons);
  }

  /// What speaks for a match before anything else is looked at.
  static int first(Fit fit, Truth platform) {
    return fit.score()
        + switch (platform) {
          case TRUE -> 0;
          case UNKNOWN -> PLATFORM_UNKNOWN;
          case FALSE -> PLATFORM_CONTRADICTED;
        };
  }

  /// @param more what else speaks for or against the match
  static Assessment of(
      Fit fit, Truth platform, String detail, VulnerabilityRow known, List<Reason> more) {
    int score = first(fit, platform);
    List<String> reasons = new ArrayList<>();
    reasons.add(fit.code() + ": " + fit.text() + detail);
    if (platform == Truth.UNKNOWN) {
      reasons.add(
          "platform-unknown: it applies on certain platforms, and whether this is one is not"
              + " known");
    }
    if (platform == Truth.FALSE) {
      reasons.add("platform-contradicted: it applies on other platforms than this one");
    }
    for (Reason reason : more) {
      score += reason.score();
      reasons.add(reason.toString());
    }
    if (known.isDisputed()) {
      score += DISPUTED;
      reasons.add("disputed: somebody disputes that this is a vulnerability");
    }
    for (Reason reason : ofExploitation(known)) {
      score += reason.score();
      reasons.add(reason.toString());
    }
    if (known.isOwnFacts()) {
      reasons.add("starter-facts: from the facts that come with Firmament, not from a feed");
    }
    return new Assessment(Math.clamp(score, -LIMIT, LIMIT), reasons);
  }

  /// What makes a match more relevant wherever the vulnerability is.
  static List<Reason> ofExploitation(VulnerabilityRow known) {
    List<Reason> reasons = new ArrayList<>();
    if (known.isKnownExploited()) {
      String since = "in CISA's catalogue since " + known.exploitedSince();
      reasons.add(new Reason("known-exploited", since, EXPLOITED));
    }
    if (known.isUsedByRansomware()) {
      reasons.add(new Reason("ransomware", "known to be used in ransomware campaigns", 0));
    }
    return reasons;
  }

  /// The same match with more reasons.
  static Assessment of(CveMatch match, List<Reason> more) {
    int score = match.score();
    List<String> reasons = new ArrayList<>(match.reasons());
    for (Reason reason : more) {
      score += reason.score();
      reasons.add(reason.toString());
    }
    return new Assessment(Math.clamp(score, -LIMIT, LIMIT), reasons);
  }
}
