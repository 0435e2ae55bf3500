package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.index.CriterionRow;
import io.firmament.analysis.advisory.version.VersionScheme;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Where one version is as seen from the bounds of ranges; each bound is compared once.
final class Bounds {
  private static final Pattern DATE =
      Pattern.compile("(?:19|20)\\d{2}(?:\\d{4}(?:\\d{4,6})?|-\\d{2}-\\d{2})");

  private final String version;
  private final VersionScheme scheme;
  private final boolean readable;
  private final boolean date;
  private final Map<Integer, Place> known = new HashMap<>();
  private final Map<Integer, Boolean> listed = new HashMap<>();

  Bounds(String version, VersionScheme scheme) {
    this.version = version;
    this.scheme = scheme;
    this.readable = scheme.reads(version);
    this.date = isDate(version);
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

  VersionScheme scheme() {
    return scheme;
  }

  /// @param place of the bound's text
  Place place(CriterionRow row, int place) {
    return known.computeIfAbsent(place, at -> compared(row.text(at)));
  }

  /// Whether the version is the one that the criterion lists, whatever its update.
  boolean isListed(CriterionRow row) {
    return listed.computeIfAbsent(
        row.versionPlace(), at -> same(version, Cpe.unescape(row.text(at)), scheme));
  }

  static boolean same(String version, String listed, VersionScheme scheme) {
    return version.equals(listed)
        || (scheme.reads(version) && scheme.reads(listed) && scheme.compare(version, listed) == 0);
  }

  private Place compared(String bound) {
    if (!readable || !scheme.reads(bound) || isDate(bound) != date) {
      return Place.UNREADABLE;
    }
    int order = scheme.compare(version, bound);
    return order < 0 ? Place.BEFORE : order == 0 ? Place.AT : Place.AFTER;
  }

  private static boolean isDate(String version) {
    return DATE.matcher(version).matches();
  }
}
