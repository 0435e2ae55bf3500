package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.cpe.CpeAttribute;
import io.firmament.analysis.advisory.feeds.Condition;
import io.firmament.analysis.advisory.feeds.Criterion;
import io.firmament.analysis.advisory.feeds.DistributionFact;
import io.firmament.analysis.advisory.feeds.ExploitForecast;
import io.firmament.analysis.advisory.feeds.Fact;
import io.firmament.analysis.advisory.feeds.KnownExploited;
import io.firmament.analysis.advisory.feeds.PackageVersions;
import io.firmament.analysis.advisory.feeds.ProductVersions;
import io.firmament.analysis.advisory.feeds.VulnerabilityFacts;
import io.firmament.analysis.advisory.feeds.VulnerabilityFacts.Source;
import io.firmament.analysis.advisory.version.VersionSchemes;
import io.firmament.base.finding.VulnerabilitySource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes one of all that is said of one vulnerability.
///
/// - Of one record that came several times the one changed last counts, among equals the later one.
/// - The CVE record decides whether a CVE is rejected, without it the NVD; an advisory that was
///   withdrawn only takes back its own words. An override may reject anything.
/// - Description and CVSS are those of the first source in the order of [Source] that has them.
/// - Configurations too; a later source adds those for products that the ones before name without
///   any version. Where an override has some, they take the place of all; those that others have
///   curated take the place of the NVD's.
/// - What CNAs say of products, advisories of packages and distributions of their own packages
///   stays side by side, and is weighed when a component is matched.
final class FactMerge {
  private final String id;
  private final Map<String, VulnerabilityFacts> latest = new TreeMap<>();
  private final Map<String, DistributionFact> distributions = new TreeMap<>();
  private final List<DistributionFact> overriding = new ArrayList<>();
  private final SortedSet<String> aliases = new TreeSet<>();
  private @Nullable KnownExploited exploited;
  private @Nullable ExploitForecast forecast;

  private FactMerge(String id) {
    this.id = id;
  }

  /// Empty where the facts are only about the vulnerability, and nothing says what it is.
  static Optional<MergedFacts> merge(String id, List<Fact> facts) {
    FactMerge merge = new FactMerge(id);
    facts.forEach(merge::add);
    return merge.latest.isEmpty() && merge.distributions.isEmpty() && merge.overriding.isEmpty()
        ? Optional.empty()
        : Optional.of(merge.merged());
  }

  private void add(Fact fact) {
    switch (fact) {
      case VulnerabilityFacts facts ->
          latest.merge(
              facts.source() + "\0" + facts.id(),
              facts,
              (old, next) -> old.modified().compareTo(next.modified()) > 0 ? old : next);
      case KnownExploited row -> exploited = row;
      case ExploitForecast row -> {
        ExploitForecast known = forecast;
        forecast = known != null && known.day().compareTo(row.day()) > 0 ? known : row;
      }
      case DistributionFact row -> {
        if (row.source() == Source.OVERRIDE) {
          overriding.add(row);
        } else {
          distributions.merge(row.source() + "\0" + row.sourcePackage(), row, FactMerge::together);
        }
      }
    }
  }

  /// A flaw may come back: the last version that mended it counts.
  private static DistributionFact together(DistributionFact left, DistributionFact right) {
    Map<String, DistributionFact.Release> releases = new TreeMap<>();
    left.releases().forEach(release -> releases.put(release.name(), release));
    for (DistributionFact.Release release : right.releases()) {
      releases.merge(release.name(), release, (a, b) -> later(left.distribution(), a, b));
    }
    return with(left, releases);
  }

  private static DistributionFact.Release later(
      String distribution, DistributionFact.Release left, DistributionFact.Release right) {
    if (left.fixedIn().isEmpty() || right.fixedIn().isEmpty()) {
      return left.fixedIn().isEmpty() ? left : right;
    }
    String type = distribution.equals("alpine") ? "apk" : "deb";
    int order = VersionSchemes.standard().ofType(type).compare(left.fixedIn(), right.fixedIn());
    return order < 0 ? right : left;
  }

  private static DistributionFact with(
      DistributionFact of, Map<String, DistributionFact.Release> releases) {
    return new DistributionFact(
        of.source(),
        of.id(),
        of.distribution(),
        of.sourcePackage(),
        of.description(),
        List.copyOf(releases.values()));
  }

  private MergedFacts merged() {
    List<VulnerabilityFacts> all = new ArrayList<>(latest.values());
    all.sort(
        Comparator.comparing(VulnerabilityFacts::source).thenComparing(VulnerabilityFacts::id));
    boolean rejected = isRejected(all);
    List<VulnerabilityFacts> live = all.stream().filter(facts -> !facts.rejected()).toList();
    List<VulnerabilityFacts> words = rejected ? all : live;
    Optional<VulnerabilityFacts> override =
        live.stream().filter(VulnerabilityFacts::replaces).findFirst();
    Optional<VulnerabilityFacts> scored =
        first(words, facts -> facts.score() == null ? null : facts)
            .or(() -> first(words, facts -> facts.vector() == null ? null : facts));
    boolean curated = live.stream().anyMatch(facts -> facts.source() == Source.NVD_OVERRIDE);
    Configurations configurations = new Configurations();
    List<ProductVersions> products = new ArrayList<>();
    List<PackageVersions> packages = new ArrayList<>();
    for (VulnerabilityFacts facts : rejected ? List.<VulnerabilityFacts>of() : live) {
      if (override.isEmpty() || facts.source() == Source.OVERRIDE) {
        if (!curated || facts.source() != Source.NVD) {
          configurations.add(facts);
        }
        products.addAll(facts.products());
        packages.addAll(facts.packages());
      }
    }
    for (VulnerabilityFacts facts : words) {
      aliases.addAll(facts.aliases());
      if (facts.bundled().isEmpty()) {
        aliases.add(facts.id());
      }
    }
    aliases.remove(id);
    return new MergedFacts(
        id,
        List.copyOf(aliases),
        rejected,
        words.stream().anyMatch(VulnerabilityFacts::disputed),
        first(words, facts -> facts.modified().isEmpty() ? null : facts.modified()).orElse(""),
        description(words),
        scored.map(VulnerabilityFacts::score).orElse(null),
        scored.map(VulnerabilityFacts::vector).orElse(null),
        first(words, VulnerabilityFacts::ssvc).orElse(null),
        first(words, VulnerabilityFacts::reason).orElse(null),
        configurations.ownFacts,
        configurations.chosen,
        products,
        packages,
        rejected ? List.of() : ofDistributions(),
        exploited,
        forecast,
        sources(words));
  }

