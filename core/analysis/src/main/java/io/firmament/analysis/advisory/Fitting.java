package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.cpe.Relation;
import io.firmament.analysis.advisory.index.CriterionRow;

/// Compares a component's version with a criterion's.
final class Fitting {
  private Fitting() {}

  static Fit fit(Subject subject, CriterionRow row, Bounds bounds) {
    String version = row.version();
    if (version.equals("-")) {
      return Fit.NONE;
    }
    boolean ranged = row.fromPlace() != 0 || row.toPlace() != 0;
    if (version.equals("*") && !ranged) {
      return Fit.ALL_VERSIONS;
    }
    if (subject.version().isEmpty()) {
      return Fit.NO_VERSION;
    }
    if (!version.equals("*")) {
      return exact(subject, version, row, bounds);
    }
    return range(row, bounds);
  }

  private static Fit exact(Subject subject, String version, CriterionRow row, Bounds bounds) {
    if (Cpe.hasWildcards(version)) {
      Relation relation = Cpe.compareValues(version, Cpe.escape(subject.base()));
      return relation == Relation.SUPERSET ? Fit.RANGE : Fit.NONE;
    }
    String update = row.update();
    String listed = Cpe.unescape(version);
    boolean concrete = !update.equals("*") && !update.equals("-");
    if (concrete) {
      String whole = listed + "-" + Cpe.unescape(update);
      return Bounds.same(subject.version(), whole, bounds.scheme()) ? Fit.EXACT : Fit.NONE;
    }
    if (bounds.isListed(row)) {
      return Fit.EXACT;
    }
    boolean anyUpdate = update.equals("*") && !subject.update().isEmpty();
    return anyUpdate && Bounds.same(subject.base(), listed, bounds.scheme()) ? Fit.EXACT : Fit.NONE;
  }

  private static Fit range(CriterionRow row, Bounds bounds) {
    Bounds.Place low =
        row.fromPlace() == 0 ? Bounds.Place.AFTER : bounds.place(row, row.fromPlace());
    Bounds.Place high = row.toPlace() == 0 ? Bounds.Place.BEFORE : bounds.place(row, row.toPlace());
    if (low == Bounds.Place.UNREADABLE || high == Bounds.Place.UNREADABLE) {
      return Fit.UNREADABLE;
    }
    boolean below = low == Bounds.Place.BEFORE || (low == Bounds.Place.AT && row.isFromExcluded());
    boolean above = high == Bounds.Place.AFTER || (high == Bounds.Place.AT && row.isToExcluded());
    if (below || above) {
      return Fit.NONE;
    }
    return row.fromPlace() == 0 ? Fit.OPEN_RANGE : Fit.RANGE;
  }
}
