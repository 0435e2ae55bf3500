package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.PackageVersions;
import io.firmament.analysis.advisory.feeds.ProductVersions;
import io.firmament.analysis.advisory.index.ClaimRows;
import io.firmament.analysis.advisory.index.ConditionToken;
import io.firmament.analysis.advisory.index.CriterionRow;
import io.firmament.analysis.advisory.index.IndexFile;
import io.firmament.analysis.advisory.index.VulnerabilityDetails;
import io.firmament.analysis.advisory.index.VulnerabilityRow;
import io.firmament.analysis.advisory.version.VersionScheme;
import io.firmament.analysis.advisory.version.VersionSchemes;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Severity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds the vulnerabilities that apply to components; the same input gives the same list.
///
/// Nothing is dropped for being unlikely: a low score and its reasons say so instead.
public final class Matcher {
  private static final int ID_BYTES = 12;
  private static final String KERNEL = "linux:linux_kernel";

  private final Products products = Products.standard();
  private final VersionSchemes schemes = VersionSchemes.standard();
  private final Impact impact = Impact.standard();

  /// The matches sorted by component and then by vulnerability.
  public List<CveMatch> match(
      List<Component> components, FirmwareEnvironment environment, AdvisoryIndex index) {
    return match(components, environment, index, ImageFacts.unknown());
  }

  /// The same with what the image tells of where vulnerable code is.
  public List<CveMatch> match(
      List<Component> components,
      FirmwareEnvironment environment,
      AdvisoryIndex index,
      ImageFacts image) {
    List<Subject> subjects = subjects(components);
    return sorted(run(index, Whose.ALL, environment, subjects, image));
  }

  /// The same with what a tenant knows for itself, which stands before what the index says of the
  /// same vulnerability.
  public List<CveMatch> match(
      List<Component> components,
      FirmwareEnvironment environment,
      AdvisoryIndex index,
      UserIndex user,
      ImageFacts image) {
    List<Subject> subjects = subjects(components);
    return sorted(
        new UserPrecedence(user.index().file(), index, subjects, image)
            .merged(
                run(index, Whose.ALL, environment, subjects, image),
                run(user.index(), Whose.USER, environment, subjects, image)));
  }

  private List<Subject> subjects(List<Component> components) {
    return components.stream().map(c -> Subject.of(c, products)).toList();
  }

  private List<CveMatch> run(
      AdvisoryIndex index,
      Whose whose,
      FirmwareEnvironment environment,
      List<Subject> subjects,
      ImageFacts image) {
    Run run = new Run(index.file(), whose, new Platforms(environment), subjects, image);
    List<CveMatch> matches = new ArrayList<>();
    subjects.forEach(subject -> matches.addAll(run.matches(subject)));
    return matches;
  }

  private static List<CveMatch> sorted(List<CveMatch> matches) {
    return matches.stream()
        .sorted(Comparator.comparing(CveMatch::componentId).thenComparing(CveMatch::cve))
        .toList();
  }

  /// The same for the same vulnerability in the same component.
  static String id(String cve, String component, MessageDigest digest) {
    byte[] key = (cve + "\n" + component).getBytes(StandardCharsets.UTF_8);
    return "match-" + HexFormat.of().formatHex(digest.digest(key), 0, ID_BYTES);
  }

  /// For whom an index is.
  private enum Whose {
    ALL,
    /// One tenant: its word stands before that of a distribution, and it names packages as it sees
    /// them.
    USER
  }

  /// One call: an index, an environment and all components of the firmware.
  private final class Run {
    private final IndexFile file;
    private final Whose whose;
    private final Platforms platforms;
    private final ImageFacts image;
    private final Map<Integer, List<Subject>> byKey = new HashMap<>();
    private final Map<Integer, VersionScheme> schemeByKey = new HashMap<>();
    private final IdentityHashMap<Subject, Map<Integer, Bounds>> boundsOf = new IdentityHashMap<>();

    /// What the firmware is to products that none of its components is, by part and product.
    private final Map<Long, Truth> platformOf = new HashMap<>();

    private final MessageDigest digest = Sha256.newDigest();

