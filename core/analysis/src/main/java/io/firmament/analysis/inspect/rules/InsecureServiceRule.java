package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Services without encryption or authentication, and shells without a login, and whether they
/// start
/// by themselves.
public final class InsecureServiceRule implements Rule {
  private static final int LONGEST_FILE = 1 << 18;
  private static final String SERVICES =
      "(?<service>(?:in\\.|u)?telnetd|in\\.ftpd|ftpd|vsftpd|proftpd|pure-ftpd|bftpd"
          + "|(?:in\\.)?tftpd(?:-hpa)?|atftpd|(?:in\\.)?r(?:sh|login|exec)d)";
  private static final Pattern PROGRAM = Pattern.compile("(?:.*/)?s?bin/" + SERVICES);
  // The command position of a shell line: after a separator, a keyword or a starter and its
  // options.
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?:^|[;&|{(]|\\b(?:then|do|else|exec|nohup|busybox|command|--exec|-x|-a|--))\\s*\"?"
              + "(?:/[\\w./-]*/)?"
              + SERVICES
              + "(?=[\\s\";&|)]|$)");
  private static final Pattern VARIABLE =
      Pattern.compile(
          "^\\s*(?:DAEMON|PROG|EXEC|BIN|COMMAND)=\"?(?:/[\\w./-]*/)?" + SERVICES + "\"?\\s*$");
  private static final Pattern STARTED =
      Pattern.compile(
          "(?:.*/)?etc/(?:rc\\.d/S\\d\\d[^/]*|rc[S2-5]\\.d/S\\d\\d[^/]*|rc\\d?\\.d/rc[S2-5]\\.d/S[^/]*"
              + "|init\\.d/(?:S\\d\\d[^/]*|rcS)|rcS|rc\\.local|rc)");
  private static final Pattern INITTAB = Pattern.compile("(?:.*/)?etc/inittab");
  private static final Pattern UNIT =
      Pattern.compile(
          "(?:.*/)?(?:etc|lib)/systemd/system/[^/]+\\.(?:wants|requires)/[^/]+\\.(?:service|socket)");
  private static final Pattern XINETD = Pattern.compile("(?:.*/)?etc/xinetd\\.(?:d/[^/]+|conf)");
  private static final Pattern INETD = Pattern.compile("(?:.*/)?etc/inetd\\.conf");
  private static final Pattern SHELL =
      Pattern.compile(
          "-?(?:/\\S*/)?(?:ba|a|da|hu)?sh(?:\\s.*)?|.*getty\\s.*-l\\s*\\S*/(?:ba|a)?sh.*");
  private static final Pattern ANY = Pattern.compile("(?:.*/)?" + SERVICES + "(?=[\\s\"]|$)");

  private static final RuleCard CARD =
      new RuleCard(
          "insecure-service",
          "INSECURE_SERVICE_CONFIGURATION",
          "Insecure service or open shell",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-306", "CWE-319", "CWE-1188"),
          List.of(
              "EN 303 645 5.5-5, 5.6-1, 5.6-4",
              "EN 18031-1 AUM-1, SCM-1, GEC-3",
              "CRA Annex I Part I (2)(b), (2)(d), (2)(j)"),
          "Enabled means a start-up file runs it: comments, echoes and kills do not count. A program"
              + " that is only there is informational.",
          "Remove the service from the image, or replace it with SSH; put a login on the console"
              + " (getty) or disable it in production.");

