package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.Rule.Noted;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Checks of settings in configuration files, for the rules of one service each. A file is known by
/// its path, a setting by a line of it; comments are no settings. Immutable.
final class SettingChecks {
  private static final int LONGEST_LINE = 1_000;
  private static final Pattern COMMENT = Pattern.compile("\\s*(?:[#;]|//).*");

  private final List<Check> checks;

  SettingChecks(List<Check> checks) {
    this.checks = List.copyOf(checks);
  }

  /// @param id stable, part of the finding's id
  /// @param file which paths
  /// @param line found in a line
  /// @param unless found in any line, there is nothing to say
  record Check(
      String id, Pattern file, Pattern line, Pattern unless, Severity severity, String text) {
    private static final Pattern NEVER = Pattern.compile("(?!)");

    static Check of(String id, Pattern file, String line, Severity severity, String text) {
      return new Check(id, file, Pattern.compile(line), NEVER, severity, text);
    }

    Check unless(String pattern) {
      return new Check(id, file, line, Pattern.compile(pattern), severity, text);
    }
  }

  private record Hit(Blob blob, Check check, String line) implements Noted {}

  List<Noted> look(Content content) {
    List<Check> here = checks.stream().filter(check -> content.named(check.file())).toList();
    if (here.isEmpty() || content.blob().paths().stream().allMatch(Samples::is)) {
      return List.of();
    }
    List<String> lines =
        content
            .text()
            .orElse("")
            .lines()
            .filter(line -> line.length() <= LONGEST_LINE && !COMMENT.matcher(line).matches())
            .toList();
    List<Noted> hits = new ArrayList<>();
    for (Check check : here) {
      boolean excused = lines.stream().anyMatch(line -> check.unless().matcher(line).find());
      for (String line : excused ? List.<String>of() : lines) {
        Matcher matcher = check.line().matcher(line);
        if (matcher.find()) {
          hits.add(new Hit(content.blob(), check, line.strip()));
          break;
        }
      }
    }
    return hits;
  }

  List<Issue> conclude(RuleCard card, List<Noted> noted) {
    Map<String, List<Hit>> byKey = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Hit hit) {
        byKey
            .computeIfAbsent(hit.check().id() + "\0" + hit.line(), _ -> new ArrayList<>())
            .add(hit);
      }
    }
    List<Issue> issues = new ArrayList<>();
    byKey.forEach((key, hits) -> issues.add(issue(card, key, hits)));
    return issues;
  }

  private static Issue issue(RuleCard card, String key, List<Hit> hits) {
    Hit first = hits.getFirst();
    return Findings.issue(
        card,
        key,
        first.check().severity(),
        card.confidence(),
        first.check().text(),
        hits.stream().flatMap(hit -> hit.blob().paths().stream()).toList(),
        Map.of("check", first.check().id(), "line", Findings.brief(first.line())));
  }
}
