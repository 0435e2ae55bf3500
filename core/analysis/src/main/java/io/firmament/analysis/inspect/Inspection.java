package io.firmament.analysis.inspect;

import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Issue;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/// Looks for security issues of an unpacked image.
public final class Inspection {
  private final List<Rule> rules;

  private Inspection(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /// With all rules.
  public static Inspection standard() {
    return new Inspection(List.of());
  }

  /// The cards of the rules, in the order they run.
  public List<RuleCard> cards() {
    return rules.stream().map(Rule::card).toList();
  }

  /// Worst first; the date stands for today, so that a run can be repeated.
  public List<Issue> inspect(FileTree tree, LocalDate analysisDate) {
    List<Issue> issues = new ArrayList<>();
    for (Rule rule : rules) {
      issues.addAll(rule.inspect(tree, analysisDate));
    }
    return List.copyOf(issues);
  }
}
