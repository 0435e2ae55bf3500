package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Services without encryption or authentication, and shells without a login, and whether they
/// start by themselves.
public final class InsecureServiceRule implements Rule {
  private static final StartUp SERVICES =
      new StartUp(
          "(?:in\\.|u)?telnetd|in\\.ftpd|ftpd|vsftpd|proftpd|pure-ftpd|bftpd"
              + "|(?:in\\.)?tftpd(?:-hpa)?|atftpd|(?:in\\.)?r(?:sh|login|exec)d");

  // A screen of its own, which needs a keyboard, as against a serial line.
  private static final Pattern SCREEN = Pattern.compile("(?:vc/|tty)\\d+:");

  private static final RuleCard CARD =
      new RuleCard(
          "insecure-service",
          IssueType.INSECURE_SERVICE_CONFIGURATION,
          "Insecure service or open shell",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-306", "CWE-319", "CWE-1188"),
          List.of(
              "EN 303 645 5.5-5, 5.6-1, 5.6-4",
              "EN 18031-1 AUM-1, SCM-1, GEC-2",
              "CRA Annex I Part I (2)(b), (2)(d), (2)(j)"),
          "Enabled means a start-up file runs it: comments, echoes and kills do not count. A"
              + " program that is only there is informational.",
          "Remove the service from the image, or replace it with SSH; put a login on the console"
              + " (getty) or disable it in production.");

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<StartUp.Start>> byKey = new TreeMap<>();
    TreeSet<String> running = new TreeSet<>();
    for (StartUp.Start start : SERVICES.find(tree)) {
      String kind = kind(start.service());
      byKey
          .computeIfAbsent(kind + "\0" + start.how() + "\0" + start.line(), _ -> new ArrayList<>())
          .add(start);
      if (start.enabled()) {
        running.add(kind);
      }
    }
    return byKey.entrySet().stream()
        .filter(
            each ->
                each.getValue().getFirst().enabled()
                    || !running.contains(kind(each.getValue().getFirst().service())))
        .map(each -> issue(each.getKey(), each.getValue()))
        .toList();
  }

  private static String kind(String service) {
    String name = service.toLowerCase(Locale.ROOT);
    if (name.equals(StartUp.SHELL_SERVICE)) {
      return name;
    }
    if (name.contains("telnet")) {
      return "telnet";
    }
    if (name.contains("tftp")) {
      return "tftp";
    }
    return name.contains("ftp") ? "ftp" : "rsh";
  }

  private static Severity severity(String kind, StartUp.Start start) {
    if (!start.enabled()) {
      return Severity.INFORMATIONAL;
    }
    return switch (kind) {
      case "telnet", "rsh" -> Severity.HIGH;
      case StartUp.SHELL_SERVICE ->
          SCREEN.matcher(start.line()).lookingAt() ? Severity.MEDIUM : Severity.HIGH;
      default -> Severity.MEDIUM;
    };
  }

  private static Issue issue(String key, List<StartUp.Start> same) {
    StartUp.Start first = same.getFirst();
    String kind = kind(first.service());
    String running = "The " + kind + " service starts at boot (" + first.how() + ")";
    String summary = first.enabled() ? running : "A " + kind + " server is in the image";
    return Findings.issue(
        CARD,
        key,
        severity(kind, first),
        CARD.confidence(),
        kind.equals(StartUp.SHELL_SERVICE)
            ? "A shell without a login starts on a console"
            : summary,
        same.stream().map(StartUp.Start::path).toList(),
        Map.of(
            "service",
            kind,
            "state",
            first.enabled() ? "enabled" : "present",
            "startedBy",
            first.how(),
            "line",
            Findings.brief(first.line())));
  }
}