    Run(
        IndexFile file,
        Whose whose,
        Platforms platforms,
        List<Subject> subjects,
        ImageFacts image) {
      this.file = file;
      this.whose = whose;
      this.image = image;
      this.platforms = platforms;
      for (Subject subject : subjects) {
        for (String name : subject.keys()) {
          int key = file.findKey(name);
          if (key >= 0) {
            byKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(subject);
            schemeByKey.computeIfAbsent(key, _ -> schemes.of(products.canonical(name)));
          }
        }
      }
    }

    List<CveMatch> matches(Subject subject) {
      return new OfSubject(subject).matches();
    }

    /// The search for one component.
    private final class OfSubject {
      private final Subject subject;
      private final Map<Integer, Candidate> best = new TreeMap<>();

      /// The vulnerabilities whose criteria name the product, whatever the version; only of
      /// interest where makers speak of it.
      private final Set<Integer> named = new HashSet<>();

      private final Map<String, ClaimRows> makers = new LinkedHashMap<>();
      private final boolean makersSpeak;
      private final Optional<DistributionClaims> distribution;

      OfSubject(Subject subject) {
        this.subject = subject;
        subject.keys().forEach(key -> makers.put(key, file.claims("m:" + key)));
        makersSpeak = makers.values().stream().anyMatch(rows -> rows.count() > 0);
        distribution =
            whose == Whose.USER
                ? Optional.empty()
                : DistributionClaims.of(subject.component(), file);
      }

      List<CveMatch> matches() {
        for (String name : subject.keys()) {
          int key = file.findKey(name);
          if (key >= 0) {
            Bounds bounds = bounds(subject, key);
            int first = file.firstCriterion(key);
            for (int i = first; i < first + file.criterionCount(key); i++) {
              criterion(file.criterion(i), bounds);
            }
          }
        }
        fromMakers();
        fromAdvisories();
        fromDistribution();
        List<CveMatch> matches = new ArrayList<>();
        best.forEach((row, candidate) -> matches.add(match(file.vulnerability(row), candidate)));
        return matches;
      }

      private void candidate(int vulnerability, Candidate candidate) {
        best.merge(
            vulnerability,
            candidate,
            (known, other) -> other.first() > known.first() ? other : known);
      }

      private void criterion(CriterionRow row, Bounds bounds) {
        if (!row.isVulnerable() || row.part() == 'h') {
          return;
        }
        Fit fit = Fitting.fit(subject, row, bounds);
        if (makersSpeak && (fit != Fit.NONE || !row.isNoVersion())) {
          named.add(row.vulnerability());
        }
        if (fit == Fit.NONE) {
          return;
        }
        Truth platform = Truth.TRUE;
        if (row.otherAttributesPlace() != 0) {
          Optional<Truth> attributes =
              platforms.ofAttributes(row.otherAttributes(), subject.ecosystem());
          if (attributes.isEmpty()) {
            return;
          }
          platform = attributes.get();
        }
        if (row.condition() >= 0) {
          platform = platform.and(new Tree(row.row()).evaluate(row.condition()));
        }
        candidate(row.vulnerability(), new Candidate(fit, platform, row, "", List.of()));
      }

      /// What speaks for or against a match besides its criterion.
      private List<Reason> reasons(String cve, int vulnerability, VulnerabilityDetails details) {
        List<Reason> reasons = new ArrayList<>();
        Set<String> files = new TreeSet<>();
        Optional<ProductVersions.Status> status = Optional.empty();
        for (Map.Entry<String, ClaimRows> maker : makers.entrySet()) {
          int at = maker.getValue().find(vulnerability);
          if (at >= 0) {
            ProductVersions product = maker.getValue().product(at);
            if (products.canonical(maker.getKey()).equals(KERNEL)) {
              files.addAll(product.files());
            }
            if (status.isEmpty() && !product.blocks().isEmpty() && !subject.version().isEmpty()) {
              VersionScheme scheme = schemes.of(products.canonical(maker.getKey()));
              status = Optional.of(product.status(subject.version(), scheme));
            }
          }
        }
        status.map(Opinion::ofMaker).ifPresent(reasons::add);
        Optional<DistributionVerdict> verdict = distribution.flatMap(d -> d.verdict(vulnerability));
        verdict.map(Opinion::ofDistribution).ifPresent(reasons::addAll);
        if (verdict.isEmpty() && subject.packaged() && whose == Whose.ALL) {
          reasons.add(
              Opinion.ofSilence(
                  distribution.flatMap(DistributionClaims::consulted), subject.version()));
        }
        reasons.addAll(impact.reasons(cve, subject.component(), files, image));
        details.reason().ifPresent(reason -> reasons.add(new Reason("overridden", reason, 0)));
        return reasons;
      }

