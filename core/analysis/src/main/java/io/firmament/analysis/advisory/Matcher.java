package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.CveRecord;
import io.firmament.analysis.advisory.feeds.OsvAdvisory;
import io.firmament.analysis.advisory.index.ConditionToken;
import io.firmament.analysis.advisory.index.CriterionRow;
import io.firmament.analysis.advisory.index.IndexFile;
import io.firmament.analysis.advisory.version.VersionScheme;
import io.firmament.analysis.advisory.version.VersionSchemes;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Severity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Finds the vulnerabilities that apply to components; the same input gives the same list.
///
/// Nothing is dropped for being unlikely: a low score and its reasons say so instead.
public final class Matcher {
  private final Products products = Products.standard();
  private final VersionSchemes schemes = VersionSchemes.standard();
  private final Impact impact = Impact.standard();

  /// The matches sorted by component and then by vulnerability.
  public List<CveMatch> match(
      List<Component> components, FirmwareEnvironment environment, AdvisoryIndex index) {
    return match(components, environment, index, SecondOpinions.none());
  }

  /// The same with what is known besides the index.
  public List<CveMatch> match(
      List<Component> components,
      FirmwareEnvironment environment,
      AdvisoryIndex index,
      SecondOpinions opinions) {
    List<Subject> subjects = components.stream().map(c -> Subject.of(c, products)).toList();
    Run run = new Run(index.file(), new Platforms(environment), subjects, opinions);
    List<CveMatch> matches = new ArrayList<>();
    subjects.forEach(subject -> matches.addAll(run.matches(subject)));
    matches.sort(Comparator.comparing(CveMatch::componentId).thenComparing(CveMatch::cve));
    return List.copyOf(matches);
  }

  /// One call: an index, an environment and all components of the firmware.
  private final class Run {
    private final IndexFile file;
    private final Platforms platforms;
    private final SecondOpinions opinions;
    private final Map<Integer, List<Subject>> byKey = new HashMap<>();
    private final Map<Integer, VersionScheme> schemeByKey = new HashMap<>();

    Run(IndexFile file, Platforms platforms, List<Subject> subjects, SecondOpinions opinions) {
      this.file = file;
      this.opinions = opinions;
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
      Map<String, Candidate> best = new TreeMap<>();
      for (String name : subject.keys()) {
        int key = file.findKey(name);
        int first = key < 0 ? 0 : file.firstCriterion(key);
        int end = key < 0 ? 0 : first + file.criterionCount(key);
        for (int i = first; i < end; i++) {
          candidate(subject, file.criterion(i))
              .ifPresent(c -> best.merge(c.known.id(), c, Candidate::better));
        }
      }
      fromRecords(subject, best);
      fromAdvisories(subject, best);
      return merged(best).stream().map(c -> c.match(subject.component())).toList();
    }

    private Optional<Candidate> candidate(Subject subject, CriterionRow row) {
      if (!row.isVulnerable() || row.part() == 'h') {
        return Optional.empty();
      }
      Fit fit = Fitting.fit(subject, row, scheme(row.key()));
      if (fit == Fit.NONE) {
        return Optional.empty();
      }
      Optional<Truth> attributes =
          platforms.ofAttributes(row.otherAttributes(), subject.ecosystem());
      if (attributes.isEmpty()) {
        return Optional.empty();
      }
      Truth platform = attributes.get();
      if (row.condition() >= 0) {
        platform = platform.and(new Tree(row.row()).evaluate(row.condition()));
      }
      Known known = Known.of(file.vulnerability(row.vulnerability()));
      String detail = " (" + file.key(row.key()) + " " + range(row) + ")";
      List<Reason> more = reasons(subject, known.id(), file.key(row.key()), scheme(row.key()));
      Assessment assessment = Assessment.of(subject, fit, platform, detail, known, more);
      return Optional.of(new Candidate(known, assessment, List.of()));
    }

    /// What speaks for or against a match besides its criterion.
    private List<Reason> reasons(Subject subject, String cve, String key, VersionScheme scheme) {
      List<Reason> reasons = new ArrayList<>();
      Optional<CveRecord> record = opinions.record(cve);
      record
          .flatMap(r -> r.status(products.canonical(key), subject.version(), scheme))
          .map(Opinion::ofMaker)
          .ifPresent(reasons::add);
      opinions
          .fixes()
          .verdict(subject.component(), cve)
          .map(Opinion::ofDistribution)
          .ifPresent(reasons::add);
      reasons.addAll(
          impact.reasons(
              cve,
              subject.component(),
              record.map(r -> r.files(products.canonical(key))).orElse(Set.of()),
              opinions.image()));
      return reasons;
    }

