package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Libraries, loaders and interpreters that programs ask for, and ends of links, that are nowhere
/// in the image.
public final class MissingFileRule implements Rule {
  private static final int LONGEST_LINE = 128;

  /// The first line of a script, `execve(2)`.
  private static final Pattern SCRIPT = Pattern.compile("#![ \\t]*(/[^\\s\\x00]+)");

  /// What is made when the device runs.
  private static final Pattern AT_RUN_TIME =
      Pattern.compile(
          "(?:/|(?:\\.\\./)*)(?:(?:var/)?(?:tmp|run|lock)|proc|sys|dev|mnt|media|var/(?:log|cache)"
              + "|overlay|rom|data|config|jffs|nvram)(?:/.*)?");

  private static final RuleCard CARD =
      new RuleCard(
          "missing-file",
          IssueType.MISSING_FILE,
          "Files that are asked for and not in the image",
          Severity.INFORMATIONAL,
          Confidence.MEDIUM,
          List.of("CWE-426", "CWE-59"),
          List.of("EN 303 645 5.6-6", "EN 18031-1 GEC-1", "CRA Annex I Part I (2)(j)"),
          "A library counts as there when any file, link or SONAME in the image has its name. Links"
              + " to what is made when the device runs (/tmp, /run, /proc, /dev, /var/log and the"
              + " like) are left out. There is one finding of each kind, as what is missing may"
              + " lie in a part that was not unpacked, or in another image of the device.",
          "See whether all of the image was unpacked. Programs that cannot start, and links that"
              + " lead nowhere, are better left out: whoever can write there decides what they"
              + " lead to.");

  /// What a program asks for.
  ///
  /// @param starter its loader or interpreter
  private record Needs(
      Blob blob, List<String> libraries, Optional<String> starter, Optional<String> soname)
      implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Noted> look(Content content) {
    Needs needs =
        content
            .elf()
            .map(elf -> of(content.blob(), elf))
            .orElseGet(
                () -> new Needs(content.blob(), List.of(), interpreter(content), Optional.empty()));
    boolean none =
        needs.libraries().isEmpty() && needs.starter().isEmpty() && needs.soname().isEmpty();
    return none ? List.of() : List.of(needs);
  }

  private static Needs of(Blob blob, ElfFile elf) {
    return new Needs(blob, List.copyOf(elf.needed()), elf.interpreter(), elf.soname());
  }

  private static Optional<String> interpreter(Content content) {
    Matcher line = SCRIPT.matcher(content.latin(0, LONGEST_LINE));
    return line.lookingAt() ? Optional.of(line.group(1)) : Optional.empty();
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Set<String> there = new HashSet<>();
    tree.entries().forEach(entry -> there.add(entry.path().name()));
    List<Needs> programs = new ArrayList<>();
    for (Noted note : noted) {
      if (note instanceof Needs needs) {
        programs.add(needs);
        needs.soname().ifPresent(there::add);
      }
    }
    SortedMap<String, SortedSet<String>> libraries = new TreeMap<>();
    SortedMap<String, SortedSet<String>> starters = new TreeMap<>();
    for (Needs program : programs) {
      for (String library : program.libraries()) {
        missing(library, there, program, libraries);
      }
      program.starter().ifPresent(starter -> missing(starter, there, program, starters));
    }
    List<Issue> issues = new ArrayList<>();
    issue("library", "Libraries", libraries).ifPresent(issues::add);
    issue("interpreter", "Loaders and interpreters", starters).ifPresent(issues::add);
    issue("link", "Ends of symbolic links", dangling(tree)).ifPresent(issues::add);
    return issues;
  }

  private static void missing(
      String wanted,
      Set<String> there,
      Needs program,
      SortedMap<String, SortedSet<String>> missing) {
    String name = name(wanted);
    if (!name.isEmpty() && !there.contains(name)) {
      missing.computeIfAbsent(wanted, _ -> new TreeSet<>()).addAll(program.blob().paths());
    }
  }

  private static SortedMap<String, SortedSet<String>> dangling(FileTree tree) {
    Set<String> implied = impliedFolders(tree.entries());
    SortedMap<String, SortedSet<String>> dangling = new TreeMap<>();
    for (Entry entry : tree.entries()) {
      String target = entry.linkTarget().map(EntryPath::toString).orElse("");
      boolean leadsNowhere =
          entry.type() == EntryType.SYMLINK
              && !AT_RUN_TIME.matcher(target).matches()
              && !implied.contains(name(target))
              && tree.resolve(entry.path()).isEmpty();
      if (leadsNowhere) {
        dangling.computeIfAbsent(target, _ -> new TreeSet<>()).add(entry.path().toString());
      }
    }
    return dangling;
  }

  /// Names of folders that have files and no entry of their own, as archives have them.
  private static Set<String> impliedFolders(List<Entry> entries) {
    Set<String> all = new HashSet<>();
    entries.forEach(entry -> all.add(entry.path().toString()));
    Set<String> implied = new HashSet<>();
    for (Entry entry : entries) {
      String folder = entry.path().toString();
      for (int slash = folder.lastIndexOf('/'); slash > 0; slash = folder.lastIndexOf('/')) {
        folder = folder.substring(0, slash);
        if (all.contains(folder) || !implied.add(name(folder))) {
          break;
        }
      }
    }
    return implied;
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static Optional<Issue> issue(
      String kind, String what, SortedMap<String, SortedSet<String>> missing) {
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Findings.issue(
            CARD,
            kind,
            CARD.severity(),
            CARD.confidence(),
            what + " that are not in the image: " + missing.size(),
            missing.values().stream().flatMap(Collection::stream).toList(),
            Map.of(
                "kind", kind,
                "count", Integer.toString(missing.size()),
                "missing", Findings.brief(String.join(" ", missing.keySet())))));
  }
}
