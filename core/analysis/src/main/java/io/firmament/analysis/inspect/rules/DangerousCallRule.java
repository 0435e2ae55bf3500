package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
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
import java.util.Set;

/// Programs that call functions which are hard to use safely, above all those that serve a network.
public final class DangerousCallRule implements Rule {
  private static final int MOST_LISTED = 20;
  private static final Set<String> COMMANDS = Set.of("system", "popen", "execlp", "execvp");
  private static final Set<String> UNBOUNDED =
      Set.of("strcpy", "strcat", "sprintf", "vsprintf", "stpcpy", "wcscpy", "scanf", "sscanf");
  private static final Set<String> NETWORK =
      Set.of("accept", "accept4", "recvfrom", "recv", "listen");
  private static final List<String> CGI =
      List.of("QUERY_STRING", "HTTP_COOKIE", "CONTENT_LENGTH", "REQUEST_METHOD");

  private static final RuleCard CARD =
      new RuleCard(
          "dangerous-call",
          IssueType.CODE_WEAKNESS_BINARY,
          "Program calls functions that are hard to use safely",
          Severity.INFORMATIONAL,
          Confidence.MEDIUM,
          List.of("CWE-676", "CWE-242", "CWE-120", "CWE-78"),
          List.of("EN 303 645 5.13-1", "EN 18031-1 GEC-6", "CRA Annex I Part I (2)(j), (2)(k)"),
          "A call alone is no weakness, so there is no finding for each: gets, which cannot be used"
              + " safely, is MEDIUM; a program that serves requests (CGI variables, or accepts"
              + " connections) and both builds strings without bound and runs commands is MEDIUM"
              + " with low confidence; all others are one informational list. BusyBox, shells and"
              + " interpreters run commands by their nature and are left out of the second.",
          "Replace gets by fgets, sprintf by snprintf and system by a call with a list of"
              + " arguments; review how a request reaches these calls.");

  private record Calls(
      Blob blob, boolean gets, boolean commands, int unbounded, boolean serves, boolean cgi)
      implements Noted {
    boolean risky() {
      return commands && unbounded > 0 && (cgi || serves);
    }
  }

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return CGI;
  }

  @Override
  public List<Noted> look(Content content) {
    Optional<ElfFile> elf = content.elf().filter(file -> !file.imported().isEmpty());
    if (elf.isEmpty() || elf.get().header().type() == 1) {
      return List.of();
    }
    Set<String> imported = elf.get().imported();
    boolean program = elf.get().isProgram();
    Calls calls =
        new Calls(
            content.blob(),
            imported.contains("gets"),
            program && COMMANDS.stream().anyMatch(imported::contains),
            (int) UNBOUNDED.stream().filter(imported::contains).count(),
            program && NETWORK.stream().anyMatch(imported::contains) && imported.contains("bind"),
            program && CGI.stream().filter(content::has).count() >= 2);
    boolean any = calls.gets() || calls.commands() || calls.unbounded() > 0;
    return any ? List.of(calls) : List.of();
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    List<Issue> issues = new ArrayList<>();
    List<Calls> all = new ArrayList<>();
    for (Noted note : noted) {
      if (note instanceof Calls calls) {
        all.add(calls);
        single(calls).ifPresent(issues::add);
      }
    }
    if (!all.isEmpty()) {
      issues.add(summary(all));
    }
    return issues;
  }

  private static Optional<Issue> single(Calls calls) {
    String digest = calls.blob().sha256().hex();
    if (calls.gets()) {
      return Optional.of(
          Findings.issue(
              CARD,
              "gets " + digest,
              Severity.MEDIUM,
              Confidence.HIGH,
              "Program calls gets, which cannot be used safely",
              calls.blob().paths(),
              Map.of("function", "gets")));
    }
    boolean interpreter =
        calls.blob().files().stream().anyMatch(file -> Interpreters.is(file.path().name()));
    if (interpreter || !calls.risky()) {
      return Optional.empty();
    }
    return Optional.of(
        Findings.issue(
            CARD,
            "requests " + digest,
            calls.cgi() ? Severity.MEDIUM : Severity.LOW,
            Confidence.LOW,
            calls.cgi()
                ? "A web program builds strings without bound and runs commands"
                : "A network server builds strings without bound and runs commands",
            calls.blob().paths(),
            Map.of(
                "unboundedFunctions",
                Integer.toString(calls.unbounded()),
                "serves",
                calls.cgi() ? "CGI" : "connections")));
  }

  private static Issue summary(List<Calls> all) {
    List<String> worst =
        all.stream()
            .sorted(
                Comparator.comparingInt((Calls calls) -> -weight(calls))
                    .thenComparing(calls -> calls.blob().paths().getFirst()))
            .limit(MOST_LISTED)
            .map(calls -> calls.blob().paths().getFirst())
            .toList();
    long commands = all.stream().filter(Calls::commands).count();
    long unbounded = all.stream().filter(calls -> calls.unbounded() > 0).count();
    return Findings.issue(
        CARD,
        "image",
        CARD.severity(),
        CARD.confidence(),
        all.size() + " programs and libraries call functions that are hard to use safely",
        worst,
        Map.of(
            "runCommands", Long.toString(commands),
            "buildStringsWithoutBound", Long.toString(unbounded)));
  }

  private static int weight(Calls calls) {
    return (calls.gets() ? 100 : 0)
        + (calls.risky() ? 50 : 0)
        + (calls.cgi() ? 20 : 0)
        + (calls.serves() ? 20 : 0)
        + (calls.commands() ? 10 : 0)
        + calls.unbounded();
  }
}
