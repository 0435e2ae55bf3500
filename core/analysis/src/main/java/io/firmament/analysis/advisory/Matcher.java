package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.index.ConditionToken;
import io.firmament.analysis.advisory.index.CriterionRow;
import io.firmament.analysis.advisory.index.IndexFile;
import io.firmament.analysis.advisory.index.VulnerabilityRow;
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
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Finds the vulnerabilities that apply to components; the same input gives the same list.
///
/// Nothing is dropped for being unlikely: a low score and its reasons say so instead.
public final class Matcher {
  private final Products products = Products.standard();
  private final VersionSchemes schemes = VersionSchemes.standard();

  /// The matches sorted by component and then by vulnerability.
  public List<CveMatch> match(
      List<Component> components, FirmwareEnvironment environment, AdvisoryIndex index) {
    List<Subject> subjects = components.stream().map(c -> Subject.of(c, products)).toList();
    Run run = new Run(index.file(), new Platforms(environment), subjects);
    List<CveMatch> matches = new ArrayList<>();
    subjects.forEach(subject -> matches.addAll(run.matches(subject)));
    matches.sort(Comparator.comparing(CveMatch::componentId).thenComparing(CveMatch::cve));
    return List.copyOf(matches);
  }

  /// One call: an index, an environment and all components of the firmware.
  private final class Run {
    private final IndexFile file;
    private final Platforms platforms;
    private final Map<Integer, List<Subject>> byKey = new HashMap<>();
    private final Map<Integer, VersionScheme> schemeByKey = new HashMap<>();

    Run(IndexFile file, Platforms platforms, List<Subject> subjects) {
      this.file = file;
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
              .ifPresent(c -> best.merge(c.row.id(), c, Candidate::better));
        }
      }
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
      VulnerabilityRow vulnerability = file.vulnerability(row.vulnerability());
      String detail = " (" + file.key(row.key()) + " " + range(row) + ")";
      Assessment assessment = Assessment.of(subject, fit, platform, detail, vulnerability);
      return Optional.of(new Candidate(vulnerability, assessment, List.of()));
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

    /// One finding for ids that are aliases of each other; a CVE id is the one that stays.
    private static List<Candidate> merged(Map<String, Candidate> best) {
      Map<String, Candidate> result = new TreeMap<>(best);
      for (Candidate candidate : best.values()) {
        for (String alias : candidate.row.aliases()) {
          Candidate other = result.get(alias);
          String id = candidate.row.id();
          if (other == null || alias.equals(id) || !result.containsKey(id)) {
            continue;
          }
          boolean keepsOther = alias.startsWith("CVE-") && !id.startsWith("CVE-");
          Candidate kept = keepsOther ? other : candidate;
          Candidate gone = keepsOther ? candidate : other;
          result.remove(gone.row.id());
          result.put(kept.row.id(), kept.including(gone));
        }
      }
      return List.copyOf(result.values());
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
  private record Candidate(VulnerabilityRow row, Assessment assessment, List<String> merged) {
    static Candidate better(Candidate first, Candidate second) {
      return second.assessment.score() > first.assessment.score() ? second : first;
    }

    Candidate including(Candidate gone) {
      SortedSet<String> ids = new TreeSet<>(merged);
      ids.add(gone.row.id());
      ids.addAll(gone.row.aliases());
      ids.remove(row.id());
      return new Candidate(row, assessment, List.copyOf(ids));
    }

    CveMatch match(Component component) {
      SortedSet<String> aliases = new TreeSet<>(row.aliases());
      aliases.addAll(merged);
      Double score = row.score().isPresent() ? row.score().getAsDouble() : null;
      Severity severity = score == null ? null : Severity.ofCvss(score);
      String key = row.id() + "\n" + component.id();
      String digest = Sha256.of(key.getBytes(StandardCharsets.UTF_8)).hex();
      return new CveMatch(
          "match-" + digest.substring(0, 24),
          row.id(),
          List.copyOf(aliases),
          component.id(),
          row.description(),
          severity,
          score,
          row.vector().orElse(null),
          row.isKnownExploited(),
          assessment.score(),
          assessment.reasons());
    }
  }
}
