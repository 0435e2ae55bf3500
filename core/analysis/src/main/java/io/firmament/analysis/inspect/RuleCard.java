package io.firmament.analysis.inspect;

import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Severity;
import java.util.List;

/// What a rule is, for its documentation page and for the findings it makes.
///
/// @param id for example `private-key`
/// @param title one line
/// @param severity of an ordinary finding; single findings may differ for a stated reason
/// @param confidence of an ordinary finding
/// @param cwe CWE ids, for example `CWE-321`
/// @param references clauses of EN 303 645, EN 18031 and the Cyber Resilience Act it bears on
/// @param falsePositives how the rule keeps from crying wolf
/// @param remediation what to do
public record RuleCard(
    String id,
    IssueType type,
    String title,
    Severity severity,
    Confidence confidence,
    List<String> cwe,
    List<String> references,
    String falsePositives,
    String remediation) {
  public RuleCard {
    cwe = List.copyOf(cwe);
    references = List.copyOf(references);
  }
}
