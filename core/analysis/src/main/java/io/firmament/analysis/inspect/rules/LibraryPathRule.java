package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.elf.ElfDynamic;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Programs that look for libraries where others may put one.
public final class LibraryPathRule implements Rule {
  private static final Pattern OPEN = Pattern.compile("/(?:var/)?tmp(?:/.*)?|/dev/shm(?:/.*)?");
  private static final Pattern HOME =
      Pattern.compile("/(?:home|root|build|builds|work|workspace)/.*");

  private static final RuleCard CARD =
      new RuleCard(
          "library-path",
          IssueType.BINARY_HARDENING,
          "Library search path that others may fill",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-426", "CWE-427"),
          List.of(
              "EN 303 645 5.6-7, 5.6-9", "EN 18031-1 GEC-1", "CRA Annex I Part I (2)(f), (2)(j)"),
          "RPATH and RUNPATH are read from the dynamic section. Paths that start with $ORIGIN and"
              + " absolute paths are fine; an empty or relative part depends on the working folder,"
              + " and a part below /tmp can be made by anyone. A folder of the build machine is"
              + " LOW, as it does not exist on the device.",
          "Link without -rpath, or with one below $ORIGIN.");

  private record Found(Blob blob, String path, String part, Severity severity) implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Noted> look(Content content) {
    Optional<ElfDynamic> dynamic = content.elf().flatMap(elf -> elf.dynamic());
    Optional<String> path =
        dynamic.flatMap(ElfDynamic::runpath).or(() -> dynamic.flatMap(ElfDynamic::rpath));
    return path.flatMap(text -> worst(content.blob(), text))
        .<List<Noted>>map(List::of)
        .orElse(List.of());
  }

  private static Optional<Noted> worst(Blob blob, String path) {
    Optional<Noted> home = Optional.empty();
    for (String part : path.split(":", -1)) {
      boolean relative = !part.startsWith("/") && !part.startsWith("$");
      if (relative || OPEN.matcher(part).matches()) {
        return Optional.of(new Found(blob, path, part, Severity.HIGH));
      }
      if (HOME.matcher(part).matches()) {
        home = Optional.of(new Found(blob, path, part, Severity.LOW));
      }
    }
    return home;
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> paths = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found found) {
        paths.computeIfAbsent(found.path(), _ -> new ArrayList<>()).add(found);
      }
    }
    List<Issue> issues = new ArrayList<>();
    paths.forEach((path, found) -> issues.add(issue(path, found)));
    return issues;
  }

  private static Issue issue(String path, List<Found> found) {
    Found first = found.getFirst();
    String part = first.part().isEmpty() ? "the working folder" : first.part();
    return Findings.issue(
        CARD,
        path,
        first.severity(),
        CARD.confidence(),
        "Libraries are looked for in " + Findings.brief(part),
        found.stream().flatMap(each -> each.blob().paths().stream()).toList(),
        Map.of("path", Findings.brief(path), "part", Findings.brief(first.part())));
  }
}
