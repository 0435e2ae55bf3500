package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.inspect.Table;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Access tokens and keys whose form tells whose they are.
public final class TokenRule implements Rule {
  private static final int BEFORE = 16;
  private static final int WINDOW = 2_400;
  private static final int MOST = 200;
  private static final double LEAST_ENTROPY = 2.8;

  private static final RuleCard CARD =
      new RuleCard(
          "token",
          IssueType.HARDCODED_CREDENTIAL,
          "Access token in the image",
          Severity.HIGH,
          Confidence.MEDIUM,
          List.of("CWE-798", "CWE-312"),
          List.of(
              "EN 303 645 5.4-3, 5.1-1", "EN 18031-1 SSM-1, CCK-3", "CRA Annex I Part I (2)(e)"),
          "A token must have the exact prefix, alphabet and length its issuer documents, must not"
              + " contain words like EXAMPLE or runs like 0123456789, and must not be monotonous."
              + " Documentation and tests are left out.",
          "Revoke the token, and let each device fetch a token of its own that can be revoked"
              + " alone.");

  /// A kind of token.
  private record Kind(String id, String anchor, Pattern form, Severity severity, String title) {}

  private record Found(Blob blob, Kind kind, String secret, long offset) implements Noted {}

  private final List<Kind> kinds =
      Table.read("tokens.tsv", 5).stream()
          .map(
              row ->
                  new Kind(
                      row.get(0),
                      row.get(1),
                      Pattern.compile(row.get(2)),
                      Severity.valueOf(row.get(3)),
                      row.get(4)))
          .toList();

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return kinds.stream().map(Kind::anchor).toList();
  }

  @Override
  public List<Noted> look(Content content) {
    List<Noted> noted = new ArrayList<>();
    for (Kind kind : kinds) {
      for (long offset : content.at(kind.anchor())) {
        if (noted.size() >= MOST) {
          return noted;
        }
        String secret = secret(content, kind, offset);
        if (!secret.isEmpty()) {
          noted.add(new Found(content.blob(), kind, secret, offset));
        }
      }
    }
    return noted.isEmpty() || content.blob().paths().stream().allMatch(Samples::is)
        ? List.of()
        : noted;
  }

  private static String secret(Content content, Kind kind, long offset) {
    int before = (int) Math.min(BEFORE, offset);
    String window = content.latin(offset - before, WINDOW);
    Matcher matcher = kind.form().matcher(window);
    matcher.region(before, window.length()).useTransparentBounds(true);
    if (!matcher.lookingAt() || (before > 0 && joined(window.charAt(before - 1), kind))) {
      return "";
    }
    boolean part = kind.form().namedGroups().containsKey("secret");
    String secret = part ? matcher.group("secret") : matcher.group();
    String random = part ? secret : secret.substring(kind.anchor().length());
    boolean plausible =
        Plausibility.secret(secret) && Plausibility.entropy(random) >= LEAST_ENTROPY;
    return plausible ? secret : "";
  }

  /// The anchor is the middle of a longer word, as in base64 or in a symbol.
  private static boolean joined(char before, Kind kind) {
    boolean word = Character.isLetterOrDigit(before) && before < 0x80;
    return Character.isLetterOrDigit(kind.anchor().charAt(0)) && (word || before == '_');
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> tokens = new LinkedHashMap<>();
    for (Noted note : noted) {
      if (note instanceof Found found) {
        tokens
            .computeIfAbsent(found.kind().id() + " " + found.secret(), _ -> new ArrayList<>())
            .add(found);
      }
    }
    List<Issue> issues = new ArrayList<>();
    Standing standing = new Standing();
    for (List<Found> copies : tokens.values()) {
      List<Blob> blobs = copies.stream().map(Found::blob).toList();
      issues.add(issue(standing.next(copies.getFirst().kind().id(), blobs), copies));
    }
    return issues;
  }

  private static Issue issue(String key, List<Found> copies) {
    Found first = copies.getFirst();
    return Findings.issue(
        CARD,
        key,
        first.kind().severity(),
        CARD.confidence(),
        first.kind().title() + " in the image",
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        Map.of(
            "kind", first.kind().id(),
            "token", Findings.redacted(first.secret()),
            "offset", Long.toString(first.offset())));
  }
}