  /// Something that starts, or is only there.
  private record Sighting(
      String service, boolean enabled, String how, String line, Severity severity, String path) {
    String key() {
      return service + "\0" + how + "\0" + line;
    }
  }

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    List<Sighting> sightings = new ArrayList<>();
    for (Entry entry : tree.entries()) {
      String path = entry.path().toString();
      Matcher program = PROGRAM.matcher(path);
      if (program.matches()) {
        sightings.add(
            new Sighting(
                kind(program.group("service")),
                false,
                "present",
                "",
                Severity.INFORMATIONAL,
                path));
      } else if (startUp(path)) {
        text(tree, entry).ifPresent(text -> read(path, text, sightings));
      }
    }
    return issues(sightings);
  }

  private static boolean startUp(String path) {
    return STARTED.matcher(path).matches()
        || INITTAB.matcher(path).matches()
        || UNIT.matcher(path).matches()
        || XINETD.matcher(path).matches()
        || INETD.matcher(path).matches();
  }

  private static Optional<String> text(FileTree tree, Entry entry) {
    Optional<Entry> file = entry.isFile() ? Optional.of(entry) : tree.resolve(entry.path());
    return file.filter(Entry::isFile)
        .flatMap(
            target ->
                target
                    .sha256()
                    .map(digest -> new Blob(digest, tree.content(digest), List.of(target))))
        .map(blob -> new String(blob.head(LONGEST_FILE), StandardCharsets.UTF_8));
  }

  private static void read(String path, String text, List<Sighting> into) {
    if (INITTAB.matcher(path).matches()) {
      text.lines().forEach(line -> inittab(path, line.strip(), into));
    } else if (UNIT.matcher(path).matches()) {
      text.lines()
          .filter(line -> line.startsWith("ExecStart="))
          .forEach(line -> enabled(path, "systemd", ANY, line.substring(10).strip(), into));
    } else if (XINETD.matcher(path).matches()) {
      xinetd(path, text, into);
    } else if (INETD.matcher(path).matches()) {
      text.lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> inetd(path, line.strip(), into));
    } else {
      for (String line : text.split("\r?\n")) {
        String code = line.strip();
        if (!code.startsWith("#") && !enabled(path, "start-up script", COMMAND, code, into)) {
          enabled(path, "start-up script", VARIABLE, code, into);
        }
      }
    }
  }

  private static boolean enabled(
      String path, String how, Pattern pattern, String line, List<Sighting> into) {
    Matcher matcher = pattern.matcher(line);
    if (!matcher.find()) {
      return false;
    }
    String kind = kind(matcher.group("service"));
    into.add(new Sighting(kind, true, how, line, severity(kind), path));
    return true;
  }

  /// BusyBox and System V: `id:runlevels:action:process`.
  private static void inittab(String path, String line, List<Sighting> into) {
    String[] fields = line.split(":", 4);
    if (line.startsWith("#") || fields.length < 4 || fields[2].equals("off")) {
      return;
    }
    String process = fields[3].strip();
    boolean repeats = List.of("respawn", "askfirst", "once", "wait").contains(fields[2]);
    if (repeats && SHELL.matcher(process).matches()) {
      boolean screen = fields[0].matches("(?:vc/|tty)\\d+");
      into.add(
          new Sighting(
              "shell", true, "inittab", line, screen ? Severity.MEDIUM : Severity.HIGH, path));
    } else {
      enabled(path, "inittab", ANY, process.split("\\s")[0], into);
    }
  }

  private static void inetd(String path, String line, List<Sighting> into) {
    String[] fields = line.split("\\s+");
    for (int i = 5; i < Math.min(fields.length, 8); i++) {
      if (enabled(path, "inetd", ANY, fields[i], into)) {
        return;
      }
    }
  }

  private static void xinetd(String path, String text, List<Sighting> into) {
    boolean disabled = Pattern.compile("(?m)^\\s*disable\\s*=\\s*yes").matcher(text).find();
    Matcher server = Pattern.compile("(?m)^\\s*server\\s*=\\s*(\\S+)").matcher(text);
    while (!disabled && server.find()) {
      enabled(path, "xinetd", ANY, server.group(1), into);
    }
  }

  private static String kind(String service) {
    String name = service.toLowerCase(Locale.ROOT);
    if (name.contains("telnet")) {
      return "telnet";
    }
    if (name.contains("tftp")) {
      return "tftp";
    }
    return name.contains("ftp") ? "ftp" : "rsh";
  }

  private static Severity severity(String kind) {
    return kind.equals("telnet") || kind.equals("rsh") ? Severity.HIGH : Severity.MEDIUM;
  }

  private static List<Issue> issues(List<Sighting> sightings) {
    Map<String, List<Sighting>> byKey = new TreeMap<>();
    TreeSet<String> running = new TreeSet<>();
    for (Sighting sighting : sightings) {
      byKey.computeIfAbsent(sighting.key(), _ -> new ArrayList<>()).add(sighting);
      if (sighting.enabled()) {
        running.add(sighting.service());
      }
    }
    return byKey.entrySet().stream()
        .filter(
            each ->
                each.getValue().getFirst().enabled()
                    || !running.contains(each.getValue().getFirst().service()))
        .map(each -> issue(each.getKey(), each.getValue()))
        .toList();
  }

  private static Issue issue(String key, List<Sighting> same) {
    Sighting first = same.getFirst();
    String summary =
        first.service().equals("shell")
            ? "A shell without a login starts on a console"
            : first.enabled()
                ? "The " + first.service() + " service starts at boot (" + first.how() + ")"
                : "A " + first.service() + " server is in the image";
    String line = first.line().length() > 200 ? first.line().substring(0, 200) : first.line();
    return Findings.issue(
        CARD,
        key,
        first.severity(),
        CARD.confidence(),
        summary,
        same.stream().map(Sighting::path).toList(),
        Map.of(
            "service",
            first.service(),
            "state",
            first.enabled() ? "enabled" : "present",
            "startedBy",
            first.how(),
            "line",
            line));
  }
}
