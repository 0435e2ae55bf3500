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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A Linux kernel of a series that its makers do not correct any more.
public final class OutdatedKernelRule implements Rule {
  private static final String BANNER = "Linux version ";
  private static final int LONGEST_BANNER = 700;
  private static final Pattern FORM =
      Pattern.compile(
          "Linux version (?<release>(?<series>2\\.\\d\\.\\d{1,2}|\\d{1,2}\\.\\d{1,3})"
              + "(?:\\.\\d{1,3})?[^\\s\\x00]{0,64}) \\((?<rest>[^\\x00\\n]{0,600})");
  private static final Pattern RELEASE =
      Pattern.compile("(?<series>2\\.\\d\\.\\d{1,2}|\\d{1,2}\\.\\d{1,3})(?:\\.\\d{1,3})?[^\\s]*");
  private static final Pattern MAINTAINED =
      Pattern.compile(
          "(?i)debian|ubuntu|\\.el\\d|\\.fc\\d|suse|-cip\\d|amzn|android1[2-9]|\\.oe\\d");

  // Series without long-term support are given up when the next one is a few weeks old; all up to
  // this one were, long before this date.
  private static final int LAST_MAJOR = 6;
  private static final int LAST_MINOR = 0;
  private static final LocalDate ALL_BEFORE = LocalDate.of(2023, 1, 31);

  private static final RuleCard CARD =
      new RuleCard(
          "outdated-kernel",
          IssueType.OUTDATED_KERNEL,
          "Linux kernel without further corrections",
          Severity.HIGH,
          Confidence.MEDIUM,
          List.of("CWE-1104", "CWE-1395"),
          List.of(
              "EN 303 645 5.3-2, 5.3-13",
              "EN 18031-1 GEC-1",
              "CRA Annex I Part I (2)(a), (2)(c), Part II (2)"),
          "The version is that of the kernel's own banner or of its modules, and the end is the"
              + " date kernel.org gave for the series, compared with the day of the analysis."
              + " Kernels that a distribution maintains by itself (Debian, Ubuntu, Red Hat, CIP,"
              + " Android) are graded LOW, as corrections may be in them that the number does not"
              + " show.",
          "Move to a long-term series that is maintained for the support period of the product.");

  private record Found(Blob blob, String series, String release, String banner) implements Noted {}

  private final Map<String, LocalDate> ends = new HashMap<>();

  /// With the dates that are shipped.
  public OutdatedKernelRule() {
    Table.read("kernel-support.tsv", 2)
        .forEach(row -> ends.put(row.getFirst(), LocalDate.parse(row.getLast())));
  }

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return List.of(BANNER);
  }

  @Override
  public List<Noted> look(Content content) {
    List<Noted> noted = new ArrayList<>();
    boolean sample = content.blob().paths().stream().allMatch(Samples::is);
    for (long offset : sample ? List.<Long>of() : content.at(BANNER)) {
      Matcher matcher = FORM.matcher(content.latin(offset, LONGEST_BANNER));
      if (matcher.lookingAt() && matcher.group("rest").contains("#")) {
        noted.add(
            new Found(
                content.blob(),
                matcher.group("series"),
                matcher.group("release"),
                Findings.brief(matcher.group())));
      }
    }
    content
        .elf()
        .flatMap(file -> file.module("vermagic"))
        .map(RELEASE::matcher)
        .filter(Matcher::lookingAt)
        .ifPresent(
            magic ->
                noted.add(
                    new Found(
                        content.blob(), magic.group("series"), magic.group(), magic.group())));
    return noted;
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> releases = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found found) {
        releases.computeIfAbsent(found.release(), _ -> new ArrayList<>()).add(found);
      }
    }
    List<Issue> issues = new ArrayList<>();
    releases.forEach(
        (release, copies) ->
            end(copies.getFirst().series())
                .filter(analysisDate::isAfter)
                .ifPresent(end -> issues.add(issue(release, end, copies))));
    return issues;
  }

  private Optional<LocalDate> end(String series) {
    LocalDate known = ends.get(series);
    if (known != null) {
      return Optional.of(known);
    }
    String[] parts = series.split("\\.");
    int major = Integer.parseInt(parts[0]);
    int minor = Integer.parseInt(parts[1]);
    boolean old = major < LAST_MAJOR || (major == LAST_MAJOR && minor <= LAST_MINOR);
    return old && major >= 2 ? Optional.of(ALL_BEFORE) : Optional.empty();
  }

  private static Issue issue(String release, LocalDate end, List<Found> copies) {
    boolean maintained =
        copies.stream().anyMatch(found -> MAINTAINED.matcher(found.banner()).find());
    return Findings.issue(
        CARD,
        release,
        maintained ? Severity.LOW : CARD.severity(),
        maintained ? Confidence.LOW : CARD.confidence(),
        "Linux "
            + release
            + " is of the series "
            + copies.getFirst().series()
            + ", which got its last corrections by "
            + end,
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).sorted().limit(20).toList(),
        Map.of(
            "release", release,
            "series", copies.getFirst().series(),
            "endOfSupport", end.toString(),
            "banner", copies.getFirst().banner()));
  }
}
