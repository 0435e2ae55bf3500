package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryType;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tools, traces and data of development that a product does not need.
public final class DebugLeftoverRule implements Rule {
  private static final int CORE = 4;
  private static final int MOST_PATHS = 20;
  private static final String HOME = "/home/";
  private static final Pattern BUILD_PATH =
      Pattern.compile("/home/(?<user>[a-z][a-z0-9_.-]{1,30})/[\\w./+-]{4,}");
  private static final Pattern PROPERTY =
      Pattern.compile(
          "(?m)^ro\\.(?:debuggable\\s*=\\s*1|secure\\s*=\\s*0|adb\\.secure\\s*=\\s*0)\\s*$");
  private static final Pattern PROPERTIES =
      Pattern.compile("(?:.*/)?(?:build|default|prop)\\.(?:prop|default)");
  private static final Pattern TEST_KEYS =
      Pattern.compile("(?m)^ro\\.(?:\\w+\\.)*build\\.tags\\s*=\\s*.*\\btest-keys\\b");

  /// What is left over.
  private enum Kind {
    DEBUGGER(
        "A debugger or tracer is in the image",
        Severity.MEDIUM,
        "(?:.*/)?s?bin/(?:gdb|gdbserver|lldb-server|strace|ltrace|perf|valgrind|frida-server)"),
    SNIFFER(
        "A network sniffer or scanner is in the image",
        Severity.LOW,
        "(?:.*/)?s?bin/(?:tcpdump|tshark|dumpcap|nmap|ettercap|tcpflow|socat|ncat|iperf3?)"),
    COMPILER(
        "A compiler is in the image",
        Severity.LOW,
        "(?:.*/)?bin/(?:[\\w-]+-)?(?:gcc|g\\+\\+|cc1|clang|tcc|ld\\.bfd|as)(?:-\\d+)?"),
    REPOSITORY(
        "A source repository is in the image",
        Severity.MEDIUM,
        "(?:.*/)?(?:\\.git/(?:HEAD|config)|\\.svn/(?:entries|wc\\.db)|\\.hg/requires|CVS/Root|\\.bzr/README)"),
    HISTORY(
        "A history of commands is in the image",
        Severity.MEDIUM,
        "(?:.*/)?\\.(?:bash|ash|sh|zsh|python|mysql|psql|sqlite|lesshst)_?(?:history|hst)"),
    SOURCE_MAP(
        "Source maps are in the image", Severity.LOW, "(?:.*/)?[^/]+\\.(?:js|css|mjs)\\.map"),
    EDITOR(
        "Backups of an editor or of a merge are in the image",
        Severity.LOW,
        "(?:.*/)?(?:etc|www|srv|usr/lib/cgi-bin)/.*(?:~|\\.swp|\\.orig|\\.rej|\\.bak|\\.old)"),
    CORE_DUMP("A core dump is in the image", Severity.MEDIUM, "(?!)"),
    BUILD_PATHS("Programs tell the folders they were built in", Severity.INFORMATIONAL, "(?!)"),
    DEBUG_DATA("Programs carry debugging data", Severity.INFORMATIONAL, "(?!)"),
    ANDROID_DEBUG("Android is built for debugging", Severity.HIGH, "(?!)"),
    ANDROID_TEST_KEYS("Android is signed with test keys", Severity.HIGH, "(?!)");

    private final String text;
    private final Severity severity;
    private final Pattern path;

    Kind(String text, Severity severity, String path) {
      this.text = text;
      this.severity = severity;
      this.path = Pattern.compile(path);
    }
  }

  private static final RuleCard CARD =
      new RuleCard(
          "debug-leftover",
          IssueType.DEBUG_LEFTOVER,
          "Something left over from development",
          Severity.LOW,
          Confidence.HIGH,
          List.of("CWE-489", "CWE-1295", "CWE-527", "CWE-530", "CWE-540"),
          List.of(
              "EN 303 645 5.6-3, 5.6-4, 5.6-5",
              "EN 18031-1 GEC-2, GEC-5",
              "CRA Annex I Part I (2)(b), (2)(j)"),
          "One finding for each kind, with the files. A tool counts by its name in a bin folder and"
              + " a BusyBox applet by its link; a core dump by its ELF type; a repository by the"
              + " files that make it one. Build paths and debugging data are informational.",
          "Leave the tools and traces out of the production image; strip programs and build them"
              + " with -ffile-prefix-map.");

  private record Found(Blob blob, Kind kind, String detail) implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return List.of(HOME);
  }

  @Override
  public List<Noted> look(Content content) {
    List<Noted> noted = new ArrayList<>();
    content.elf().ifPresent(elf -> program(content, elf, noted));
    if (content.named(PROPERTIES)) {
      String text = content.text().orElse("");
      if (PROPERTY.matcher(text).find()) {
        noted.add(new Found(content.blob(), Kind.ANDROID_DEBUG, ""));
      }
      if (TEST_KEYS.matcher(text).find()) {
        noted.add(new Found(content.blob(), Kind.ANDROID_TEST_KEYS, ""));
      }
    }
    return noted;
  }

  private static void program(Content content, ElfFile elf, List<Noted> into) {
    if (elf.header().type() == CORE) {
      into.add(new Found(content.blob(), Kind.CORE_DUMP, ""));
      return;
    }
    if (elf.section(".debug_info").isPresent()) {
      into.add(new Found(content.blob(), Kind.DEBUG_DATA, ""));
    }
    for (long offset : content.at(HOME)) {
      Matcher matcher = BUILD_PATH.matcher(content.latin(offset, 200));
      if (matcher.lookingAt() && !matcher.group("user").equals("user")) {
        into.add(new Found(content.blob(), Kind.BUILD_PATHS, matcher.group("user")));
        return;
      }
    }
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<Kind, List<String>> paths = new TreeMap<>();
    Map<Kind, String> details = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found found) {
        paths.computeIfAbsent(found.kind(), _ -> new ArrayList<>()).addAll(found.blob().paths());
        details.putIfAbsent(found.kind(), found.detail());
      }
    }
    for (Entry entry : tree.entries()) {
      if (entry.isFile() || entry.type() == EntryType.SYMLINK) {
        kind(entry.path().toString())
            .ifPresent(
                kind ->
                    paths
                        .computeIfAbsent(kind, _ -> new ArrayList<>())
                        .add(entry.path().toString()));
      }
    }
    List<Issue> issues = new ArrayList<>();
    paths.forEach((kind, files) -> issues.add(issue(kind, files, details.getOrDefault(kind, ""))));
    return issues;
  }

  private static Optional<Kind> kind(String path) {
    for (Kind kind : Kind.values()) {
      if (kind.path.matcher(path).matches()) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  private static Issue issue(Kind kind, List<String> files, String detail) {
    return Findings.issue(
        CARD,
        kind.name(),
        kind.severity,
        CARD.confidence(),
        kind.text,
        files.stream().sorted().distinct().limit(MOST_PATHS).toList(),
        Map.of(
            "kind", kind.name().toLowerCase(java.util.Locale.ROOT),
            "files", Integer.toString(files.size()),
            "detail", detail));
  }
}
