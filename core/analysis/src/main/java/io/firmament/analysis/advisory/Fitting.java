package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.index.CriterionRow;

/// Compares a component's version with a criterion's.
final class Fitting {
  private Fitting() {}

  /// @param bounds of the subject and the criterion's product
  static Fit fit(Subject subject, CriterionRow row, Bounds bounds) {
    if (row.isNoVersion()) {
      return Fit.NONE;
    }
    boolean any = row.isAnyVersion();
    if (any && row.fromPlace() == 0 && row.toPlace() == 0) {
      return Fit.ALL_VERSIONS;
    }
    if (subject.version().isEmpty()) {
      return Fit.NO_VERSION;
    }
    return any ? range(row, bounds) : bounds.listed(row);
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
