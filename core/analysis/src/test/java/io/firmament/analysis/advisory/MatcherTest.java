package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatcherTest {
  private static final FirmwareEnvironment LINUX =
      new FirmwareEnvironment(
          OperatingSystem.LINUX, Optional.of("mips"), Optional.empty(), List.of());

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "openssl, openssl, 1.0.2k, CVE-2022-0778, true",
    "openssl, openssl, 1.0.2zc, CVE-2022-0778, true",
    "openssl, openssl, 1.0.2zd, CVE-2022-0778, false",
    "openssl, openssl, 1.1.1m, CVE-2022-0778, true",
    "openssl, openssl, 1.1.1n, CVE-2022-0778, false",
    "openssl, openssl, 3.0.1, CVE-2022-0778, true",
    "openssl, openssl, 3.0.2, CVE-2022-0778, false",
    "openssl, openssl, 1.1.0l, CVE-2022-0778, true",
    "openssl, openssl, 3.0.3, CVE-2022-2274, false",
    "openssl, openssl, 3.0.4, CVE-2022-2274, true",
    "openssl, openssl, 3.0.5, CVE-2022-2274, false",
    "busybox, busybox, 1.34.1, CVE-2022-30065, false",
    "busybox, busybox, 1.35.0, CVE-2022-30065, true",
    "busybox, busybox, 1.35.0, CVE-2022-28391, true",
    "busybox, busybox, 1.36.0, CVE-2022-28391, false",
    "thekelleys, dnsmasq, 2.86, CVE-2022-0934, true",
    "thekelleys, dnsmasq, 2.87, CVE-2022-0934, false",
    "the_kelleys, dnsmasq, 2.86, CVE-2022-0934, true",
    "thekelleys, dnsmasq, 2.80rc1, CVE-2020-25681, true",
    "thekelleys, dnsmasq, 2.80test3, CVE-2020-25681, true",
    "zlib, zlib, 1.2.12, CVE-2022-37434, true",
    "zlib, zlib, 1.2.13, CVE-2022-37434, false",
    "uclibc-ng_project, uclibc-ng, 1.0.40, CVE-2022-30295, true",
    "uclibc-ng_project, uclibc-ng, 1.0.41, CVE-2022-30295, false",
    "uclibc, uclibc, 0.9.33.2, CVE-2022-30295, true",
    "uclibc-ng_project, uclibc-ng, 1.0.39, CVE-2022-29503, false",
    "w1.fi, hostapd, 2.9, CVE-2022-23303, true",
    "w1.fi, wpa_supplicant, 2.10, CVE-2022-23303, false",
    "linux, linux_kernel, 5.10.100, CVE-2022-0185, false",
    "linux, linux_kernel, 5.10.92, CVE-2022-0185, true",
    "dropbear_ssh_project, dropbear_ssh, 2019.78, CVE-2021-36369, true",
    "dropbear_ssh_project, dropbear_ssh, 0.52, CVE-2021-36369, true",
    "matt_johnston, dropbear_ssh_server, 2019.78, CVE-2021-36369, true",
    "dropbear_ssh_project, dropbear_ssh, 2022.82, CVE-2021-36369, false",
    "openbsd, openssh, 8.5p1, CVE-2024-6387, true",
    "openbsd, openssh, 8.4p1, CVE-2024-6387, false",
    "openbsd, openssh, 9.8p1, CVE-2024-6387, false",
  })
  void matchesTheStarterFacts(
      String vendor, String product, String version, String cve, boolean affected) {
    try (AdvisoryIndex index = AdvisoryIndex.starter()) {
      List<Component> components = List.of(Components.of(vendor, product, version));
      List<CveMatch> matches = new Matcher().match(components, LINUX, index);
      assertEquals(
          affected, matches.stream().anyMatch(m -> m.cve().equals(cve)), matches::toString);
    }
  }

  @Test
  void aPlatformIsNeverTheSubject() throws IOException {
    String feed =
        nvd(
            "CVE-2023-3079",
            all(
                any(leaf(true, "a:google:chrome:*", "\"versionEndExcluding\":\"114.0\"")),
                any(leaf(false, "o:linux:linux_kernel:-", ""))));
    assertEquals(List.of(), match(feed, LINUX, Components.of("linux", "linux_kernel", "6.1.55")));
    CveMatch chrome = match(feed, LINUX, Components.of("google", "chrome", "100.0")).getFirst();
    assertEquals(-1, chrome.score());
    assertFalse(reasons(chrome).contains("platform-"), reasons(chrome));
  }

  @Test
  void aContradictedPlatformKeepsTheMatchWithAHiddenScore() throws IOException {
    String feed =
        nvd(
            "CVE-2000-0001",
            all(
                any(leaf(true, "a:haxx:curl:*", "\"versionEndExcluding\":\"9\"")),
                any(leaf(false, "o:microsoft:windows:-", ""))));
    CveMatch match = match(feed, LINUX, Components.of("haxx", "curl", "7.0")).getFirst();
    assertEquals(-6, match.score());
    assertTrue(reasons(match).contains("platform-contradicted"), reasons(match));
  }

  @Test
  void anUnknownPlatformLowersTheScoreAndSaysSo() throws IOException {
    String feed =
        nvd(
            "CVE-2000-0002",
            all(
                any(leaf(true, "o:tp-link:tl-wr841n_firmware:1.0", "")),
                any(leaf(false, "h:tp-link:tl-wr841n:-", ""))));
    Component firmware = Components.of("tp-link", "tl-wr841n_firmware", "1.0");
    CveMatch unknown = match(feed, LINUX, firmware).getFirst();
    assertEquals(2, unknown.score());
    assertTrue(reasons(unknown).contains("platform-unknown"), reasons(unknown));
    FirmwareEnvironment known =
        new FirmwareEnvironment(
            OperatingSystem.LINUX,
            Optional.empty(),
            Optional.empty(),
            List.of("cpe:2.3:h:tp-link:tl-wr841n:v9:*:*:*:*:*:*:*"));
    assertEquals(3, match(feed, known, firmware).getFirst().score());
    assertEquals(
        List.of(), match(feed, known, Components.of("tp-link", "tl-wr841n_firmware", "1.1")));
  }

  @Test
  void negationTurnsTheConditionAround() throws IOException {
    String negated =
        "{\"operator\":\"OR\",\"negate\":true,\"cpeMatch\":["
            + leaf(false, "a:openssl:openssl:*", "\"versionStartIncluding\":\"3.0\"")
            + "]}";
    String feed = nvd("CVE-2000-0003", all(any(leaf(true, "a:haxx:curl:7.0", "")), negated));
    Component curl = Components.of("haxx", "curl", "7.0");
    Component old = Components.of("openssl", "openssl", "1.1.1");
    Component current = Components.of("openssl", "openssl", "3.0.1");
    assertEquals(3, match(feed, LINUX, curl, old).getFirst().score());
    assertEquals(-2, match(feed, LINUX, curl, current).getFirst().score());
  }

  @Test
  void readsTheUpdateOfAVersion() throws IOException {
    String feed =
        nvd(
            "CVE-2022-38333",
            any(
                leaf(true, "o:openwrt:openwrt:*", "\"versionEndExcluding\":\"21.02.3\""),
                "{\"vulnerable\":true,\"criteria\":\"cpe:2.3:o:openwrt:openwrt:22.03.0:rc6:*:*:*:*:*:*\"}"));
    assertEquals(1, match(feed, LINUX, Components.of("openwrt", "openwrt", "22.03.0-rc6")).size());
    assertEquals(0, match(feed, LINUX, Components.of("openwrt", "openwrt", "22.03.0")).size());
    assertEquals(1, match(feed, LINUX, Components.of("openwrt", "openwrt", "21.02.2")).size());
    assertEquals(0, match(feed, LINUX, Components.of("openwrt", "openwrt", "21.02.3")).size());
  }

  @Test
  void naMatchesNothingAndTheStarterFactsStandIn() throws IOException {
    String feed = nvd("CVE-2022-0934", any(leaf(true, "a:thekelleys:dnsmasq:-", "")));
    assertEquals(
        1,
        match(feed, LINUX, Components.of("thekelleys", "dnsmasq", "2.86")).stream()
            .filter(m -> m.cve().equals("CVE-2022-0934"))
            .count());
    String apache = nvd("CVE-2000-0004", any(leaf(true, "a:apache:http_server:-", "")));
    assertEquals(0, match(apache, LINUX, Components.of("apache", "http_server", "2.4.53")).size());
  }

  @Test
  void neverMatchesByProductNameAlone() throws IOException {
    String feed =
        nvd(
            "CVE-2000-0005",
            any(leaf(true, "o:redhat:linux:*", ""), leaf(true, "o:gentoo:linux:1.3.3", "")));
    assertEquals(0, match(feed, LINUX, Components.of("acme", "linux", "1.3.3")).size());
    String wild = nvd("CVE-2000-0006", any(leaf(true, "a:amd:xrandr:*", "")));
    assertEquals(0, match(wild, LINUX, Components.of("x.org", "xrandr", "1.0")).size());
  }

  @Test
  void aProductOfAnEcosystemNeedsAComponentOfIt() throws IOException {
    String feed =
        nvd(
            "CVE-2021-27478",
            any(
                "{\"vulnerable\":true,\"criteria\":\"cpe:2.3:a:opener_project:opener:1.0:*:*:*:*:node.js:*:*\"}"));
    Component binary = Components.of("opener_project", "opener", "1.0");
    assertEquals(0, match(feed, LINUX, binary).size());
    Component npm = Components.ofPurl("pkg:npm/opener@1.0", "opener_project", "opener", "1.0");
    assertEquals(1, match(feed, LINUX, npm).size());
  }

  @Test
  void whatCannotBeOrderedIsKeptForTriage() throws IOException {
    String feed =
        nvd(
            "CVE-2000-0007",
            any(leaf(true, "a:busybox:busybox:*", "\"versionEndExcluding\":\"1.36\"")));
    for (String version : List.of("1.35.x", "git-abcdef", "20230101", "2023-01-01")) {
      CveMatch match =
          match(feed, LINUX, Components.of("busybox", "busybox", version)).stream()
              .filter(m -> m.cve().equals("CVE-2000-0007"))
              .findFirst()
              .orElseThrow();
      assertEquals(-3, match.score());
      assertTrue(reasons(match).contains("unreadable-version"), reasons(match));
    }
    CveMatch unversioned =
        match(feed, LINUX, Components.of("busybox", "busybox", null)).stream()
            .filter(m -> m.cve().equals("CVE-2000-0007"))
            .findFirst()
            .orElseThrow();
    assertTrue(reasons(unversioned).startsWith("no-version"), reasons(unversioned));
  }

  @Test
  void packagesAreMatchedByTheirSourceAndSayThatPatchesAreUnknown() throws IOException {
    Component deb =
        Components.packaged("deb", "zlib1g", "zlib", "1:1.2.11.dfsg-2+deb11u2", "debian-11");
    Component apk = Components.packaged("apk", "busybox", "busybox", "1.35.0-r2", "alpine-3.16");
    List<CveMatch> matches = match("{\"vulnerabilities\":[]}", LINUX, deb, apk);
    CveMatch zlib =
        matches.stream().filter(m -> m.cve().equals("CVE-2022-37434")).findFirst().orElseThrow();
    assertTrue(
        reasons(zlib)
            .contains("distribution-may-have-backported: compared by the upstream version 1.2.11 "),
        reasons(zlib));
    assertEquals(-3, zlib.score());
    assertTrue(matches.stream().anyMatch(m -> m.cve().equals("CVE-2022-30065") && m.score() == 1));
  }

  @Test
  void rejectedAndDisputedAreWhatTheyAre() throws IOException {
    String rejected =
        nvd("CVE-2000-0008", any(leaf(true, "a:haxx:curl:*", "")))
            .replace("\"Analyzed\"", "\"Rejected\"");
    Component curl = Components.of("haxx", "curl", "99");
    assertEquals(0, match(rejected, LINUX, curl).size());
    String disputed =
        nvd("CVE-2000-0009", any(leaf(true, "a:haxx:curl:99", "")))
            .replace("\"words\"", "\"** DISPUTED ** words\"");
    CveMatch match = match(disputed, LINUX, curl).getFirst();
    assertEquals(0, match.score());
    assertTrue(reasons(match).contains("disputed"), reasons(match));
  }

  @Test
  void aliasesBecomeOneFinding() throws IOException {
    String feed =
        """
        {"format":"firmament-facts/1","facts":[
        {"id":"GHSA-xxxx","aliases":["CVE-2000-0010"],"description":"words","affected":[{"cpe":"cpe:2.3:a:acme:router:1:*:*:*:*:*:*:*"}]},
        {"id":"CVE-2000-0010","description":"words","affected":[{"cpe":"cpe:2.3:a:acme:router:1:*:*:*:*:*:*:*"}]}]}
        """;
    List<CveMatch> matches = match(feed, LINUX, Components.of("acme", "router", "1"));
    assertEquals(List.of("CVE-2000-0010"), matches.stream().map(CveMatch::cve).toList());
    assertEquals(List.of("GHSA-xxxx"), matches.getFirst().aliases());
  }

  @Test
  void theSameInputGivesTheSameMatches() {
    List<Component> components =
        List.of(
            Components.of("openssl", "openssl", "1.0.1e"),
            Components.of("busybox", "busybox", "1.20.0"));
    try (AdvisoryIndex first = AdvisoryIndex.starter();
        AdvisoryIndex second = AdvisoryIndex.starter()) {
      assertEquals(
          new Matcher().match(components, LINUX, first),
          new Matcher().match(components.reversed(), LINUX, second));
    }
  }

  private List<CveMatch> match(
      String feed, FirmwareEnvironment environment, Component... components) throws IOException {
    Path file = Files.writeString(folder.resolve("feed.json"), feed);
    Path out = folder.resolve("index.fwvx");
    BuildReport report = IndexBuilder.build(List.of(file), out);
    assertEquals(List.of(), report.feeds().getLast().problems());
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      return new Matcher().match(List.of(components), environment, index);
    }
  }

  private static String reasons(CveMatch match) {
    return match.reasons().stream().collect(Collectors.joining("; "));
  }

  private static String nvd(String id, String configuration) {
    return "{\"format\":\"NVD_CVE\",\"timestamp\":\"2026-01-01T00:00:00.000\",\"vulnerabilities\":[{\"cve\":{\"id\":\""
        + id
        + "\",\"vulnStatus\":\"Analyzed\",\"lastModified\":\"2026-01-01T00:00:00.000\",\"descriptions\":[{\"lang\":\"en\",\"value\":\"words\"}],\"configurations\":["
        + (configuration.startsWith("{\"operator\":\"AND\"")
            ? configuration
            : "{\"nodes\":[" + configuration + "]}")
        + "]}}]}";
  }

  private static String all(String... nodes) {
    return "{\"operator\":\"AND\",\"nodes\":[" + String.join(",", nodes) + "]}";
  }

  private static String any(String... leaves) {
    return "{\"operator\":\"OR\",\"negate\":false,\"cpeMatch\":[" + String.join(",", leaves) + "]}";
  }

  private static String leaf(boolean vulnerable, String name, String range) {
    return "{\"vulnerable\":"
        + vulnerable
        + ",\"criteria\":\"cpe:2.3:"
        + name
        + ":*:*:*:*:*:*:*\""
        + (range.isEmpty() ? "" : "," + range)
        + "}";
  }
}
