package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.cpe.Relation;
import io.firmament.analysis.advisory.index.CriterionRow;
import io.firmament.analysis.advisory.version.VersionScheme;
import java.util.List;
import java.util.regex.Pattern;

/// Compares a component's version with a criterion's.
final class Fitting {
  private static final Pattern DATE =
      Pattern.compile("(?:19|20)\\d{2}(?:\\d{4}(?:\\d{4,6})?|-\\d{2}-\\d{2})");

  private Fitting() {}

  static Fit fit(Subject subject, CriterionRow row, VersionScheme scheme) {
    String version = row.version();
    if (version.equals("-")) {
      return Fit.NONE;
    }
    String from = row.from();
    String to = row.to();
    boolean ranged = !from.isEmpty() || !to.isEmpty();
    if (version.equals("*") && !ranged) {
      return Fit.ALL_VERSIONS;
    }
    if (subject.version().isEmpty()) {
      return Fit.NO_VERSION;
    }
    if (!version.equals("*")) {
      return exact(subject, version, row.update(), scheme);
    }
    return range(subject, row, from, to, scheme);
  }

  private static Fit exact(Subject subject, String version, String update, VersionScheme scheme) {
    if (Cpe.hasWildcards(version)) {
      Relation relation = Cpe.compareValues(version, Cpe.escape(subject.base()));
      return relation == Relation.SUPERSET ? Fit.RANGE : Fit.NONE;
    }
    String listed = Cpe.unescape(version);
    boolean concrete = !update.equals("*") && !update.equals("-");
    if (concrete) {
      return same(subject.version(), listed + "-" + Cpe.unescape(update), scheme)
          ? Fit.EXACT
          : Fit.NONE;
    }
    if (same(subject.version(), listed, scheme)) {
      return Fit.EXACT;
    }
    boolean anyUpdate = update.equals("*") && !subject.update().isEmpty();
    return anyUpdate && same(subject.base(), listed, scheme) ? Fit.EXACT : Fit.NONE;
  }

  private static boolean same(String version, String listed, VersionScheme scheme) {
    return version.equals(listed)
        || (scheme.reads(version) && scheme.reads(listed) && scheme.compare(version, listed) == 0);
  }

  private static Fit range(
      Subject subject, CriterionRow row, String from, String to, VersionScheme scheme) {
    String version = subject.version();
    for (String bound : List.of(from, to)) {
      if (!bound.isEmpty() && !comparable(version, bound, scheme)) {
        return Fit.UNREADABLE;
      }
    }
    if (!from.isEmpty()) {
      int order = scheme.compare(version, from);
      if (order < 0 || (order == 0 && row.isFromExcluded())) {
        return Fit.NONE;
      }
    }
    if (!to.isEmpty()) {
      int order = scheme.compare(version, to);
      if (order > 0 || (order == 0 && row.isToExcluded())) {
        return Fit.NONE;
      }
    }
    return from.isEmpty() ? Fit.OPEN_RANGE : Fit.RANGE;
  }

  /// A date says nothing of a numbered release, nor the other way round, and neither does what is
  /// no version.
  private static boolean comparable(String version, String bound, VersionScheme scheme) {
    return scheme.reads(version) && scheme.reads(bound) && isDate(version) == isDate(bound);
  }

  private static boolean isDate(String version) {
    return DATE.matcher(version).matches();
  }
}
