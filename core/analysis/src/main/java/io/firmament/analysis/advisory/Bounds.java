package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.cpe.Relation;
import io.firmament.analysis.advisory.index.CriterionRow;
import io.firmament.analysis.advisory.version.VersionScheme;
import java.util.regex.Pattern;

/// Where one version is as seen from the bounds of ranges, and which of the versions that criteria
/// list it is; each text is read and compared once.
final class Bounds {
  private static final Pattern DATE =
      Pattern.compile("(?:19|20)\\d{2}(?:\\d{4}(?:\\d{4,6})?|-\\d{2}-\\d{2})");

  private final Subject subject;
  private final VersionScheme scheme;
  private final boolean readable;
  private final boolean date;
  private final PlaceCache<Place> places = new PlaceCache<>();
  private final PlaceCache<Fit> listedInAnyUpdate = new PlaceCache<>();
  private final PlaceCache<Fit> listedWithoutUpdate = new PlaceCache<>();

  Bounds(Subject subject, VersionScheme scheme) {
    this.subject = subject;
    this.scheme = scheme;
    this.readable = scheme.reads(subject.version());
    this.date = isDate(subject.version());
  }

  /// Where the version is.
  enum Place {
    BEFORE,
    AT,
    AFTER,
    /// A date says nothing of a numbered release, nor the other way round, and neither does what is
    /// no version.
    UNREADABLE
  }

  /// @param place of the bound's text
  Place place(CriterionRow row, int place) {
    Place known = places.get(place);
    if (known == null) {
      known = compared(row.text(place));
      places.put(place, known);
    }
    return known;
  }

  /// How the version fits a criterion that lists one, with wildcards or without.
  Fit listed(CriterionRow row) {
    if (row.isConcreteUpdate()) {
      return listedUpdate(row);
    }
    boolean anyUpdate = row.isAnyUpdate();
    PlaceCache<Fit> cache = anyUpdate ? listedInAnyUpdate : listedWithoutUpdate;
    Fit known = cache.get(row.versionPlace());
    if (known == null) {
      known = listed(row.version(), anyUpdate);
      cache.put(row.versionPlace(), known);
    }
    return known;
  }

  private Fit listedUpdate(CriterionRow row) {
    String version = row.version();
    if (Cpe.hasWildcards(version)) {
      return pattern(version);
    }
    return same(subject.version(), Cpe.unescape(version) + "-" + Cpe.unescape(row.update()))
        ? Fit.EXACT
        : Fit.NONE;
  }

  private Fit listed(String version, boolean anyUpdate) {
    if (Cpe.hasWildcards(version)) {
      return pattern(version);
    }
    String listed = Cpe.unescape(version);
    boolean alsoWithout = anyUpdate && !subject.update().isEmpty();
    return same(subject.version(), listed) || (alsoWithout && same(subject.base(), listed))
        ? Fit.EXACT
        : Fit.NONE;
  }

  private Fit pattern(String version) {
    Relation relation = Cpe.compareValues(version, Cpe.escape(subject.base()));
    return relation == Relation.SUPERSET ? Fit.RANGE : Fit.NONE;
  }

  private boolean same(String version, String listed) {
    return version.equals(listed)
        || (scheme.reads(version) && scheme.reads(listed) && scheme.compare(version, listed) == 0);
  }

  private Place compared(String bound) {
    if (!readable || !scheme.reads(bound) || isDate(bound) != date) {
      return Place.UNREADABLE;
    }
    int order = scheme.compare(subject.version(), bound);
    return order < 0 ? Place.BEFORE : order == 0 ? Place.AT : Place.AFTER;
  }

  private static boolean isDate(String version) {
    return DATE.matcher(version).matches();
  }
}
