package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.advisory.index.FeedNote;
import io.firmament.analysis.advisory.index.VulnerabilityRow;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Priority;
import io.firmament.base.finding.VulnerabilitySource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Feeds of every kind, told apart by their content. All records are made up.
class FeedFormatsTest {
  private static final String OSV =
      """
      {"schema_version":"1.6.0","id":"GHSA-aaaa-bbbb-cccc","modified":"2026-02-01T00:00:00Z",
       "aliases":["CVE-2000-1001","PYSEC-2000-1"],"summary":"An invented flaw of left.",
       "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
       "affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[
        {"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]}
      """;
  private static final String ALIAS =
      """
      {"id":"PYSEC-2000-1","modified":"2026-01-01T00:00:00Z","aliases":["GHSA-aaaa-bbbb-cccc"],
       "affected":[{"package":{"ecosystem":"PyPI","name":"Left_Pad"},"ranges":[
        {"type":"ECOSYSTEM","events":[{"introduced":"1.0"},{"last_affected":"1.5"}]}]}]}
      """;
  private static final String EPSS =
      """
      #model_version:v2026.01.01,score_date:2026-02-03T00:00:00+0000
      cve,epss,percentile
      CVE-2000-1001,0.25001,0.98765
      CVE-2000-1002,0.00043,0.1
      """;
  private static final String ALPINE =
      """
      ---
      distroversion: v3.19
      reponame: main
      archs:
        - x86_64
      packages:
        - pkg:
            name: hub
            secfixes:
              1.2-r1:
                - CVE-2000-1003
              '0':
                - CVE-2000-1004 GHSA-1111-2222-3333
        - pkg:
            name: other
            secfixes:
              2.0-r0: []
      """;

  @TempDir private Path folder;