      /// What only the CNAs' own records have.
      private void fromMakers() {
        if (subject.version().isEmpty()) {
          return;
        }
        for (Map.Entry<String, ClaimRows> maker : makers.entrySet()) {
          VersionScheme scheme = schemes.of(products.canonical(maker.getKey()));
          ClaimRows rows = maker.getValue();
          for (int i = 0; i < rows.count(); i++) {
            if (!best.containsKey(rows.vulnerability(i))) {
              fromMaker(rows.vulnerability(i), rows.product(i), scheme);
            }
          }
        }
      }

      private void fromMaker(int vulnerability, ProductVersions product, VersionScheme scheme) {
        ProductVersions.Status status = product.status(subject.version(), scheme);
        boolean disagrees = named.contains(vulnerability);
        boolean mayBe = status == ProductVersions.Status.UNKNOWN && product.introductions() > 1;
        boolean open =
            !product.blocks().isEmpty()
                && (status == ProductVersions.Status.AFFECTED || (mayBe && !disagrees));
        if (!open) {
          return;
        }
        boolean readable = scheme.reads(subject.version());
        candidate(
            vulnerability,
            new Candidate(
                readable ? Fit.RANGE : Fit.UNREADABLE,
                Truth.TRUE,
                null,
                " (record of the CNA)",
                disagrees ? List.of(Opinion.beyondRanges()) : List.of()));
      }

      /// What advisories about packages have.
      private void fromAdvisories() {
        String version = subject.component().version();
        if (version == null) {
          return;
        }
        for (PackageName name : names()) {
          ClaimRows rows = file.claims("p:" + name.typeAndName());
          for (int i = 0; i < rows.count(); i++) {
            PackageVersions versions = rows.packageVersions(i);
            if (name.isMeant(versions) && versions.affects(version)) {
              String detail = " (" + versions.advisory() + ")";
              candidate(
                  rows.vulnerability(i),
                  new Candidate(Fit.RANGE, Truth.TRUE, null, detail, List.of()));
            }
          }
        }
      }

      private List<PackageName> names() {
        return whose == Whose.USER
            ? PackageName.all(subject.component())
            : PackageName.of(subject.component()).stream().toList();
      }

      /// What the distribution itself has as open in its package.
      private void fromDistribution() {
        if (distribution.isEmpty()) {
          return;
        }
        ClaimRows rows = distribution.get().tracker();
        for (int i = 0; i < rows.count(); i++) {
          int vulnerability = rows.vulnerability(i);
          if (!best.containsKey(vulnerability)
              && distribution
                  .get()
                  .verdict(vulnerability)
                  .filter(DistributionVerdict::isOpen)
                  .isPresent()) {
            String detail = " (" + distribution.get().consulted().orElse("") + ")";
            candidate(vulnerability, new Candidate(Fit.RANGE, Truth.TRUE, null, detail, List.of()));
          }
        }
      }

      private CveMatch match(VulnerabilityRow known, Candidate candidate) {
        Component component = subject.component();
        String cve = known.id();
        VulnerabilityDetails details = known.details();
        List<Reason> more = reasons(cve, known.row(), details);
        more.addAll(candidate.more);
        CriterionRow row = candidate.row;
        String detail =
            row == null ? candidate.detail : " (" + file.key(row.key()) + " " + range(row) + ")";
        Assessment assessment =
            Assessment.of(candidate.fit, candidate.platform, detail, known, more);
        Double score = known.score().isPresent() ? known.score().getAsDouble() : null;
        Double epss = known.epss().isPresent() ? known.epss().getAsDouble() : null;
        Double percentile =
            known.epssPercentile().isPresent() ? known.epssPercentile().getAsDouble() : null;
        return new CveMatch(
            id(cve, component.id(), digest),
            cve,
            known.aliases(),
            component.id(),
            known.description(),
            score == null ? null : Severity.ofCvss(score),
            score,
            known.vector().orElse(null),
            known.isKnownExploited(),
            assessment.score(),
            assessment.reasons(),
            epss,
            percentile,
            Urgency.of(
                new Urgency.Signals(
                    known.isKnownExploited(),
                    known.isUsedByRansomware(),
                    Optional.ofNullable(epss),
                    Optional.ofNullable(score),
                    known.ssvc().flatMap(Urgency.Decision::of),
                    assessment.score(),
                    Optional.ofNullable(image.exposures().get(component.id()))
                        .flatMap(ImageFacts.Exposure::listens),
                    0)),
            details.sources());
      }
    }

