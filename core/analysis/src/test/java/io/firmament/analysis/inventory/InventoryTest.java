package io.firmament.analysis.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.cache.MemoryBlobCache;
import io.firmament.analysis.cache.Reuse;
import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Component;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@SuppressWarnings("StringConcatToTextBlock") // stanzas side by side
final class InventoryTest {
  private static final String DEBIAN =
      """
      PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
      NAME="Debian GNU/Linux"
      VERSION_ID="12"
      ID=debian
      """;
  private static final String STATUS =
      """
      Package: busybox-udeb
      Status: install ok unpacked
      Source: busybox
      Version: 1:1.35.0-4+b3
      Architecture: armhf
      Description: Tiny utilities
       and more

      Package: gone
      Status: deinstall ok config-files
      Version: 1.0
      Architecture: armhf

      Package: libssl3
      Status: install ok installed
      Source: openssl (3.0.17-1~deb12u2)
      Version: 3.0.17-1~deb12u2
      Architecture: armhf
      """;

  private static byte[] busybox(String version) {
    return TestElf.arm()
        .text("BusyBox v" + version + " (2022)", "BusyBox is copyrighted by many authors")
        .build();
  }

  @Test
  void tellsWhichComponentsNeedWhich() {
    byte[] zlib = TestElf.arm().type(3).library("libz.so.1").text("zlib").build();
    InventoryReport report =
        identify(
            new MemoryTree()
                .file("usr/lib/libz.so.1.2.13", 0755, zlib)
                .file(
                    "usr/lib/libfoo.so",
                    0755,
                    TestElf.arm().type(3).needs("libz.so.1", "gone").build())
                .file("other/usr/lib/libz.so.1.2.13", 0755, zlib)
                .file(
                    "lib/apk/db/installed",
                    """
                    P:foo
                    V:1.0-r0
                    D:so:libz.so.1 bar>2 !baz cmd:sh
                    F:usr/lib
                    R:libfoo.so

                    P:bar
                    V:3-r1

                    P:busybox
                    V:1.36.1-r0
                    p:cmd:sh=1.36.1-r0 cmd:awk=1.36.1-r0
                    """));
    Component foo = named(report, "foo");
    ComponentFacts facts = facts(report, foo).orElseThrow();
    assertEquals(
        Stream.of("bar", "busybox", "zlib").map(n -> named(report, n).id()).sorted().toList(),
        facts.dependsOn());
    assertEquals(64, String.valueOf(facts.sha256()).length());
    assertEquals(128, String.valueOf(facts.sha512()).length());
    assertEquals(Optional.empty(), facts(report, named(report, "bar")));
  }

  @Test
  void readsWhatDebianAndOpkgPackagesDependOn() {
    InventoryReport report =
        identify(
            new MemoryTree()
                .file(
                    "var/lib/dpkg/status",
                    "Package: a\nStatus: install ok installed\nVersion: 1\n"
                        + "Depends: missing | b:any (>= 1), virtual\nPre-Depends: c [arm]\n\n"
                        + "Package: b\nStatus: install ok installed\nVersion: 1\n\n"
                        + "Package: c\nStatus: install ok installed\nVersion: 1\nDepends: c\n\n"
                        + "Package: d\nStatus: install ok installed\nVersion: 1\n"
                        + "Provides: virtual (= 2)\n")
                .file(
                    "usr/lib/opkg/status",
                    "Package: e\nStatus: install ok installed\nVersion: 1\nDepends: b, f\n\n"
                        + "Package: f\nStatus: install ok installed\nVersion: 1\n"));
    assertEquals(
        Stream.of("b", "c", "d").map(n -> named(report, n).id()).sorted().toList(),
        facts(report, named(report, "a")).orElseThrow().dependsOn());
    assertTrue(
        facts(report, named(report, "e"))
            .orElseThrow()
            .dependsOn()
            .contains(named(report, "f").id()));
    assertEquals(Optional.empty(), facts(report, named(report, "c")));
  }

