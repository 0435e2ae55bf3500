package io.firmament.analysis.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Component;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class VersionRulesTest {
  private static final Inventory INVENTORY = Inventory.standard();

  static Stream<VersionRule> rules() {
    return VersionRules.load().stream();
  }

  @Test
  void hasRulesForTheUsualSoftwareOfDevices() {
    assertTrue(rules().count() >= 300);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void readsTheVersionFromTheProductItself(VersionRule rule) {
    Component found = product(rule, itself(rule, rule.example().text())).orElseThrow();
    assertEquals(rule.example().version(), found.version());
    assertEquals(rule.vendor(), found.vendor());
    assertEquals(List.of(rule.licence()), found.licenses());
    assertEquals(rule.cryptographic(), found.cryptographic());
    assertEquals("usr/lib/" + rule.example().file(), found.paths().getFirst());
    assertTrue(
        found.evidence().stream().anyMatch(seen -> seen.detector().equals("rule:" + rule.id())));
  }

  /// A program that was built against the library, or that merely speaks of the product.
  @ParameterizedTest
  @MethodSource("rules")
  void doesNotTakeAnUnrelatedFileWithTheBannerForTheProduct(VersionRule rule) {
    byte[] other =
        TestElf.arm().needs(soname(rule).orElse("libc.so.6")).text(rule.example().text()).build();
    MemoryTree tree = new MemoryTree().file("usr/bin/unrelated", 0755, other);
    assertEquals(Optional.empty(), product(rule, tree));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void readsNoVersionFromATextThatOnlyLooksAlike(VersionRule rule) {
    if (rule.counter().isEmpty()) {
      return;
    }
    String version =
        product(rule, itself(rule, rule.counter())).map(Component::version).orElse(null);
    assertEquals(null, version);
  }

  /// Linked with the library, its functions imported, its banner inside, and even named like a
  /// program of the maker: still not the library.
  @ParameterizedTest
  @MethodSource("rules")
  void doesNotTakeAProgramThatImportsTheLibraryForIt(VersionRule rule) {
    Optional<String> library = soname(rule);
    if (library.isEmpty()) {
      return;
    }
    byte[] user =
        TestElf.arm()
            .needs(library.get(), "libc.so.6")
            .imports(rule.symbols().toArray(String[]::new))
            .text(rule.example().text())
            .text(rule.embedded().toArray(String[]::new))
            .build();
    MemoryTree tree = new MemoryTree().file("usr/sbin/vendord", 0755, user);
    assertEquals(Optional.empty(), product(rule, tree));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void knowsALibraryInAStaticProgramByWhatItDefines(VersionRule rule) {
    if (rule.symbols().size() < 2 || rule.version().isEmpty()) {
      return;
    }
    byte[] program =
        TestElf.mips()
            .defines(rule.symbols().toArray(String[]::new))
            .text(rule.example().text())
            .build();
    MemoryTree tree = new MemoryTree().file("usr/sbin/vendord", 0755, program);
    assertEquals(
        Optional.of(rule.example().version()), product(rule, tree).map(Component::version));
  }

  @Test
  void doesNotTakeATextOfARealTimeSystemInADocumentForIt() {
    for (VersionRule rule : rules().filter(VersionRule::raw).toList()) {
      String text = "It is built on " + rule.example().text().replace("\0", "").strip() + ".\n";
      MemoryTree tree = new MemoryTree().file("doc/NOTES", text.repeat(2_000));
      assertEquals(Optional.empty(), product(rule, tree), rule.id());
    }
  }

  @Test
  void knowsARealTimeSystemInARawImageAndNamesItAnOperatingSystem() {
    byte[] image = new byte[100_000];
    byte[] banner =
        "*** Booting Zephyr OS build v3.7.1 ***\n".getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(banner, 0, image, 70_000, banner.length);
    Component found =
        INVENTORY
            .identify(new MemoryTree().file("flash.bin", 0644, image), Progress.NONE)
            .components()
            .getFirst();
    assertEquals("operating-system", found.type());
    assertEquals("cpe:2.3:o:zephyrproject:zephyr:3.7.1:*:*:*:*:*:*:*", found.cpe());
  }

  @Test
  void doesNotTakeLuaJitForLua() {
    byte[] luajit = TestElf.arm().library("libluajit-5.1.so.2").text("LuaJIT 2.1.0-beta3").build();
    assertEquals(
        List.of("LuaJIT"),
        INVENTORY
            .identify(
                new MemoryTree().file("usr/lib/libluajit-5.1.so.2", 0644, luajit), Progress.NONE)
            .components()
            .stream()
            .map(Component::name)
            .toList());
  }

  @Test
  void leavesTheVersionOpenWhereAFileHasTwo() {
    VersionRule rule = rules().filter(r -> r.id().equals("dropbear")).findFirst().orElseThrow();
    byte[] two =
        TestElf.mips().text("SSH-2.0-dropbear_2019.78", "SSH-2.0-dropbear_2022.83").build();
    InventoryReport report =
        INVENTORY.identify(new MemoryTree().file("sbin/dropbear", 0755, two), Progress.NONE);
    Component found = report.components().getFirst();
    assertEquals(rule.product(), found.product());
    assertEquals(null, found.version());
    assertEquals(
        io.firmament.base.finding.Confidence.LOW, found.evidence().getFirst().confidence());
    assertTrue(report.notes().getFirst().startsWith("version-unclear: sbin/dropbear"));
  }

  @Test
  void knowsALibraryInsideAStaticProgramByItsFunctionsOrItsTexts() {
    byte[] functions =
        TestElf.arm()
            .text(" deflate 1.2.8 Copyright 1995-2013 Jean-loup Gailly and Mark Adler ")
            .defines("inflateInit2_", "deflateInit2_")
            .build();
    byte[] texts = TestElf.arm().text(" inflate 1.2.11 Copyright 1995-2017 Mark Adler ").build();
    MemoryTree tree = new MemoryTree().file("bin/a", 0755, functions).file("bin/b", 0755, texts);
    List<String> versions =
        INVENTORY.identify(tree, Progress.NONE).components().stream()
            .map(Component::version)
            .toList();
    assertEquals(List.of("1.2.11", "1.2.8"), versions);
  }

  @Test
  void refusesRulesThatCannotWork() {
    String whole =
        """
        id: a
        name: A
        type: application
        vendor: a
        product: a
        anchor: aaa
        version: aaa(?<version>1)
        file: ^a$
        licence: MIT
        source: a.c
        example: aaa1
        example-version: 1
        example-file: a
        """;
    assertEquals(1, VersionRules.parse(whole).size());
    for (String broken :
        List.of(
            whole.replace("?<version>", ""),
            whole.replace("anchor: aaa", "anchor: a"),
            whole.replace("file: ^a$\n", ""),
            whole.replace("vendor: a\n", ""),
            whole.replace("vendor:", "seller:"),
            whole.replace("licence: MIT", "licence: "),
            whole.replace("vendor: a\n", "vendor: a\npart: x\n"),
            whole + "\n" + whole)) {
      assertThrows(IllegalArgumentException.class, () -> VersionRules.parse(broken), broken);
    }
  }

  private static MemoryTree itself(VersionRule rule, String text) {
    TestElf elf = TestElf.arm().text(text);
    soname(rule).ifPresent(elf::library);
    return new MemoryTree().file("usr/lib/" + rule.example().file(), 0755, elf.build());
  }

  /// The SONAME of the example, where the example is a library.
  private static Optional<String> soname(VersionRule rule) {
    return rule.soname()
        .filter(pattern -> pattern.matcher(rule.example().file()).matches())
        .map(_ -> rule.example().file());
  }

  private static Optional<Component> product(VersionRule rule, MemoryTree tree) {
    return INVENTORY.identify(tree, Progress.NONE).components().stream()
        .filter(component -> rule.product().equals(component.product()))
        .findFirst();
  }
}