  private static boolean isRejected(List<VulnerabilityFacts> all) {
    Optional<VulnerabilityFacts> authority =
        all.stream()
            .filter(facts -> facts.source() == Source.CVE || facts.source() == Source.NVD)
            .max(Comparator.comparing(VulnerabilityFacts::source));
    boolean overridden =
        all.stream().anyMatch(facts -> facts.source() == Source.OVERRIDE && facts.rejected());
    boolean withdrawn = !all.isEmpty() && all.stream().allMatch(VulnerabilityFacts::rejected);
    return overridden || authority.map(VulnerabilityFacts::rejected).orElse(withdrawn);
  }

  private String description(List<VulnerabilityFacts> words) {
    return first(words, facts -> facts.description().isEmpty() ? null : facts.description())
        .or(
            () ->
                distributions.values().stream()
                    .map(DistributionFact::description)
                    .filter(text -> !text.isEmpty())
                    .findFirst())
        .orElse("");
  }

  private static <T> Optional<T> first(
      List<VulnerabilityFacts> all, Function<VulnerabilityFacts, @Nullable T> of) {
    return all.stream().map(of).filter(Objects::nonNull).map(Objects::requireNonNull).findFirst();
  }

  private List<DistributionFact> ofDistributions() {
    Map<String, DistributionFact> all = new TreeMap<>();
    distributions
        .values()
        .forEach(row -> all.put(row.distribution() + "\0" + row.sourcePackage(), row));
    for (DistributionFact row : overriding) {
      String key = row.distribution() + "\0" + row.sourcePackage();
      Map<String, DistributionFact.Release> releases = new TreeMap<>();
      DistributionFact known = all.getOrDefault(key, row);
      known.releases().forEach(release -> releases.put(release.name(), release));
      row.releases().forEach(release -> releases.put(release.name(), release));
      all.put(key, with(known, releases));
    }
    return List.copyOf(all.values());
  }

  private List<VulnerabilitySource> sources(List<VulnerabilityFacts> words) {
    List<VulnerabilitySource> sources = new ArrayList<>();
    for (VulnerabilityFacts facts : words) {
      sources.add(new VulnerabilitySource(facts.source().label(), facts.id(), facts.modified()));
    }
    distributions.values().stream()
        .map(row -> new VulnerabilitySource(row.source().label(), row.id(), ""))
        .distinct()
        .forEach(sources::add);
    if (exploited != null) {
      sources.add(new VulnerabilitySource("kev", exploited.cve(), exploited.dateAdded()));
    }
    if (forecast != null) {
      sources.add(new VulnerabilitySource("epss", forecast.cve(), forecast.day()));
    }
    return List.copyOf(sources);
  }

  /// The configurations of the first source that has some with versions, with those of later ones
  /// for products that it only names.
  private static final class Configurations {
    private final List<Condition> chosen = new ArrayList<>();
    private final NamedProducts named = new NamedProducts();
    private boolean ownFacts;

    void add(VulnerabilityFacts facts) {
      if (facts.configurations().isEmpty()) {
        return;
      }
      boolean usable = !named.withVersions.isEmpty();
      if (!usable) {
        chosen.clear();
        ownFacts = facts.source() == Source.FIRMAMENT;
      }
      List<Condition> more =
          facts.configurations().stream()
              .filter(configuration -> !usable || named.lacksVersionsFor(configuration))
              .toList();
      chosen.addAll(more);
      more.forEach(named::add);
    }
  }

  /// The products that configurations name: with versions, or only with `-`, which matches none.
  private static final class NamedProducts {
    private final Set<String> withVersions = new HashSet<>();
    private final Set<String> withoutVersions = new HashSet<>();

    void add(Condition condition) {
      switch (condition) {
        case Condition.All all -> all.children().forEach(this::add);
        case Condition.Any any -> any.children().forEach(this::add);
        case Criterion criterion when criterion.vulnerable() -> {
          boolean none = criterion.cpe().isNotApplicable(CpeAttribute.VERSION);
          (none ? withoutVersions : withVersions).add(criterion.cpe().key());
        }
        case Criterion _ -> {}
      }
    }

    boolean lacksVersionsFor(Condition other) {
      NamedProducts of = new NamedProducts();
      of.add(other);
      return of.withVersions.stream()
          .anyMatch(key -> withoutVersions.contains(key) && !withVersions.contains(key));
    }
  }
}