  @Test
  void tellsWhichAppletsProgramsAndKernelOptionsThereAre() {
    byte[] busybox = busybox("1.35.0");
    MemoryTree tree =
        new MemoryTree()
            .file("bin/busybox", 0755, busybox)
            .file("bin/hard", 0755, busybox)
            .file("usr/bin/curl", 0755, TestElf.arm().build())
            .file(
                "boot/config-6.1.0",
                "#\n# Automatically generated file; DO NOT EDIT.\n"
                    + "# Linux/arm 6.1.0 Kernel Configuration\n#\nCONFIG_BT=m\n"
                    + "# CONFIG_NFS_FS is not set\nCONFIG_HZ=100\nCONFIG_NET=y\n");
    ImageContents few = Objects.requireNonNull(identify(tree).contents());
    assertNull(few.applets(), "one name more says nothing of applets");
    for (int i = 0; i < 20; i++) {
      tree.link("bin/applet" + i, "busybox");
    }
    ImageContents contents = Objects.requireNonNull(identify(tree).contents());
    List<String> applets = Objects.requireNonNull(contents.applets());
    assertEquals(21, applets.size());
    assertTrue(applets.contains("hard") && applets.contains("applet7"), applets::toString);
    assertEquals(List.of("busybox", "curl", "hard"), contents.programs());
    assertEquals(List.of("BT", "NET"), contents.kernelOptions());
    tree.file("boot/config-6.2.0", "# Linux/arm 6.2.0 Kernel Configuration\nCONFIG_NET=y\n");
    assertNull(Objects.requireNonNull(identify(tree).contents()).kernelOptions());
  }

