package io.firmament.analysis.inspect.rules;

import static io.firmament.analysis.inspect.Inspected.by;
import static io.firmament.analysis.inspect.Inspected.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.inspect.Inspection;
import io.firmament.analysis.inspect.Table;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KernelRulesTest {
  private static final String TITLE = "#\n# Linux/arm64 5.10.100 Kernel Configuration\n#\n";

  @Test
  void readsTheConfigurationInsideAKernelAndBesideItAsOne() throws IOException {
    String text = configuration("# CONFIG_SECCOMP is not set\nCONFIG_DEVKMEM=y\n");
    MemoryTree tree =
        new MemoryTree()
            .file("boot/config-5.10", text)
            .file("vmlinux", 0644, kernel(text.getBytes(StandardCharsets.UTF_8)));
    List<Issue> issues = by("kernel-configuration", tree);
    assertEquals(3, issues.size());
    for (Issue issue : issues) {
      assertEquals(List.of("boot/config-5.10", "vmlinux"), issue.paths());
    }
    Issue summary =
        issues.stream().filter(i -> i.facts().containsKey("asWanted")).findFirst().orElseThrow();
    assertEquals("SECCOMP", summary.facts().get("off"));
    assertEquals("DEVKMEM", summary.facts().get("on"));
    assertEquals("arm64", summary.facts().get("architecture"));
  }

  @Test
  void leavesOpenWhatAConfigurationDoesNotMention() {
    MemoryTree tree = new MemoryTree().file("boot/config-5.10", configuration(""));
    assertEquals(List.of(), by("kernel-configuration", tree));
  }

  @Test
  void takesNoOtherFileForAConfiguration() {
    String few = TITLE + "# CONFIG_SECCOMP is not set\n";
    MemoryTree tree =
        new MemoryTree()
            .file("boot/config-5.10", few)
            .file("notes", configuration("# CONFIG_SECCOMP is not set\n").replace(TITLE, ""))
            .file("kernel", "IKCFG_ST\u001f\u008b and no gzip");
    assertEquals(List.of(), by("kernel-configuration", tree));
  }

  @Test
  void holdsOptionsEachOnceWithAKnownWish() {
    List<List<String>> rows = Table.read("kernel-options.tsv", 4);
    assertEquals(rows.size(), rows.stream().map(List::getFirst).distinct().count());
    assertTrue(rows.stream().allMatch(row -> row.get(1).matches("[yn]")));
  }

  @ParameterizedTest
  @CsvSource({
    "Linux version 3.10.14 (b@h) (gcc) #1 Mon, HIGH, 2017-11-05",
    "Linux version 2.6.36.4brcmarm (b@h) (gcc) #1 Mon, HIGH, 2023-01-31",
    "Linux version 4.13.0 (b@h) (gcc) #1 SMP, HIGH, 2023-01-31",
    "Linux version 4.19.0-26-amd64 (b@h) (gcc) #1 SMP Debian 4.19.304-1, LOW, 2024-12-05"
  })
  void knowsTheSeriesThatEnded(String banner, Severity severity, String end) {
    Issue issue = only("outdated-kernel", new MemoryTree().file("vmlinux", "\0" + banner + "\n\0"));
    assertEquals(severity, issue.severity());
    assertEquals(end, issue.facts().get("endOfSupport"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Linux version 6.1.55 (b@h) (gcc) #1 SMP",
        "Linux version 5.10.100 (b@h) (gcc) #1 SMP",
        "Linux version 7.2.1 (b@h) (gcc) #1 SMP",
        "Linux version 3.10.14 is old",
        "Linux version %s (%s) #1"
      })
  void leavesOthersAlone(String banner) {
    MemoryTree tree = new MemoryTree().file("vmlinux", "\0" + banner + "\n\0");
    assertEquals(List.of(), by("outdated-kernel", tree));
  }

  @Test
  void judgesOnTheDayOfTheAnalysis() {
    MemoryTree tree =
        new MemoryTree().file("vmlinux", "\0Linux version 5.10.100 (b@h) (gcc) #1 SMP\n\0");
    List<Issue> later = Inspection.standard().inspect(tree, LocalDate.of(2027, 1, 1));
    assertEquals("outdated-kernel", later.getFirst().rule());
  }

  @Test
  void countsModulesWithoutASignatureOnce() {
    byte[] module = module("vermagic=6.1.0 SMP mod_unload\0intree=Y\0");
    byte[] signed = java.util.Arrays.copyOf(module, module.length + 28);
    byte[] mark = "~Module signature appended~\n".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(mark, 0, signed, module.length, mark.length);
    MemoryTree tree =
        new MemoryTree()
            .file("lib/modules/6.1.0/a.ko", 0644, module)
            .file("lib/modules/6.1.0/b.ko", 0644, module("vermagic=6.1.0 SMP mod_unload\0"))
            .file("lib/modules/6.1.0/c.ko", 0644, signed);
    Issue issue = only("kernel-module", tree);
    assertEquals("3", issue.facts().get("modules"));
    assertEquals("2", issue.facts().get("unsigned"));
    assertEquals("1", issue.facts().get("fromOutsideTheKernel"));
    MemoryTree good = new MemoryTree().file("c.ko", 0644, signed);
    assertEquals(List.of(), by("kernel-module", good));
  }

  private static byte[] module(String info) {
    byte[] bytes = info.getBytes(StandardCharsets.US_ASCII);
    return TestElf.x86_64().type(1).section(".modinfo", 1, bytes).build();
  }

  private static String configuration(String lines) {
    StringBuilder text = new StringBuilder(TITLE);
    for (int i = 0; i < 60; i++) {
      text.append("CONFIG_DRIVER_").append(i).append("=y\n");
    }
    return text + lines;
  }

  private static byte[] kernel(byte[] configuration) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(configuration);
    }
    ByteArrayOutputStream kernel = new ByteArrayOutputStream();
    kernel.writeBytes(new byte[5000]);
    kernel.writeBytes("IKCFG_ST".getBytes(StandardCharsets.US_ASCII));
    kernel.writeBytes(packed.toByteArray());
    kernel.writeBytes("IKCFG_ED".getBytes(StandardCharsets.US_ASCII));
    kernel.writeBytes(new byte[100]);
    return kernel.toByteArray();
  }
}
