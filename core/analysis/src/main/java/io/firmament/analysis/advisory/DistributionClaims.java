package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.DistributionFact;
import io.firmament.analysis.advisory.feeds.PackageVersions;
import io.firmament.analysis.advisory.index.ClaimRows;
import io.firmament.analysis.advisory.index.IndexComparison;
import io.firmament.analysis.advisory.index.IndexFile;
import io.firmament.analysis.advisory.version.VersionScheme;
import io.firmament.analysis.advisory.version.VersionSchemes;
import io.firmament.base.finding.Component;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the component's own distribution says of it, by an upgrade or by a patch of its own: its
/// tracker first, then its advisories in the OSV format.
final class DistributionClaims {
  /// "0" where the distribution says that the package never had the flaw.
  private static final String NEVER = "0";

  private static final Pattern LABEL = Pattern.compile("([a-z]+)-(\\d+)(?:\\.(\\d+))?.*");

  private final String distribution;
  private final String release;
  private final String version;
  private final VersionScheme scheme;
  private final ClaimRows tracker;
  private final Optional<PackageName> name;
  private final ClaimRows advisories;
  private final boolean consulted;

  private DistributionClaims(IndexFile index, Release of, Component component, boolean known) {
    this.distribution = of.distribution();
    this.release = of.release();
    this.version = component.version() == null ? "" : component.version();
    this.scheme = VersionSchemes.standard().ofType(distribution.equals("alpine") ? "apk" : "deb");
    this.tracker = index.claims(trackerKey(of, component));
    this.name = PackageName.of(component);
    this.advisories = index.claims(name.map(n -> "p:" + n.typeAndName()).orElse(""));
    this.consulted = known;
  }

  /// A distribution's release.
  private record Release(String distribution, String release) {
    /// Empty where it is no package of a distribution.
    static Optional<Release> of(Component component) {
      Matcher label =
          LABEL.matcher(component.distribution() == null ? "" : component.distribution());
      if (component.version() == null || !label.matches()) {
        return Optional.empty();
      }
      boolean major = label.group(1).equals("debian") || label.group(3) == null;
      String number = major ? label.group(2) : label.group(2) + "." + label.group(3);
      return Optional.of(new Release(label.group(1), number));
    }

    String label() {
      return distribution + "-" + release;
    }
  }

  private static String trackerKey(Release release, Component component) {
    String source =
        component.sourcePackage() == null ? component.name() : component.sourcePackage();
    return "d:" + release.distribution() + "/" + source;
  }

  /// Empty where it is no package of a distribution.
  static Optional<DistributionClaims> of(Component component, IndexFile index) {
    return Release.of(component)
        .map(
            release ->
                new DistributionClaims(
                    index,
                    release,
                    component,
                    new HashSet<>(index.manifest().distributions()).contains(release.label())));
  }

  /// The key of the index that is looked up for a component, and the release that is asked for;
  /// none where it is no package of a distribution.
  static List<String> keys(Component component) {
    return Release.of(component)
        .map(
            release ->
                List.of(trackerKey(release, component), IndexComparison.RELEASE + release.label()))
        .orElse(List.of());
  }

  /// The distribution and release whose own data is in the index; empty where none is.
  Optional<String> consulted() {
    return consulted ? Optional.of(distribution + "-" + release) : Optional.empty();
  }

  /// What the tracker has of the package; each row may be asked for its vulnerability.
  ClaimRows tracker() {
    return tracker;
  }

  /// Empty where the distribution does not know of the vulnerability.
  Optional<DistributionVerdict> verdict(int vulnerability) {
    int at = tracker.find(vulnerability);
    while (at >= 0 && at < tracker.count() && tracker.vulnerability(at) == vulnerability) {
      for (DistributionFact.Release each : tracker.releases(at)) {
        if (each.name().equals(release)) {
          return Optional.of(verdict(each));
        }
      }
      at++;
    }
    return fromAdvisories(vulnerability);
  }

  private DistributionVerdict verdict(DistributionFact.Release release) {
    String fixed = release.fixedIn();
    if (fixed.equals(NEVER)) {
      return verdict(DistributionVerdict.Kind.NEVER_AFFECTED, "", release.grade());
    }
    if (fixed.isEmpty()) {
      return verdict(DistributionVerdict.Kind.OPEN, "", release.grade());
    }
    boolean there = scheme.compare(version, fixed) >= 0;
    return verdict(
        there ? DistributionVerdict.Kind.FIXED : DistributionVerdict.Kind.UNFIXED,
        fixed,
        release.grade());
  }

  private static DistributionVerdict verdict(
      DistributionVerdict.Kind kind, String version, DistributionFact.Grade grade) {
    return new DistributionVerdict(kind, version, grade);
  }

  /// Of several advisories one that has the version as affected counts.
  private Optional<DistributionVerdict> fromAdvisories(int vulnerability) {
    Optional<DistributionVerdict> found = Optional.empty();
    int at = advisories.find(vulnerability);
    while (at >= 0 && at < advisories.count() && advisories.vulnerability(at) == vulnerability) {
      PackageVersions versions = advisories.packageVersions(at);
      if (name.isPresent() && !versions.system().isEmpty() && name.get().isMeant(versions)) {
        Optional<String> fixed = versions.fixedIn();
        boolean affected = versions.affects(version);
        if (affected || (found.isEmpty() && fixed.isPresent())) {
          DistributionVerdict.Kind kind =
              !affected
                  ? DistributionVerdict.Kind.FIXED
                  : fixed.isPresent()
                      ? DistributionVerdict.Kind.UNFIXED
                      : DistributionVerdict.Kind.OPEN;
          found = Optional.of(verdict(kind, fixed.orElse(""), DistributionFact.Grade.NORMAL));
        }
      }
      at++;
    }
    return found;
  }
}