    private Bounds bounds(Subject subject, int key) {
      return boundsOf
          .computeIfAbsent(subject, _ -> new HashMap<>())
          .computeIfAbsent(key, k -> new Bounds(subject, scheme(k)));
    }

    private VersionScheme scheme(int key) {
      return schemeByKey.computeIfAbsent(key, k -> schemes.of(products.canonical(file.key(k))));
    }

    private static String range(CriterionRow row) {
      String from = row.from();
      String to = row.to();
      if (from.isEmpty() && to.isEmpty()) {
        boolean updated = !row.update().equals("*") && !row.update().equals("-");
        return row.version() + (updated ? " " + row.update() : "");
      }
      String low = from.isEmpty() ? "" : (row.isFromExcluded() ? "> " : ">= ") + from;
      String high = to.isEmpty() ? "" : (row.isToExcluded() ? "< " : "<= ") + to;
      return low.isEmpty() || high.isEmpty() ? low + high : low + ", " + high;
    }

    /// Evaluates one condition tree for one subject.
    private final class Tree {
      private final int subjectRow;
      private int at;

      Tree(int subjectRow) {
        this.subjectRow = subjectRow;
      }

      Truth evaluate(int root) {
        at = root;
        return next();
      }

      private Truth next() {
        ConditionToken token = file.condition(at++);
        if (token.isCriterion()) {
          return ofCriterion(token.criterion());
        }
        Truth deciding = token.isAll() ? Truth.FALSE : Truth.TRUE;
        Truth result = deciding.not();
        for (int i = 0; i < token.children(); i++) {
          if (result == deciding) {
            skip();
            continue;
          }
          Truth child = next();
          result = token.isAll() ? result.and(child) : result.or(child);
        }
        return token.isNegated() ? result.not() : result;
      }

      private void skip() {
        for (int left = 1; left > 0; left--) {
          ConditionToken token = file.condition(at++);
          left += token.isCriterion() ? 0 : token.children();
        }
      }

      private Truth ofCriterion(int number) {
        if (number == subjectRow) {
          return Truth.TRUE;
        }
        CriterionRow row = file.criterion(number);
        Truth result = Truth.FALSE;
        List<Subject> present = byKey.getOrDefault(row.key(), List.of());
        for (Subject other : present) {
          result = result.or(ofPresent(row, other));
        }
        return present.isEmpty() ? ofPlatform(row.part(), row.key()) : result;
      }

      private Truth ofPlatform(char part, int key) {
        return platformOf.computeIfAbsent(
            (long) part << Integer.SIZE | key, _ -> platforms.ofKey(part, file.key(key)));
      }

      /// The version NA of a platform, and one without any, mean the product as such.
      private Truth ofPresent(CriterionRow row, Subject other) {
        if (!row.isVulnerable() && row.version().equals("-")) {
          return Truth.TRUE;
        }
        Fit fit = Fitting.fit(other, row, bounds(other, row.key()));
        if (fit.isCertain() || fit == Fit.ALL_VERSIONS) {
          return Truth.TRUE;
        }
        return fit == Fit.NONE ? Truth.FALSE : Truth.UNKNOWN;
      }
    }
  }

  /// A vulnerability that matches, by what fits best.
  ///
  /// @param row the criterion; null where it is another source that says so
  /// @param detail of that source
  /// @param more what that source has besides
  private record Candidate(
      Fit fit, Truth platform, @Nullable CriterionRow row, String detail, List<Reason> more) {
    int first() {
      int first = Assessment.first(fit, platform);
      for (Reason reason : more) {
        first += reason.score();
      }
      return first;
    }
  }
}
