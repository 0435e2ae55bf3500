package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.advisory.index.FeedNote;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import java.util.List;
import org.junit.jupiter.api.Test;

class StarterTest {
  @Test
  void findsWellKnownVulnerabilitiesWithoutFeeds() {
    List<Component> components =
        List.of(
            Components.of("busybox", "busybox", "1.35.0"),
            Components.of("openssl", "openssl", "1.0.1e"),
            Components.of("linux", "linux_kernel", "5.10.100"));
    try (AdvisoryIndex index = AdvisoryIndex.starter()) {
      List<CveMatch> matches =
          new Matcher().match(components, FirmwareEnvironment.of(components), index);
      List<String> ids = matches.stream().map(CveMatch::cve).toList();
      assertTrue(ids.containsAll(List.of("CVE-2022-30065", "CVE-2022-28391")), ids::toString);
      assertTrue(ids.containsAll(List.of("CVE-2014-0160", "CVE-2022-0847")), ids::toString);
      CveMatch heartbleed =
          matches.stream().filter(m -> m.cve().equals("CVE-2014-0160")).findFirst().orElseThrow();
      assertTrue(heartbleed.knownExploited());
      assertEquals(7.5, heartbleed.cvssScore());
      assertTrue(
          heartbleed.reasons().contains("known-exploited: in CISA's catalogue since 2022-05-04"));
    }
  }

  @Test
  void aKernelOfARepairedSeriesIsNotAffected() {
    assertTrue(linux("4.4.20").contains("CVE-2016-5195"));
    assertFalse(linux("4.4.302").contains("CVE-2016-5195"));
    assertTrue(linux("5.15.19").contains("CVE-2022-0492"));
    assertFalse(linux("5.15.20").contains("CVE-2022-0492"));
    assertTrue(linux("5.10.119").contains("CVE-2022-32250"));
    assertFalse(linux("5.10.120").contains("CVE-2022-32250"));
    assertEquals(List.of(), linux("6.1.100"));
  }

  private static List<String> linux(String version) {
    List<Component> components = List.of(Components.of("linux", "linux_kernel", version));
    try (AdvisoryIndex index = AdvisoryIndex.starter()) {
      return new Matcher()
          .match(components, FirmwareEnvironment.of(components), index).stream()
              .map(CveMatch::cve)
              .toList();
    }
  }

  @Test
  void everyStarterFactIsReadAndWhole() {
    try (AdvisoryIndex index = AdvisoryIndex.starter()) {
      FeedNote note = index.manifest().feeds().getFirst();
      assertEquals("facts", note.kind());
      assertEquals(0, note.malformed());
      assertEquals(note.records(), index.vulnerabilities());
      assertTrue(index.vulnerabilities() >= 40);
      assertEquals(List.of(), index.damagedSections());
      assertTrue(
          index.find("CVE-2022-0778").orElseThrow().description().startsWith("OpenSSL loops"));
      assertTrue(index.find("CVE-1999-0001").isEmpty());
    }
  }
}
