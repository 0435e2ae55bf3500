package io.firmament.analysis.inspect.rules;

import static io.firmament.analysis.inspect.Inspected.by;
import static io.firmament.analysis.inspect.Inspected.only;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is asked for and not there.
class MissingFileRuleTest {
  private static final String RULE = "missing-file";

  private static byte[] program(String... libraries) {
    TestElf program = TestElf.arm();
    for (String library : libraries) {
      program.needs(library);
    }
    return program.build();
  }

  @Test
  void namesLibrariesThatNoFileLinkOrSonameProvides() {
    MemoryTree tree =
        new MemoryTree()
            .file("bin/a", 0755, program("libc.so.6", "libgone.so.1", "libother.so.2"))
            .file("bin/b", 0755, program("libgone.so.1"))
            .file("lib/libc-2.36.so", 0644, TestElf.arm().library("libc.so.6").build())
            .file("lib/libother.so.2.1", 0644, new byte[] {1})
            .link("lib/libother.so.2", "libother.so.2.1");
    Issue issue = only(RULE, tree);
    assertEquals(List.of("bin/a", "bin/b"), issue.paths());
    assertEquals("libgone.so.1", issue.facts().get("missing"));
    assertEquals(Severity.INFORMATIONAL, issue.severity());
  }

  @Test
  void namesInterpretersOfScripts() {
    MemoryTree tree =
        new MemoryTree()
            .file("bin/sh", 0755, new byte[] {1})
            .file("etc/init.d/rcS", 0755, "#!/bin/sh\necho".getBytes(UTF_8))
            .file("usr/bin/tool", 0755, "#! /usr/bin/perl -w\nprint".getBytes(UTF_8))
            .file("usr/bin/note", 0644, "#!not a path".getBytes(UTF_8));
    Issue issue = only(RULE, tree);
    assertEquals(List.of("usr/bin/tool"), issue.paths());
    assertEquals("/usr/bin/perl", issue.facts().get("missing"));
  }

  @Test
  void namesLinksThatLeadNowhereOrInCircles() {
    MemoryTree tree =
        new MemoryTree()
            .directory("lib", 0755)
            .file("lib/libz.so.1", 0644, new byte[] {1})
            .link("lib/libz.so", "libz.so.1")
            .link("lib/libslang.so", "libslang.so.2")
            .link("lib/loop", "loop")
            .link("usr/lib", "/lib");
    Issue issue = only(RULE, tree);
    assertEquals(List.of("lib/libslang.so", "lib/loop"), issue.paths());
    assertEquals("2", issue.facts().get("count"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/mounts",
        "../proc/self/mounts",
        "/tmp/resolv.conf",
        "/var/run",
        "../../run/lock",
        "/dev/null",
        "/var/log/messages"
      })
  void leavesLinksToWhatIsMadeAtRunTimeAlone(String target) {
    assertEquals(List.of(), by(RULE, new MemoryTree().link("etc/link", target)));
  }

  @Test
  void aFolderThatOnlyItsFilesTellOfIsThere() {
    MemoryTree tree =
        new MemoryTree().file("usr/share/www/index.html", "<p>").link("www", "usr/share/www");
    assertEquals(List.of(), by(RULE, tree));
  }
}
