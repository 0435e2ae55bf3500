package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.tree.ByteSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexBuilderTest {
  private static final String KEV =
      """
      {"catalogVersion":"2026.01.01","dateReleased":"2026-01-01","vulnerabilities":[
      {"cveID":"CVE-2000-0001","dateAdded":"2026-01-01","knownRansomwareCampaignUse":"Known"}]}
      """;

  @TempDir private Path folder;

  @Test
  void theSameFeedsGiveTheSameBytes() throws IOException {
    List<Path> feeds =
        List.of(
            file("a.json", feed(record(1, "2020", "1"), record(2, "2020", "2"))),
            file("k.json", KEV));
    Path first = folder.resolve("first.fwvx");
    Path second = folder.resolve("second.fwvx");
    BuildReport one = IndexBuilder.build(feeds, first);
    BuildReport two = IndexBuilder.build(feeds, second);
    assertEquals(one, two);
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(4, left.count(), "nothing half-written remains");
    }
  }

  @Test
  void whatWasWrittenIsReadBack() throws IOException {
    Path out = folder.resolve("index.fwvx");
    IndexBuilder.build(
        List.of(file("a.json", feed(record(1, "2020", "1"))), file("k.json", KEV)), out);
    try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
      assertEquals("words 1", index.find("CVE-2000-0001").orElseThrow().description());
      assertEquals(9.8, index.find("CVE-2000-0001").orElseThrow().score().orElseThrow());
      assertEquals(
          "CVSS:3.1/first", index.find("CVE-2000-0001").orElseThrow().vector().orElseThrow());
      assertTrue(index.find("CVE-2000-0001").orElseThrow().isUsedByRansomware());
      assertEquals("2026-01-01", index.find("CVE-2000-0001").orElseThrow().exploitedSince());
      assertEquals(
          List.of("facts", "kev", "nvd"),
          index.manifest().feeds().stream().map(f -> f.kind()).toList());
      assertTrue(
          index
              .manifest()
              .feeds()
              .get(2)
              .notice()
              .contains("not endorsed or certified by the NVD"));
    }
  }

  @Test
  void bytesFromElsewhereAreTheSameIndex() throws IOException {
    Path out = folder.resolve("index.fwvx");
    IndexBuilder.build(List.of(file("a.json", feed(record(1, "2020", "1")))), out);
    byte[] bytes = Files.readAllBytes(out);
    try (AdvisoryIndex index = AdvisoryIndex.open(new Bytes(bytes))) {
      assertEquals("words 1", index.find("CVE-2000-0001").orElseThrow().description());
      assertEquals(List.of(), index.damagedSections());
    }
  }

  @Test
  void aChangedByteIsFound() throws IOException {
    Path out = folder.resolve("index.fwvx");
    IndexBuilder.build(List.of(), out);
    byte[] bytes = Files.readAllBytes(out);
    bytes[300] ^= 1;
    try (AdvisoryIndex index = AdvisoryIndex.open(new Bytes(bytes))) {
      assertEquals(List.of("COLD"), index.damagedSections());
    }
    bytes[bytes.length - 20] ^= 1;
    assertThrows(IOException.class, () -> AdvisoryIndex.open(new Bytes(bytes)));
    assertThrows(
        IOException.class, () -> AdvisoryIndex.open(new Bytes(Arrays.copyOf(bytes, 1000))));
    assertThrows(IOException.class, () -> AdvisoryIndex.open(new Bytes(new byte[0])));
    assertThrows(IOException.class, () -> AdvisoryIndex.open(new Bytes(new byte[4096])));
  }

  @Test
  void theRecordChangedLastCountsWhateverTheOrder() throws IOException {
    Path old = file("old.json", feed(record(1, "2020", "1")));
    Path current = file("new.json", feed(record(1, "2021", "2")));
    Path out = folder.resolve("index.fwvx");
    for (List<Path> feeds : List.of(List.of(old, current), List.of(current, old))) {
      IndexBuilder.build(feeds, out);
      try (AdvisoryIndex index = AdvisoryIndex.open(out)) {
        assertEquals("words 2", index.find("CVE-2000-0001").orElseThrow().description());
      }
    }
  }

  @Test
  void malformedRecordsAreCountedAndTheOthersTaken() throws IOException {
    String feed =
        feed(
            record(1, "2020", "1"),
            "{\"cve\":{}}",
            "{\"cve\":\"text\"}",
            "7",
            "{\"cveID\":3}",
            record(2, "2020", "2")
                .replace("\"OR\"", "\"XOR\"")
                .replace(
                    "\"cpeMatch\":[{",
                    "\"cpeMatch\":[{\"vulnerable\":true,\"criteria\":\"cpe:2.3:a:x:y:1:*:*:*:*:*:*:*\"},{"),
            record(3, "2020", "3")
                .replace("[{\"nodes\"", "{\"nodes\"")
                .replace("}]}]}]}}", "}]}]}}}"),
            record(4, "2020", "4").replace("cpe:2.3:a:acme", "cpe:/a:acme"),
            record(5, "2020", "5"));
    BuildReport.Feed report = report(feed.getBytes(StandardCharsets.UTF_8));
    assertEquals(3, report.records(), report::toString);
    assertEquals(7, report.malformed(), report::toString);
    assertTrue(
        report
            .problems()
            .contains(
                "record 7, line 19: CVE-2000-0004: no CPE 2.3 name:"
                    + " cpe:/a:acme:router:4:*:*:*:*:*:*:*"),
        report::toString);
  }

  @Test
  void aTruncatedFeedKeepsWhatCameBefore() throws IOException {
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(gzip)) {
      String[] records = new String[3000];
      for (int i = 0; i < records.length; i++) {
        records[i] = record(i, "2020", String.valueOf(i * 7919L % 1009));
      }
      out.write(feed(records).getBytes(StandardCharsets.UTF_8));
    }
    BuildReport.Feed whole = report(gzip.toByteArray());
    assertEquals(3000, whole.records());
    assertEquals(0, whole.malformed());
    BuildReport.Feed half = report(Arrays.copyOf(gzip.toByteArray(), gzip.size() / 2));
    assertTrue(half.records() > 100 && half.records() < 3000, half::toString);
    assertEquals(1, half.malformed());
  }

  @Test
  void anythingMayBeGivenAsAFeed() throws IOException {
    for (String feed :
        List.of(
            "",
            "x",
            "[]",
            "null",
            "{",
            "{\"vulnerabilities\":{}}",
            "{\"vulnerabilities\":[[[]]]}",
            "{\"vulnerabilities\":" + "[".repeat(5000),
            "\u001f\u008bnot gzip",
            "{\"facts\":[{}]}")) {
      BuildReport.Feed report = report(feed.getBytes(StandardCharsets.ISO_8859_1));
      assertEquals(0, report.records(), feed);
      assertTrue(report.malformed() > 0, feed);
    }
    assertThrows(
        IOException.class,
        () -> IndexBuilder.build(List.of(folder.resolve("missing")), folder.resolve("o")));
  }

  private BuildReport.Feed report(byte[] feed) throws IOException {
    Path file = Files.write(folder.resolve("feed"), feed);
    return IndexBuilder.build(List.of(file), folder.resolve("out.fwvx")).feeds().getLast();
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static String feed(String... records) {
    return "{\"timestamp\":\"2026-01-01\",\"vulnerabilities\":[" + String.join(",", records) + "]}";
  }

  private static String record(int number, String modified, String version) {
    return """
    {"cve":{"id":"CVE-2000-@number","vulnStatus":"Analyzed","lastModified":"@modified",
    "descriptions":[{"lang":"es","value":"palabras"},{"lang":"en","value":"words @version"}],
    "metrics":{"cvssMetricV2":[{"type":"Primary","cvssData":{"vectorString":"AV:N","baseScore":1.0}}],
    "cvssMetricV31":[{"type":"Secondary","cvssData":{"vectorString":"CVSS:3.1/second","baseScore":2.0}},
    {"type":"Primary","cvssData":{"vectorString":"CVSS:3.1/first","baseScore":9.8}}]},
    "configurations":[{"nodes":[{"operator":"OR","cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:acme:router:@version:*:*:*:*:*:*:*"}]}]}]}}
    """
        .replace("@number", String.valueOf(10_000 + number).substring(1))
        .replace("@modified", modified)
        .replace("@version", version);
  }

  /// Bytes in memory.
  private record Bytes(byte[] bytes) implements ByteSource {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public int read(long offset, byte[] into, int at, int length) {
      int n = (int) Math.max(0, Math.min(length, bytes.length - offset));
      System.arraycopy(bytes, (int) Math.min(offset, bytes.length), into, at, n);
      return n;
    }

    @Override
    public ByteSource slice(long offset, long length) {
      return new Bytes(Arrays.copyOfRange(bytes, (int) offset, (int) (offset + length)));
    }
  }
}