    /// What only the makers' own records have.
    private void fromRecords(Subject subject, Map<String, Candidate> best) {
      if (subject.version().isEmpty()) {
        return;
      }
      for (String key : subject.keys()) {
        VersionScheme scheme = schemes.of(products.canonical(key));
        for (CveRecord record : opinions.recordsOf(key)) {
          Optional<CveRecord.Status> status = record.status(key, subject.version(), scheme);
          boolean open =
              status.equals(Optional.of(CveRecord.Status.AFFECTED))
                  || status.equals(Optional.of(CveRecord.Status.UNKNOWN));
          boolean listed = file.findVulnerability(record.id()) >= 0;
          if (open && !record.rejected() && !best.containsKey(record.id()) && !listed) {
            boolean readable = scheme.reads(subject.version());
            Assessment assessment =
                Assessment.of(
                    subject,
                    readable ? Fit.RANGE : Fit.UNREADABLE,
                    Truth.TRUE,
                    " (record of the CNA)",
                    Known.of(record),
                    reasons(subject, record.id(), key, scheme));
            best.put(record.id(), new Candidate(Known.of(record), assessment, List.of()));
          }
        }
      }
    }

    /// What advisories about packages have.
    private void fromAdvisories(Subject subject, Map<String, Candidate> best) {
      Optional<PackageName> name = PackageName.of(subject.component());
      String version = subject.component().version();
      if (name.isEmpty() || version == null) {
        return;
      }
      for (OsvAdvisory advisory : opinions.advisoriesOf(name.get().typeAndName())) {
        boolean affected =
            !advisory.withdrawn()
                && advisory.affected().stream()
                    .anyMatch(each -> name.get().isMeant(each) && each.affects(version));
        if (affected) {
          Known known = Known.of(advisory);
          List<Reason> more =
              new ArrayList<>(
                  impact.reasons(known.id(), subject.component(), Set.of(), opinions.image()));
          if (subject.packaged()) {
            more.add(Opinion.OF_DISTRIBUTION);
          }
          Assessment assessment =
              Assessment.of(
                  subject, Fit.RANGE, Truth.TRUE, " (" + advisory.id() + ")", known, more);
          best.merge(known.id(), new Candidate(known, assessment, List.of()), Candidate::better);
        }
      }
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

    /// One finding for ids that are aliases of each other, directly or by way of others; a CVE id
    /// is the one that stays.
    private static List<Candidate> merged(Map<String, Candidate> best) {
      AliasGroups groups = new AliasGroups();
      for (Candidate candidate : best.values()) {
        groups.join(candidate.known.id(), candidate.known.aliases());
      }
      Map<String, List<Candidate>> together = new TreeMap<>();
      for (Candidate candidate : best.values()) {
        together
            .computeIfAbsent(groups.of(candidate.known.id()), _ -> new ArrayList<>())
            .add(candidate);
      }
      return together.values().stream().map(Candidate::one).toList();
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
        Truth result = token.isAll() ? Truth.TRUE : Truth.FALSE;
        for (int i = 0; i < token.children(); i++) {
          Truth child = next();
          result = token.isAll() ? result.and(child) : result.or(child);
        }
        return token.isNegated() ? result.not() : result;
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
        return present.isEmpty() ? platforms.ofKey(row.part(), file.key(row.key())) : result;
      }

      /// The version NA of a platform, and one without any, mean the product as such.
      private Truth ofPresent(CriterionRow row, Subject other) {
        if (!row.isVulnerable() && row.version().equals("-")) {
          return Truth.TRUE;
        }
        Fit fit = Fitting.fit(other, row, scheme(row.key()));
        if (fit.isCertain() || fit == Fit.ALL_VERSIONS) {
          return Truth.TRUE;
        }
        return fit == Fit.NONE ? Truth.FALSE : Truth.UNKNOWN;
      }
    }
  }

  /// A vulnerability that matched, by the criterion that fits best.
  private record Candidate(Known known, Assessment assessment, List<String> merged) {
    /// CVE ids first, then what is known best, then the alphabet.
    private static final Comparator<Candidate> REPRESENTATIVE =
        Comparator.comparingInt((Candidate c) -> c.known.id().startsWith("CVE-") ? 0 : 1)
            .thenComparingInt(c -> -c.assessment.score())
            .thenComparing(c -> c.known.id());

    static Candidate better(Candidate first, Candidate second) {
      return second.assessment.score() > first.assessment.score() ? second : first;
    }

    /// The representative of aliases, with the ids of the others.
    static Candidate one(List<Candidate> aliases) {
      List<Candidate> sorted = aliases.stream().sorted(REPRESENTATIVE).toList();
      Candidate first = sorted.getFirst();
      SortedSet<String> ids = new TreeSet<>();
      for (Candidate candidate : sorted) {
        ids.add(candidate.known.id());
        ids.addAll(candidate.known.aliases());
      }
      ids.remove(first.known.id());
      return new Candidate(first.known, first.assessment, List.copyOf(ids));
    }

    CveMatch match(Component component) {
      Double score = known.score();
      Severity severity = score == null ? null : Severity.ofCvss(score);
      String key = known.id() + "\n" + component.id();
      String digest = Sha256.of(key.getBytes(StandardCharsets.UTF_8)).hex();
      return new CveMatch(
          "match-" + digest.substring(0, 24),
          known.id(),
          merged,
          component.id(),
          known.description(),
          severity,
          score,
          known.vector(),
          known.isKnownExploited(),
          assessment.score(),
          assessment.reasons());
    }
  }
}
