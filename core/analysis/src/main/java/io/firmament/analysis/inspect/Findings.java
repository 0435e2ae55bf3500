package io.firmament.analysis.inspect;

import io.firmament.base.Sha256;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Makes issues of a rule.
public final class Findings {
  private static final int LONGEST_FACT = 160;

  private Findings() {}

  /// An issue whose id is derived from the rule and what it rests on, and from neither path nor
  /// run.
  public static Issue issue(
      RuleCard card,
      String evidence,
      Severity severity,
      Confidence confidence,
      String summary,
      List<String> paths,
      Map<String, String> facts) {
    return issue(card, evidence, severity, confidence, summary, false, paths, facts);
  }

  /// The same for one binary's hardening.
  public static Issue binary(
      RuleCard card,
      String evidence,
      Severity severity,
      String summary,
      List<String> paths,
      Map<String, String> facts) {
    return issue(card, evidence, severity, card.confidence(), summary, true, paths, facts);
  }

  private static Issue issue(
      RuleCard card,
      String evidence,
      Severity severity,
      Confidence confidence,
      String summary,
      boolean elf,
      List<String> paths,
      Map<String, String> facts) {
    return new Issue(
        id(card, evidence),
        card.id(),
        card.type().name(),
        severity,
        confidence,
        summary,
        elf,
        card.cwe(),
        paths.stream().distinct().sorted().toList(),
        facts);
  }

  private static String id(RuleCard card, String evidence) {
    byte[] key = (card.id() + "\0" + evidence).getBytes(StandardCharsets.UTF_8);
    return Sha256.of(key).hex().substring(0, 32);
  }

  /// Short enough for a summary or a fact: one line of at most 160 characters.
  public static String brief(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() <= LONGEST_FACT ? line : line.substring(0, LONGEST_FACT);
  }

  /// Enough to know a secret again and too little to use it: the first and last four characters.
  public static String redacted(String secret) {
    return secret.length() < 16
        ? "****"
        : secret.substring(0, 4) + "****" + secret.substring(secret.length() - 4);
  }
}
