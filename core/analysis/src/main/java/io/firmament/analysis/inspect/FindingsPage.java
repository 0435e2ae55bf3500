package io.firmament.analysis.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The reference page of the findings, made from the cards of the rules.
public final class FindingsPage {
  private static final String HEAD =
      """
      # Findings

      What the inspection looks for in an unpacked image, by rule. Made from the cards of the rules; \
      do not edit.

      A finding rests on a content, not on a path: the same content in several places is one finding \
      with all its paths. Its id is derived from the rule and from what it rests on, so that it is \
      the same in every run and in the next version of the image. The id of a secret's finding is \
      derived from where the secret stands and under which name, and never from the secret, which \
      could be guessed from it. Secrets are shown by their first \
      and last four characters, or not at all. A rule lists at most 2,000 findings and says how \
      many it does not list.

      The severity is that of an ordinary finding of the rule; a single finding may be graded higher \
      or lower, and the rule says when. The references are to ETSI EN 303 645 V3.1.3, EN 18031-1:2024 \
      and Annex I of Regulation (EU) 2024/2847 (Cyber Resilience Act); they say which provision a \
      finding bears on, not that it decides conformity.

      """;

  private FindingsPage() {}

  /// The whole page, in Markdown.
  public static String of(List<RuleCard> cards) {
    List<String> lines = new ArrayList<>();
    lines.add("| rule | issue type | severity | confidence | what |");
    lines.add("|---|---|---|---|---|");
    for (RuleCard card : cards) {
      lines.add(
          "| [%s](#%s) | `%s` | %s | %s | %s |"
              .formatted(
                  card.id(),
                  card.id(),
                  card.type(),
                  text(card.severity()),
                  text(card.confidence()),
                  card.title()));
    }
    lines.add("");
    for (RuleCard card : cards) {
      lines.addAll(section(card));
    }
    return HEAD + String.join("\n", lines);
  }

  private static List<String> section(RuleCard card) {
    return List.of(
        "## " + card.id(),
        "",
        card.title()
            + ". Issue type `"
            + card.type()
            + "`, severity "
            + text(card.severity())
            + ", confidence "
            + text(card.confidence())
            + ".",
        "",
        "- **Weaknesses**: " + String.join(", ", card.cwe()),
        "- **References**: " + String.join("; ", card.references()),
        "- **False positives**: " + card.falsePositives(),
        "- **What to do**: " + card.remediation(),
        "");
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
