package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Files that run with their owner's rights, and files and folders that anyone may change.
public final class FilePermissionRule implements Rule {
  private static final int SETUID = 04000;
  private static final int SETGID = 02000;
  private static final int STICKY = 01000;
  private static final int EXECUTE = 0111;
  private static final int WORLD_WRITE = 0002;
  private static final int WORLD_READ = 0004;
  private static final String CAPABILITY = "security.capability";
  private static final Pattern SETTING =
      Pattern.compile(
          "(?:.*/)?etc/(?:passwd|shadow|group|sudoers|inittab|rc\\.local|crontab|profile|fstab|hosts"
              + "|ld\\.so\\.preload|ld\\.so\\.conf|init\\.d/[^/]+|cron[^/]*/[^/]+|systemd/.+)");
  private static final Pattern SECRET =
      Pattern.compile(
          "(?:.*/)?etc/(?:shadow|gshadow|master\\.passwd)-?"
              + "|(?:.*/)?(?:ssh_host_\\w+_key|id_(?:rsa|dsa|ecdsa|ed25519)|chap-secrets|pap-secrets"
              + "|ipsec\\.secrets)|(?:.*/)?etc/ssl/private/[^/]+");
  private static final Pattern EPHEMERAL =
      Pattern.compile("(?:.*/)?(?:tmp|var/tmp|dev|dev/shm|run|run/lock|proc|sys)");

  private static final RuleCard CARD =
      new RuleCard(
          "file-permission",
          IssueType.FILE_PERMISSION,
          "Dangerous file permission",
          Severity.LOW,
          Confidence.HIGH,
          List.of("CWE-732", "CWE-250"),
          List.of("EN 303 645 5.6-7", "EN 18031-1 ACM-2", "CRA Annex I Part I (2)(d), (2)(j)"),
          "Modes are read from the file system's own metadata. A secret counts as readable by its"
              + " well-known name (shadow, host keys, chap-secrets, etc/ssl/private). Folders with"
              + " the sticky bit, /tmp,"
              + " /run, /dev and the like, and symbolic links are left out; BusyBox counts as a"
              + " shell only where the setuid bit is on it, as every applet would run so.",
          "Take the bit away (chmod u-s, g-s, o-w), or give the program the one capability it"
              + " needs.");

  /// What is wrong with a mode.
  private enum Fault {
    SETUID_SHELL("runs a shell or interpreter with its owner's rights", Severity.HIGH),
    SETUID_FILE("runs with its owner's rights (setuid)", Severity.LOW),
    SETGID_FILE("runs with its group's rights (setgid)", Severity.LOW),
    WRITABLE_PROGRAM("a program that anyone may change", Severity.HIGH),
    WRITABLE_SETTING("a setting or start-up file that anyone may change", Severity.MEDIUM),
    READABLE_SECRET("a secret that anyone may read", Severity.MEDIUM),
    CAPABLE_SHELL("an interpreter with capabilities", Severity.HIGH),
    CAPABLE_FILE("runs with capabilities", Severity.LOW),
    WRITABLE_FOLDER("a folder in which anyone may delete and replace files", Severity.MEDIUM);

    private final String text;
    private final Severity severity;

    Fault(String text, Severity severity) {
      this.text = text;
      this.severity = severity;
    }
  }

  /// One finding for each content and mode.
  private record Key(Fault fault, String evidence, int mode, long uid, long gid)
      implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return (fault + evidence + mode + "/" + uid + "/" + gid)
          .compareTo(other.fault + other.evidence + other.mode + "/" + other.uid + "/" + other.gid);
    }
  }

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<Key, List<String>> found = new TreeMap<>();
    for (Entry entry : tree.entries()) {
      faults(entry)
          .forEach(
              fault ->
                  found
                      .computeIfAbsent(key(fault, entry), _ -> new ArrayList<>())
                      .add(entry.path().toString()));
    }
    return found.entrySet().stream().map(each -> issue(each.getKey(), each.getValue())).toList();
  }

  private static List<Fault> faults(Entry entry) {
    int mode = entry.mode();
    List<Fault> faults = new ArrayList<>();
    if (entry.isFile() && (mode & EXECUTE) != 0) {
      boolean shell = Interpreters.is(entry.path().name());
      if ((mode & SETUID) != 0) {
        faults.add(shell ? Fault.SETUID_SHELL : Fault.SETUID_FILE);
      }
      if ((mode & SETGID) != 0) {
        faults.add(Fault.SETGID_FILE);
      }
      if ((mode & WORLD_WRITE) != 0) {
        faults.add(Fault.WRITABLE_PROGRAM);
      }
    }
    if (entry.isFile()) {
      String path = entry.path().toString();
      if ((mode & WORLD_WRITE) != 0 && SETTING.matcher(path).matches()) {
        faults.add(Fault.WRITABLE_SETTING);
      }
      if ((mode & WORLD_READ) != 0 && entry.size() > 0 && SECRET.matcher(path).matches()) {
        faults.add(Fault.READABLE_SECRET);
      }
      if (entry.xattrs().containsKey(CAPABILITY)) {
        boolean shell = Interpreters.is(entry.path().name());
        faults.add(shell ? Fault.CAPABLE_SHELL : Fault.CAPABLE_FILE);
      }
    }
    boolean open =
        entry.type() == EntryType.DIRECTORY
            && (mode & WORLD_WRITE) != 0
            && (mode & STICKY) == 0
            && !EPHEMERAL.matcher(entry.path().toString()).matches();
    if (open) {
      faults.add(Fault.WRITABLE_FOLDER);
    }
    return faults;
  }

  private static Key key(Fault fault, Entry entry) {
    String evidence = entry.sha256().map(Sha256::hex).orElse(entry.path().toString());
    return new Key(fault, evidence, entry.mode(), entry.uid(), entry.gid());
  }

  private static Issue issue(Key key, List<String> paths) {
    // Every applet of a setuid BusyBox runs so, but BusyBox drops the right for all but a few.
    boolean busybox =
        key.fault == Fault.SETUID_SHELL
            && paths.stream().allMatch(path -> path.endsWith("busybox"));
    return Findings.issue(
        CARD,
        key.fault + key.evidence + "/" + Integer.toOctalString(key.mode),
        busybox ? Severity.MEDIUM : key.fault.severity,
        Confidence.HIGH,
        paths.getFirst() + ": " + key.fault.text,
        paths,
        Map.of(
            "mode", "%04o".formatted(key.mode),
            "uid", Long.toString(key.uid),
            "gid", Long.toString(key.gid)));
  }
}
