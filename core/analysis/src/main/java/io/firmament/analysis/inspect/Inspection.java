package io.firmament.analysis.inspect;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.inspect.rules.BinaryHardeningRule;
import io.firmament.analysis.inspect.rules.FilePermissionRule;
import io.firmament.analysis.inspect.rules.InsecureServiceRule;
import io.firmament.analysis.inspect.rules.PasswordHashRule;
import io.firmament.analysis.inspect.rules.PrivateKeyRule;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.scan.Blobs;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks for security issues of an unpacked image: one pass over its distinct contents, then each
/// rule concludes.
public final class Inspection {
  /// So many findings of one rule are listed; an informational one says how many are not.
  static final int MOST_FINDINGS = 2_000;

  private static final Comparator<Issue> ORDER =
      Comparator.comparing(Issue::severity)
          .thenComparing(Issue::type)
          .thenComparing(issue -> issue.paths().getFirst())
          .thenComparing(Issue::id);

  private final List<Rule> rules;

  Inspection(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /// With all rules.
  public static Inspection standard() {
    return new Inspection(
        List.of(
            new PrivateKeyRule(),
            new PasswordHashRule(),
            new FilePermissionRule(),
            new BinaryHardeningRule(),
            new InsecureServiceRule()));
  }

  /// The cards of the rules, in the order they run.
  public List<RuleCard> cards() {
    return rules.stream().map(Rule::card).toList();
  }

  /// Worst first; the date stands for today, so that a run can be repeated.
  public List<Issue> inspect(FileTree tree, LocalDate analysisDate) {
    List<List<List<Rule.Noted>>> looks = Blobs.of(tree).map(this::look, (_, _) -> {});
    List<Issue> issues = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      List<Rule.Noted> noted = new ArrayList<>();
      for (List<List<Rule.Noted>> look : looks) {
        noted.addAll(look.get(i));
      }
      issues.addAll(bounded(rules.get(i).card(), rules.get(i).conclude(tree, analysisDate, noted)));
    }
    issues.sort(ORDER);
    return List.copyOf(issues);
  }

  private List<List<Rule.Noted>> look(Blob blob) {
    Optional<ElfFile> elf = ElfFile.read(blob.content());
    return rules.stream().map(rule -> rule.look(blob, elf)).toList();
  }

  private static List<Issue> bounded(RuleCard card, List<Issue> found) {
    if (found.size() <= MOST_FINDINGS) {
      return found;
    }
    List<Issue> sorted = new ArrayList<>(found.stream().sorted(ORDER).toList());
    int left = sorted.size() - MOST_FINDINGS;
    List<Issue> listed = new ArrayList<>(sorted.subList(0, MOST_FINDINGS));
    listed.add(
        Findings.issue(
            card,
            "cut",
            Severity.INFORMATIONAL,
            Confidence.HIGH,
            left + " further findings of this rule are not listed",
            sorted.get(MOST_FINDINGS).paths(),
            Map.of("omitted", Integer.toString(left))));
    return listed;
  }
}
