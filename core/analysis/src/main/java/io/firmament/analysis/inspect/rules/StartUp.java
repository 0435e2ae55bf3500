package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.FileTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds the programs of a list that start by themselves: from System V and BusyBox start-up
/// scripts, OpenWrt's rc.d, inittab, inetd, xinetd, runit and systemd. Immutable.
final class StartUp {
  /// The service of a start that is a shell without a login.
  static final String SHELL_SERVICE = "shell";

  private static final int LONGEST_FILE = 1 << 18;
  private static final int LONGEST_LINE = 4_000;
  private static final Pattern STARTED =
      Pattern.compile(
          "(?:.*/)?etc/(?:rc\\.d/S\\d\\d[^/]*|rc[S2-5]\\.d/S\\d\\d[^/]*|rc\\d?\\.d/rc[S2-5]\\.d/S[^/]*"
              + "|init\\.d/(?:S\\d\\d[^/]*|rcS)|rcS|rc\\.local|rc|(?:sv|service)/[^/]+/run)");
  private static final Pattern INITTAB = Pattern.compile("(?:.*/)?etc/inittab");
  private static final Pattern UNIT =
      Pattern.compile(
          "(?:.*/)?(?:etc|lib)/systemd/system/[^/]+\\.(?:wants|requires)/[^/]+\\.(?:service|socket)");
  private static final Pattern XINETD = Pattern.compile("(?:.*/)?etc/xinetd\\.(?:d/[^/]+|conf)");
  private static final Pattern INETD = Pattern.compile("(?:.*/)?etc/inetd\\.conf");
  private static final Pattern SHELL =
      Pattern.compile(
          "-?(?:/\\S*/)?(?:ba|a|da|hu)?sh(?:\\s.*)?"
              + "|.*getty\\s.*-l\\s*\\S*/(?:ba|a)?sh.*"
              + "|.*getty\\s.*(?:--autologin|-a)\\s*root.*");
  private static final Pattern DISABLED = Pattern.compile("(?m)^\\s*disable\\s*=\\s*yes");
  private static final Pattern SERVER = Pattern.compile("(?m)^\\s*server\\s*=\\s*(\\S+)");

  private final Pattern program;
  private final Pattern any;
  private final Pattern command;
  private final Pattern variable;

  /// @param services an alternation of program names
  StartUp(String services) {
    String named = "(?<service>" + services + ")";
    this.program = Pattern.compile("(?:.*/)?s?bin/" + named);
    this.any = Pattern.compile("(?:^|[^\\s]*/)" + named + "(?=[\\s\"]|$)");
    // The command position of a shell line: after a separator, a keyword or a starter and its
    // options.
    this.command =
        Pattern.compile(
            "(?:^|[;&|{(]|\\b(?:then|do|else|exec|nohup|busybox|command|--exec|-x|-a|--))\\s*\"?"
                + "(?:/[\\w./-]*/)?"
                + named
                + "(?=[\\s\";&|)]|$)");
    this.variable =
        Pattern.compile(
            "^\\s*(?:DAEMON|PROG|EXEC|BIN|COMMAND)=\"?(?:/[\\w./-]*/)?" + named + "\"?\\s*$");
  }

  /// Something that starts, or is only there.
  ///
  /// @param service the program as it is named there, or [#SHELL_SERVICE]
  /// @param how what starts it; `present` where nothing does
  record Start(String service, String how, String line, String path) {
    boolean enabled() {
      return !how.equals("present");
    }
  }

  List<Start> find(FileTree tree) {
    List<Start> starts = new ArrayList<>();
    for (Entry entry : tree.entries()) {
      String path = entry.path().toString();
      Matcher matcher = program.matcher(path);
      if (matcher.matches()) {
        starts.add(new Start(matcher.group("service"), "present", "", path));
      } else if (startsThings(path)) {
        text(tree, entry).ifPresent(text -> read(path, text, starts));
      }
    }
    return starts;
  }

  private static boolean startsThings(String path) {
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

  private void read(String path, String text, List<Start> into) {
    List<String> lines =
        text.lines().map(String::strip).filter(line -> line.length() <= LONGEST_LINE).toList();
    if (INITTAB.matcher(path).matches()) {
      lines.forEach(line -> inittab(path, line, into));
    } else if (UNIT.matcher(path).matches()) {
      lines.stream()
          .filter(line -> line.startsWith("ExecStart="))
          .forEach(line -> unit(path, line.substring(10).strip(), into));
    } else if (XINETD.matcher(path).matches()) {
      xinetd(path, text, into);
    } else if (INETD.matcher(path).matches()) {
      lines.stream().filter(line -> !line.startsWith("#")).forEach(line -> inetd(path, line, into));
    } else {
      lines.stream()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> script(path, line, into));
    }
  }

  private void script(String path, String line, List<Start> into) {
    if (!matched(path, "start-up script", command, line, into)) {
      matched(path, "start-up script", variable, line, into);
    }
  }

  private static boolean matched(
      String path, String how, Pattern pattern, String line, List<Start> into) {
    Matcher matcher = pattern.matcher(line);
    if (!matcher.find()) {
      return false;
    }
    into.add(new Start(matcher.group("service"), how, line, path));
    return true;
  }

  private void unit(String path, String command, List<Start> into) {
    if (command.contains("getty") && SHELL.matcher(command).matches()) {
      into.add(new Start(SHELL_SERVICE, "systemd", command, path));
    } else {
      matched(path, "systemd", any, command, into);
    }
  }

  /// BusyBox and System V: `id:runlevels:action:process`.
  private void inittab(String path, String line, List<Start> into) {
    String[] fields = line.split(":", 4);
    if (line.startsWith("#") || fields.length < 4 || fields[2].equals("off")) {
      return;
    }
    String process = fields[3].strip();
    boolean repeats = List.of("respawn", "askfirst", "once", "wait").contains(fields[2]);
    if (repeats && SHELL.matcher(process).matches()) {
      into.add(new Start(SHELL_SERVICE, "inittab", line, path));
    } else {
      matched(path, "inittab", any, process.split("\\s", 2)[0], into);
    }
  }

  private void inetd(String path, String line, List<Start> into) {
    String[] fields = line.split("\\s+");
    for (int i = 5; i < Math.min(fields.length, 8); i++) {
      if (matched(path, "inetd", any, fields[i], into)) {
        return;
      }
    }
  }

  private void xinetd(String path, String text, List<Start> into) {
    Matcher server = SERVER.matcher(text);
    boolean disabled = DISABLED.matcher(text).find();
    while (!disabled && server.find()) {
      matched(path, "xinetd", any, server.group(1), into);
    }
  }
}
