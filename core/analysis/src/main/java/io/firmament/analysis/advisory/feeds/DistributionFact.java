package io.firmament.analysis.advisory.feeds;

import java.util.List;

/// What a distribution says of one vulnerability in one of its own source packages.
///
/// @param source who says so: [VulnerabilityFacts.Source#DEBIAN], `ALPINE`, or `OVERRIDE`
/// @param id of the vulnerability, mostly of a CVE
/// @param distribution in lower case, for example `debian`
/// @param description in English; empty where the distribution has none of its own
public record DistributionFact(
    VulnerabilityFacts.Source source,
    String id,
    String distribution,
    String sourcePackage,
    String description,
    List<Release> releases)
    implements Fact {
  public DistributionFact {
    releases = List.copyOf(releases);
  }

  /// What holds in one release.
  ///
  /// @param name for example `12` or `3.18`
  /// @param fixedIn the version of the package that has the fix; `0` where the package never had
  ///     the flaw, empty where there is no fix
  public record Release(String name, String fixedIn, Grade grade) {}

  /// How much the distribution makes of it.
  public enum Grade {
    NORMAL,
    /// It has no consequence for the package as the distribution builds it.
    UNIMPORTANT,
    /// Not worth an update of its own.
    MINOR,
    /// The release gets no more updates for the package.
    END_OF_LIFE
  }
}