  @Test
  void everyKindIsToldByItsContent() throws IOException {
    List<Path> feeds =
        List.of(
            write("a", nvd("CVE-2000-1001", "2026-01-01", "3.0")),
            zip("b", "npm/1.json", OSV, "README", "words", "pypi/2.json", ALIAS),
            gzip("c", EPSS),
            write("d", ALPINE),
            write("e", cve("CVE-2000-1002", "PUBLISHED") + "\n" + cve("CVE-2000-1005", "REJECTED")),
            write(
                "f",
                "{\"hub\":{\"CVE-2000-1003\":{\"releases\":{\"bookworm\":{\"status\":\"open\"}}}}}"));
    Path out = folder.resolve("index");
    BuildReport report = IndexBuilder.build(feeds, out);
    assertEquals(
        List.of("facts", "nvd", "osv", "epss", "alpine", "cve5", "debian"),
        report.feeds().stream().map(BuildReport.Feed::kind).toList());
    assertEquals(
        List.of(1, 2, 2, 3, 2, 1),
        report.feeds().stream().skip(1).map(BuildReport.Feed::records).toList());
    assertEquals(0, report.feeds().stream().mapToInt(BuildReport.Feed::malformed).sum());
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertEquals(List.of("alpine-3.19", "debian-12"), index.manifest().distributions());
      FeedNote epss = note(index, "epss");
      assertEquals("2026-02-03", epss.watermark());
      assertEquals("2026-02-01T00:00:00Z", note(index, "osv").newest());
      assertEquals(List.of(), index.damagedSections());
      assertTrue(index.find("CVE-2000-1005").orElseThrow().isRejected());
    }
  }

  @Test
  void idsOfOneVulnerabilityAreOneEntryThatNamesAllSources() throws IOException {
    Path out = folder.resolve("index");
    IndexBuilder.build(
        List.of(
            write("epss", EPSS),
            write("ndjson", OSV.replace("\n", "") + "\n" + ALIAS.replace("\n", "")),
            write("nvd", nvd("CVE-2000-1001", "2026-01-01", "3.0"))),
        out);
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertTrue(index.find("GHSA-aaaa-bbbb-cccc").isEmpty());
      VulnerabilityRow row = index.find("CVE-2000-1001").orElseThrow();
      assertEquals(List.of("GHSA-aaaa-bbbb-cccc", "PYSEC-2000-1"), row.aliases());
      assertEquals(0.25001, row.epss().orElseThrow());
      assertEquals(0.98765, row.epssPercentile().orElseThrow());
      assertEquals(
          List.of(
              new VulnerabilitySource("nvd", "CVE-2000-1001", "2026-01-01"),
              new VulnerabilitySource("osv", "GHSA-aaaa-bbbb-cccc", "2026-02-01T00:00:00Z"),
              new VulnerabilitySource("osv", "PYSEC-2000-1", "2026-01-01T00:00:00Z"),
              new VulnerabilitySource("epss", "CVE-2000-1001", "2026-02-03")),
          row.details().sources());
      CveMatch npm = match(index, Components.ofPurl("pkg:npm/left@1.9.0", "x", "left", "1.9.0"));
      assertEquals("CVE-2000-1001", npm.cve());
      assertEquals(0.25001, npm.epss());
      assertEquals(4, npm.sources().size());
      Priority priority = npm.priority();
      assertEquals(Priority.Band.P1, priority == null ? null : priority.band());
      CveMatch pypi = match(index, Components.ofPurl("pkg:pypi/left-pad@1.5", "x", "left", "1.5"));
      assertEquals("CVE-2000-1001", pypi.cve());
    }
  }

  @Test
  void anAdvisoryAloneIsScoredByItsVector() throws IOException {
    Path out = folder.resolve("index");
    IndexBuilder.build(List.of(write("osv", OSV)), out);
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertEquals(9.8, index.find("CVE-2000-1001").orElseThrow().score().orElseThrow());
    }
  }

  @Test
  void whatWasWithdrawnIsNoMatch() throws IOException {
    Path out = folder.resolve("index");
    String withdrawn =
        OSV.replace("\"aliases\"", "\"withdrawn\":\"2026-03-01T00:00:00Z\",\"aliases\"");
    Component left = Components.ofPurl("pkg:npm/left@1.9.0", "x", "left", "1.9.0");
    IndexBuilder.build(List.of(write("osv", withdrawn)), out);
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertEquals(List.of(), matches(index, left));
    }
    Component router = Components.of("acme", "router", "3.0");
    String nvd = nvd("CVE-2000-1001", "2026-01-01", "3.0");
    IndexBuilder.build(List.of(write("nvd", nvd), write("osv", withdrawn)), out);
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertEquals(1, matches(index, router).size(), "the NVD's record holds");
    }
    IndexBuilder.build(
        List.of(
            write("nvd", nvd), write("cve", cve("CVE-2000-1001", "REJECTED")), write("osv", OSV)),
        out);
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertEquals(List.of(), matches(index, router), "the CNA has rejected it");
      assertEquals(List.of(), matches(index, left));
    }
  }

  @Test
  void anOverrideCountsMostAndSaysWhy() throws IOException {
    Path out = folder.resolve("index");
    String overrides =
        """
        {"format":"firmament-overrides/1","overrides":[
         {"id":"CVE-2000-1001","reason":"ours begins at 3.5","modified":"2026-03-01","score":4.2,
          "affected":[{"cpe":"cpe:2.3:a:acme:router:*:*:*:*:*:*:*:*","from":"3.5","before":"4.0"}]},
         {"id":"CVE-2000-1002","reason":"not ours","rejected":true},
         {"id":"CVE-2000-1003","reason":"mended by us",
          "distributions":[{"distribution":"debian-12","package":"hub","fixedIn":"1.0-1"}]},
         {"id":"CVE-2000-1004"},
         {"id":"CVE-2000-1004","reason":"x","score":11}]}
        """;
    BuildReport report =
        IndexBuilder.build(
            List.of(
                write("nvd", nvd("CVE-2000-1001", "2026-01-01", "3.0")),
                write("nvd2", nvd("CVE-2000-1002", "2026-01-01", "3.0")),
                write(
                    "debian",
                    "{\"hub\":{\"CVE-2000-1003\":{\"releases\":{\"bookworm\":{\"status\":\"open\"}}}}}"),
                write("overrides", overrides)),
            out);
    assertEquals(3, report.feeds().getLast().records());
    assertEquals(2, report.feeds().getLast().malformed());
    assertTrue(
        report.feeds().getLast().problems().getFirst().startsWith("record 3, line "),
        report::toString);
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertEquals(List.of(), matches(index, Components.of("acme", "router", "3.0")));
      CveMatch match = match(index, Components.of("acme", "router", "3.6"));
      assertEquals(4.2, match.cvssScore());
      assertTrue(match.reasons().contains("overridden: ours begins at 3.5"), match::toString);
      assertEquals("override", match.sources().getFirst().source());
      assertEquals(
          List.of(),
          matches(index, Components.packaged("deb", "hub", "hub", "1.0-1", "debian-12")));
    }
  }

  @Test
  void curatedConfigurationsTakeThePlaceOfTheNvds() throws IOException {
    Path out = folder.resolve("index");
    String curated =
        """
        {"_annotation":{"cve_id":"CVE-2000-1001","modified":"2026-05-01","references":[]},
         "cve":{"configurations":[{"nodes":[{"operator":"OR","cpeMatch":[{"vulnerable":true,
         "criteria":"cpe:2.3:a:acme:router:*:*:*:*:*:*:*:*","versionEndExcluding":"2.0"}]}]}]}}
        """;
    BuildReport report =
        IndexBuilder.build(
            List.of(
                write("nvd", nvd("CVE-2000-1001", "2026-01-01", "3.0")), write("curated", curated)),
            out);
    assertEquals("nvd-overrides", report.feeds().getLast().kind());
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertEquals(List.of(), matches(index, Components.of("acme", "router", "3.0")));
      CveMatch match = match(index, Components.of("acme", "router", "1.0"));
      assertEquals("words", match.description());
      assertEquals(
          List.of("nvd-override", "nvd"),
          match.sources().stream().map(VulnerabilitySource::source).toList());
    }
  }

  @Test
  void aDeltaCountsOverWhatItIsNewerThan() throws IOException {
    Path out = folder.resolve("index");
    Path nested =
        zip(
            "inner",
            "cves/delta.json",
            "{\"new\":[]}",
            "cves/1.json",
            cve("CVE-2000-1002", "PUBLISHED"));
    Path all = zip("all.zip", "cves.zip", Files.readAllBytes(nested));
    Path delta =
        zip(
            "delta.zip",
            "deltaCves/1.json",
            cve("CVE-2000-1002", "REJECTED").replace("2026-01-01", "2026-01-09"));
    for (List<Path> feeds : List.of(List.of(all, delta), List.of(delta, all))) {
      BuildReport report = IndexBuilder.build(feeds, out);
      assertEquals(0, report.feeds().stream().mapToInt(BuildReport.Feed::malformed).sum());
      try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
        assertTrue(index.find("CVE-2000-1002").orElseThrow().isRejected());
      }
    }
  }

  @Test
  void oneBadFileOfAFolderIsSaidAndTheOthersAreTaken() throws IOException {
    Path records = Files.createDirectories(folder.resolve("cvelist/cves/2000"));
    Files.writeString(records.resolve("a.json"), cve("CVE-2000-1001", "PUBLISHED"));
    Files.writeString(records.resolve("b.json"), "{\"cveMetadata\":{\"cveId\":\"CVE-2000-1");
    Files.writeString(records.resolve("c.json"), cve("CVE-2000-1003", "PUBLISHED"));
    Files.writeString(records.resolve("LICENSE"), "words");
    BuildReport.Feed report =
        IndexBuilder.build(List.of(folder.resolve("cvelist")), folder.resolve("index"))
            .feeds()
            .getLast();
    assertEquals(2, report.records());
    assertEquals(1, report.malformed());
    assertTrue(report.whole());
    assertTrue(report.problems().getFirst().startsWith("cves/2000/b.json: "), report::toString);
  }

  @Test
  void rowsThatAreNoForecastsAreSaidWithTheirLines() throws IOException {
    String feed = EPSS + "CVE-2000-1,2,3\nnonsense\nCVE-2000-1003,1.5,0.1\nCVE-2000-1004,1e,0.1\n";
    BuildReport.Feed report =
        IndexBuilder.build(List.of(write("epss", feed)), folder.resolve("index")).feeds().getLast();
    assertEquals(2, report.records());
    assertEquals(4, report.malformed());
    assertTrue(report.problems().get(1).startsWith("line 6: "), report::toString);
  }

  @Test
  void aCutArchiveKeepsWhatCameBefore() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (int i = 1000; i < 3000; i++) {
        zip.putNextEntry(new ZipEntry(i + ".json"));
        zip.write(cve("CVE-2000-" + i, "PUBLISHED").getBytes(StandardCharsets.UTF_8));
      }
    }
    Path cut =
        Files.write(folder.resolve("cut"), Arrays.copyOf(bytes.toByteArray(), bytes.size() / 3));
    BuildReport.Feed report =
        IndexBuilder.build(List.of(cut), folder.resolve("index")).feeds().getLast();
    assertTrue(report.records() > 100 && report.records() < 2000, report::toString);
    assertFalse(report.whole());
  }

  @Test
  void onlyWhatChangedIsReadAgain() throws IOException {
    Path kept = folder.resolve("kept");
    Path out = folder.resolve("index");
    Path nvd = write("nvd", nvd("CVE-2000-1001", "2026-01-01", "3.0"));
    try (FeedStore store = FeedStore.in(kept)) {
      assertFalse(store.add(nvd).kept());
      assertFalse(store.add(write("epss-1", EPSS)).kept());
      store.build(out);
      store.commit();
    }
    byte[] before = Files.readAllBytes(out);
    try (FeedStore store = FeedStore.in(kept)) {
      assertTrue(store.add(nvd).kept());
      store.build(out);
      store.commit();
    }
    assertArrayEquals(before, Files.readAllBytes(out), "the forecasts stay");
    try (FeedStore store = FeedStore.in(kept)) {
      store.add(write("epss-2", EPSS.replace("0.25001", "0.5").replace("02-03", "02-04")));
      store.build(out);
    }
    try (FeedStore store = FeedStore.in(kept)) {
      store.build(out);
      assertArrayEquals(before, Files.readAllBytes(out), "nothing was committed");
      store.add(write("epss-2", EPSS.replace("0.25001", "0.5").replace("02-03", "02-04")));
      store.build(out);
      store.commit();
    }
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertEquals(0.5, index.find("CVE-2000-1001").orElseThrow().epss().orElseThrow());
      assertEquals(
          List.of("epss-2"),
          index.manifest().feeds().stream()
              .filter(feed -> feed.kind().equals("epss"))
              .map(FeedNote::name)
              .toList());
    }
    try (FeedStore store = FeedStore.in(kept)) {
      store.clear();
      store.add(nvd);
      store.build(out);
      store.commit();
    }
    try (Stream<Path> files = Files.list(kept)) {
      assertEquals(1, files.count());
    }
  }

  /// As the NVD's API gives them: what has changed, and nothing else.
  @Test
  void pagesAddToWhatTheySaidBefore() throws IOException {
    Path kept = folder.resolve("kept");
    Path out = folder.resolve("index");
    try (FeedStore store = FeedStore.in(kept)) {
      BuildReport.Feed feed =
          store.merge(
              "api",
              List.of(
                  write("page-1", nvd("CVE-2000-1001", "2026-01-01", "3.0")),
                  write("page-2", nvd("CVE-2000-1002", "2026-01-01", "3.0"))));
      assertEquals(2, feed.records());
      assertEquals(Set.of(FeedStore.fileName(feed)), store.commit());
    }
    try (FeedStore store = FeedStore.in(kept)) {
      BuildReport.Feed feed =
          store.merge("api", List.of(write("page-3", nvd("CVE-2000-1002", "2026-01-05", "4.0"))));
      assertEquals(2, feed.records(), "what is told anew takes the place of what was told before");
      store.commit();
      store.build(out);
    }
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertTrue(index.find("CVE-2000-1001").isPresent());
      assertTrue(index.find("CVE-2000-1002").orElseThrow().modified().startsWith("2026-01-05"));
    }
    try (FeedStore store = FeedStore.in(kept)) {
      assertFalse(store.merge("api", List.of(write("page-4", "{\"vulnerabilities\":[{"))).whole());
    }
  }

  @Test
  void anIndexOfAnOlderFormatIsRefused() throws IOException {
    Path out = folder.resolve("index");
    IndexBuilder.build(List.of(), out);
    byte[] bytes = Files.readAllBytes(out);
    bytes[4] = 1;
    Files.write(out, bytes);
    IOException refused = assertThrows(IOException.class, () -> AdvisoryIndex.open(out));
    assertTrue(String.valueOf(refused.getMessage()).contains("import the feeds again"));
  }

  private static FeedNote note(AdvisoryIndex index, String kind) {
    return index.manifest().feeds().stream()
        .filter(feed -> feed.kind().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private static CveMatch match(AdvisoryIndex index, Component component) {
    List<CveMatch> matches = matches(index, component);
    assertEquals(1, matches.size(), matches::toString);
    return matches.getFirst();
  }

  private static List<CveMatch> matches(AdvisoryIndex index, Component component) {
    List<Component> components = List.of(component);
    return new Matcher().match(components, FirmwareEnvironment.of(components), index);
  }

  private static String cve(String id, String state) {
    return """
    {"dataType":"CVE_RECORD","cveMetadata":{"cveId":"@id","state":"@state",
     "dateUpdated":"2026-01-01T00:00:00Z"},"containers":{"cna":{"affected":[
     {"vendor":"Acme","product":"Hub","versions":[{"version":"1","status":"affected"}]}]}}}
    """
        .replace("@id", id)
        .replace("@state", state);
  }

  private static String nvd(String id, String modified, String version) {
    return """
    {"vulnerabilities":[{"cve":{"id":"@id","vulnStatus":"Analyzed","lastModified":"@modified",
     "descriptions":[{"lang":"en","value":"words"}],
     "configurations":[{"nodes":[{"operator":"OR","cpeMatch":[{"vulnerable":true,
     "criteria":"cpe:2.3:a:acme:router:@version:*:*:*:*:*:*:*"}]}]}]}}]}
    """
        .replace("@id", id)
        .replace("@modified", modified)
        .replace("@version", version);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path gzip(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private Path zip(String name, String... entries) throws IOException {
    Path file = folder.resolve(name);
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < entries.length; i += 2) {
        out.putNextEntry(new ZipEntry(entries[i]));
        out.write(entries[i + 1].getBytes(StandardCharsets.UTF_8));
      }
    }
    return file;
  }

  private Path zip(String name, String entry, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      out.putNextEntry(new ZipEntry(entry));
      out.write(content);
    }
    return file;
  }
}