  private static Component named(InventoryReport report, String name) {
    return report.components().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " in " + report.components()));
  }

  private static Optional<ComponentFacts> facts(InventoryReport report, Component component) {
    return Objects.requireNonNull(report.facts()).stream()
        .filter(f -> f.id().equals(component.id()))
        .findFirst();
  }

  @Test
  void readsDebianPackagesWithTheirSourceAndDistribution() {
    InventoryReport report =
        identify(
            new MemoryTree()
                .file("etc/os-release", DEBIAN)
                .file("var/lib/dpkg/status", STATUS)
                .file("var/lib/dpkg/info/busybox-udeb.list", "/.\n/bin\n/bin/busybox\n/bin/sh\n")
                .file("bin/busybox", 0755, busybox("1.35.0"))
                .link("bin/sh", "busybox"));
    assertEquals(
        List.of("Debian GNU/Linux", "busybox-udeb", "libssl3"),
        report.components().stream().map(Component::name).toList());
    Component busybox = report.components().get(1);
    assertEquals("1:1.35.0-4+b3", busybox.version());
    assertEquals(
        "pkg:deb/debian/busybox-udeb@1:1.35.0-4%2Bb3?arch=armhf&distro=debian-12", busybox.purl());
    assertEquals("busybox", busybox.sourcePackage());
    assertEquals("cpe:2.3:a:busybox:busybox:1.35.0:*:*:*:*:*:*:*", busybox.cpe());
    assertEquals(List.of("bin/busybox"), busybox.paths());
    assertEquals(2, busybox.evidence().size());
    assertEquals("openssl", report.components().get(2).sourcePackage());
    assertEquals("debian", report.identity().distribution());
    assertEquals("arm", report.identity().architecture());
    assertEquals(32, report.identity().bits());
    assertEquals(List.of(), report.notes());
  }

  @Test
  void notesWhereAPackageAndItsFileDisagree() {
    InventoryReport report =
        identify(
            new MemoryTree()
                .file("var/lib/dpkg/status", STATUS)
                .file("var/lib/dpkg/info/busybox-udeb.list", "/bin/busybox\n")
                .file("bin/busybox", 0755, busybox("1.19.4")));
    assertTrue(report.notes().getFirst().startsWith("version-mismatch: bin/busybox"));
    assertEquals(
        1, report.components().stream().filter(c -> "busybox".equals(c.product())).count());
  }

  @Test
  void joinsAFileToItsPackageEvenWithoutAFileList() {
    InventoryReport report =
        identify(
            new MemoryTree()
                .file("var/lib/dpkg/status", STATUS)
                .file("bin/busybox", 0755, busybox("1.35.0")));
    List<Component> found =
        report.components().stream().filter(c -> "busybox".equals(c.product())).toList();
    assertEquals(1, found.size());
    assertEquals("busybox-udeb", found.getFirst().name());
    assertEquals(List.of("bin/busybox"), found.getFirst().paths());
  }

  @Test
  void readsOpkgAndItsLicencesUnderANestedRoot() {
    InventoryReport report =
        identify(
            new MemoryTree()
                .file(
                    "rootfs/etc/openwrt_release",
                    "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='22.03.5'\n")
                .file(
                    "rootfs/usr/lib/opkg/status",
                    lines(
                        "Package: dnsmasq",
                        "Version: 2.86-16",
                        "Status: install user installed",
                        "Architecture: mips_24kc"))
                .file(
                    "rootfs/usr/lib/opkg/info/dnsmasq.control",
                    lines(
                        "Package: dnsmasq",
                        "Version: 2.86-16",
                        "Source: package/network/services/dnsmasq",
                        "License: GPL-2.0",
                        "Architecture: mips_24kc"))
                .file("rootfs/usr/lib/opkg/info/dnsmasq.list", "/usr/sbin/dnsmasq\n")
                .file(
                    "rootfs/usr/sbin/dnsmasq", 0755, TestElf.mips().text("dnsmasq-2.86").build()));
    Component dnsmasq = report.components().getLast();
    assertEquals(2, report.components().size(), () -> report.components().toString());
    assertEquals(
        "pkg:opkg/openwrt/dnsmasq@2.86-16?arch=mips_24kc&distro=openwrt-22.03.5", dnsmasq.purl());
    assertEquals(List.of("GPL-2.0"), dnsmasq.licenses());
    assertEquals("cpe:2.3:a:thekelleys:dnsmasq:2.86:*:*:*:*:*:*:*", dnsmasq.cpe());
    assertEquals("big", report.identity().endianness());
  }

  @Test
  void readsAlpinePackages() {
    Component musl =
        identify(
                new MemoryTree()
                    .file("etc/alpine-release", "3.19.1\n")
                    .file(
                        "lib/apk/db/installed",
                        lines(
                            "P:musl",
                            "V:1.2.4-r2",
                            "A:aarch64",
                            "L:MIT",
                            "o:musl",
                            "F:lib",
                            "R:ld-musl-aarch64.so.1",
                            ""))
                    .file("lib/ld-musl-aarch64.so.1", "x"))
            .components()
            .getLast();
    assertEquals("pkg:apk/alpine/musl@1.2.4-r2?arch=aarch64&distro=alpine-3.19.1", musl.purl());
    assertEquals(List.of("MIT"), musl.licenses());
    assertEquals(List.of("lib/ld-musl-aarch64.so.1"), musl.paths());
  }

  @Test
  void fusesBannerModulesAndFolderIntoOneKernel() {
    String banner =
        "Linux version 6.1.0-50-armmp (debian-kernel@lists.debian.org)"
            + " (arm-linux-gnueabihf-gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils"
            + " for Debian) 2.40) #1 SMP Debian 6.1.176-1 (2026-09-01)";
    byte[] module =
        TestElf.arm()
            .type(1)
            .section(
                ".modinfo",
                1,
                "vermagic=6.1.0-50-armmp SMP ARMv7\0".getBytes(StandardCharsets.UTF_8))
            .build();
    byte[] kernel = new byte[40_000];
    byte[] text = (banner + "\n").getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, kernel, 30_000, text.length);
    InventoryReport report =
        identify(
            new MemoryTree()
                .file("boot/image", 0644, kernel)
                .directory("lib/modules/6.1.0-50-armmp", 0755)
                .file("lib/modules/6.1.0-50-armmp/kernel/a.ko", 0644, module));
    assertEquals(1, report.components().size());
    Component linux = report.components().getFirst();
    assertEquals("6.1.176", linux.version());
    assertEquals("cpe:2.3:o:linux:linux_kernel:6.1.176:*:*:*:*:*:*:*", linux.cpe());
    assertEquals(30_000L, linux.evidence().getFirst().offset());
    assertEquals("6.1.176", report.identity().kernelVersion());
  }

  @Test
  void takesTheKernelsVersionFromAPackageThatNamesItsRelease() {
    for (String[] each :
        List.of(
            new String[] {"crc-modules-6.1.0-50-armmp-di", "6.1.176-1", "6.1.176"},
            new String[] {"linux-image-6.1.0-50-armmp", "6.1.176-1", "6.1.176"},
            new String[] {"crc-modules-6.1.0-5-armmp-di", "6.1.176-1", "6.1.0"},
            new String[] {"tools-6.1.0-50-armmp", "12.2-1", "6.1.0"})) {
      InventoryReport report =
          identify(
              new MemoryTree()
                  .directory("lib/modules/6.1.0-50-armmp", 0755)
                  .file(
                      "var/lib/dpkg/status",
                      lines(
                          "Package: " + each[0],
                          "Status: install ok unpacked",
                          "Version: " + each[1],
                          "")));
      assertEquals(each[2], report.identity().kernelVersion(), each[0]);
    }
  }

  @Test
  void listsAnUnknownLibraryWithoutInventingAVersion() {
    Component found =
        identify(
                new MemoryTree()
                    .file(
                        "usr/lib/libvendor.so.3.2.1",
                        0755,
                        TestElf.arm().library("libvendor.so.3").build()))
            .components()
            .getFirst();
    assertEquals("libvendor", found.name());
    assertNull(found.version());
    assertNull(found.cpe());
  }

  @Test
  void saysTheSameInEveryRun() {
    MemoryTree tree = new MemoryTree().file("etc/os-release", DEBIAN);
    for (int i = 0; i < 60; i++) {
      tree.file("bin/busybox" + ".v" + i, 0755, busybox("1.2" + i % 7 + "." + i % 5));
      tree.file("lib/l" + i, 0644, TestElf.mips().library("lib" + i % 9 + ".so.1").build());
    }
    String first = json(identify(tree));
    for (int round = 0; round < 5; round++) {
      assertEquals(first, json(identify(tree)));
    }
  }

  @Test
  void tellsItsProgressToTheEnd() {
    MemoryTree tree = new MemoryTree().file("a", "1").file("b", "2").file("c", "1");
    AtomicLong last = new AtomicLong();
    Inventory.standard()
        .identify(tree, (done, total) -> last.accumulateAndGet(done * 10 + total, Math::max));
    assertEquals(22, last.get());
  }

  @Test
  void takesBrokenDatabasesAsTheyAre() {
    InventoryReport report =
        identify(
            new MemoryTree()
                .file("var/lib/dpkg/status", "Package\n:\nPackage: x\n\n\nVersion: 1\n\0\0")
                .file("lib/apk/db/installed", "P\nP:\nV:1\n\n:::\n")
                .file("etc/os-release", "=\nID")
                .file("usr/lib/opkg/status", "\n\n\n"));
    assertEquals(List.of(), report.components());
  }

  @Test
  void readsRealLibrariesOfThisMachine() throws IOException {
    Path openssl = Path.of("/usr/bin/openssl");
    assumeTrue(Files.exists(openssl), "no /usr/bin/openssl");
    MemoryTree tree = new MemoryTree().file("opt/tool", 0755, Files.readAllBytes(openssl));
    assertEquals(
        List.of(),
        identify(tree).components().stream().filter(c -> "openssl".equals(c.product())).toList(),
        "a program that only links to the library is not the library");
  }

  private static String lines(String... lines) {
    return String.join("\n", lines) + "\n";
  }

  private static InventoryReport identify(MemoryTree tree) {
    InventoryReport cold = Inventory.standard().identify(tree, Progress.NONE);
    MemoryBlobCache cache = new MemoryBlobCache(1 << 24);
    Inventory.standard().identify(tree, Progress.NONE, new Reuse(cache, "tenant"));
    Reuse known = new Reuse(cache, "tenant");
    assertEquals(cold, Inventory.standard().identify(tree, Progress.NONE, known));
    assertEquals(0, known.counts().looked());
    return cold;
  }

  private static String json(InventoryReport report) {
    return Jsonb.builder().build().type(InventoryReport.class).toJson(report);
  }
}
