package io.firmament.analysis.advisory.feeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.firmament.analysis.advisory.version.FirmwareVersions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MakersRecordsTest {
  private static final String RECORD =
      """
      {"cveMetadata":{"cveId":"CVE-2000-0001","state":"PUBLISHED"},"containers":{"cna":{
      "descriptions":[{"lang":"en","value":"words"}],
      "affected":[{"vendor":"Acme","product":"Some Router","defaultStatus":"unknown","versions":[
      {"version":"1.0","status":"affected"},
      {"version":"2.0","lessThan":"2.5","status":"affected","changes":[{"at":"2.3","status":"unaffected"}]},
      {"version":"3.0","lessThanOrEqual":"3.*","status":"unaffected"},
      {"version":"4.0","lessThanOrEqual":"4.2","status":"affected"},
      {"version":"9.0","lessThan":"*","status":"unaffected"}]}]}}}
      """;

  @ParameterizedTest
  @CsvSource({
    "1.0, AFFECTED",
    "1.1, UNKNOWN",
    "2.0, AFFECTED",
    "2.2.9, AFFECTED",
    "2.3, UNAFFECTED",
    "2.5, UNKNOWN",
    "3.9.9, UNAFFECTED",
    "4.2, AFFECTED",
    "4.2.1, UNKNOWN",
    "10.0, UNAFFECTED",
  })
  void evaluatesTheVersionsOfACveRecord(String version, ProductVersions.Status status)
      throws IOException, MalformedRecord {
    VulnerabilityFacts facts = cve(RECORD);
    assertEquals("words", facts.description());
    assertEquals(List.of("acme:some_router"), facts.products().stream().map(p -> p.key()).toList());
    assertEquals(status, facts.products().getFirst().status(version, FirmwareVersions.standard()));
  }

  @ParameterizedTest
  @CsvSource({
    "1.9, NOT_LISTED",
    "2.0, AFFECTED",
    "2.9.9, AFFECTED",
    "3.0, NOT_LISTED",
    "4.0, NOT_LISTED",
    "4.0.1, AFFECTED",
    "9.0, AFFECTED",
    "9.0.1, NOT_LISTED",
    "10, AFFECTED",
    "11, NOT_LISTED",
  })
  void understandsRangesWrittenAsComparisons(String version, ProductVersions.Status status)
      throws IOException, MalformedRecord {
    VulnerabilityFacts facts =
        cve(
            """
            {"cveMetadata":{"cveId":"CVE-2000-0002","state":"PUBLISHED"},"containers":{"cna":{
            "affected":[{"vendor":"acme","product":"hub","versions":[
            {"version":">= 2.0, < 3.0","status":"affected"},
            {"version":"> 4.0, <= 9.0","status":"affected"},
            {"version":"= 10","status":"affected"},
            {"version":"< nonsense of words","status":"affected"}]}]}}}
            """);
    assertEquals(status, facts.products().getFirst().status(version, FirmwareVersions.standard()));
  }

  @Test
  void takesWhatCisaAddsToARecord() throws IOException, MalformedRecord {
    VulnerabilityFacts facts =
        cve(
            """
            {"cveMetadata":{"cveId":"CVE-2000-0003","state":"PUBLISHED","dateUpdated":"2026-01-02T00:00:00Z"},
            "containers":{"cna":{"tags":["disputed"],
            "affected":[{"vendor":"n/a","product":"n/a","versions":[{"version":"n/a","status":"affected"}]}]},
            "adp":[{"metrics":[{"other":{"type":"ssvc","content":{"options":[
            {"Exploitation":"Active"},{"Automatable":"Yes"},{"Technical Impact":"total"}]}}},
            {"cvssV3_1":{"baseScore":9.1,"vectorString":"CVSS:3.1/made-up"}}],
            "affected":[{"vendor":"acme","product":"hub","cpes":["cpe:2.3:a:acme:hub_server:*:*:*:*:*:*:*:*"],
            "versions":[{"version":"0","lessThan":"2.0","status":"affected"}]}]}]}}
            """);
    assertEquals("active/yes/total", facts.ssvc());
    assertEquals(9.1, facts.score());
    assertEquals("2026-01-02T00:00:00Z", facts.modified());
    assertTrue(facts.disputed());
    assertEquals(
        Set.of("acme:hub", "acme:hub_server"),
        facts.products().stream().map(p -> p.key()).collect(Collectors.toSet()));
  }

  @Test
  void anAdvisoryAboutSeveralVulnerabilitiesIsNoneOfThem() throws IOException, MalformedRecord {
    VulnerabilityFacts bundle =
        osv(
            """
            {"id":"DSA-9999-1","modified":"2026-01-01T00:00:00Z","upstream":["CVE-2000-0001","CVE-2000-0002"],
            "affected":[{"package":{"ecosystem":"Debian:12","name":"acme"},"ranges":[
            {"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.2-3"}]}],"versions":["1.2-1","1.2-2"]}]}
            """);
    assertEquals(List.of("CVE-2000-0001", "CVE-2000-0002"), bundle.bundled());
    assertEquals(List.of(), bundle.aliases());
    PackageVersions versions = bundle.packages().getFirst();
    assertEquals(
        "debian 12 acme", versions.system() + " " + versions.release() + " " + versions.name());
    assertEquals(Optional.of("1.2-3"), versions.fixedIn());
    assertTrue(versions.affects("1.2-2"));
    assertFalse(versions.affects("1.2-3"));
    VulnerabilityFacts one =
        osv("{\"id\":\"GHSA-1\",\"aliases\":[\"CVE-2000-0001\",\"PYSEC-1\"],\"affected\":[]}");
    assertEquals(List.of("CVE-2000-0001", "PYSEC-1"), one.aliases());
    assertEquals(List.of(), one.bundled());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "null",
        "{}",
        "{\"id\":7}",
        "{\"id\":\"X\",\"affected\":{}}",
        "{\"cveMetadata\":{\"cveId\":\"CVE-1\"},\"containers\":{\"cna\":{\"affected\":7}}}",
      })
  void refusesWhatIsNoRecord(String text) {
    assertThrows(MalformedRecord.class, () -> cve(text));
    assertThrows(MalformedRecord.class, () -> osv(text));
  }

  private static VulnerabilityFacts cve(String text) throws IOException, MalformedRecord {
    return new CveRecord(json(text)).facts();
  }

  private static VulnerabilityFacts osv(String text) throws IOException, MalformedRecord {
    return new OsvRecord(json(text)).facts();
  }

  private static JsonValue json(String text) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      parser.nextToken();
      return JsonValue.read(parser);
    }
  }
}
