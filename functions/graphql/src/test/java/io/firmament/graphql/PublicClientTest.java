package io.firmament.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.Sha256;
import io.firmament.base.UserId;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.Severity;
import io.firmament.base.finding.VexDecision;
import io.firmament.base.finding.VexDecisions;
import io.firmament.base.finding.VexSource;
import io.firmament.base.finding.VexStatement;
import io.firmament.platform.firmware.Findings;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.VexDocuments;
import io.firmament.platform.firmware.VexImport;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the public client and the published guides ask, in our own words, and what they rely on in
/// the answers.
class PublicClientTest {
  private static TestPlatform platform;
  private static TestTenant tenant;
  private static Firmware first;
  private static Firmware second;

  @BeforeAll
  static void seed() {
    platform = TestPlatform.start();
    tenant = platform.tenant("Acme");
    first = tenant.complete("Router", "1.0", SampleFindings.first());
    second = tenant.complete("Router", "1.1", SampleFindings.second());
  }

  @AfterAll
  static void close() {
    platform.close();
  }

  @Test
  void knowsItselfByToken() {
    Json data = data("query { tenant { name } user { email } }");
    assertEquals("Acme", data.at("tenant", "name").text());
    assertEquals(tenant.admin().email(), data.at("user", "email").text());
  }

  @Test
  void findsTheDefaultsOfATenant() {
    assertEquals(
        List.of("Default"),
        data("query { allProductGroups { id name } }").at("allProductGroups").texts("name"));
    assertEquals(
        List.of(tenant.configuration().toString()),
        data("query { allAnalysisConfigurations { id name } }")
            .at("allAnalysisConfigurations")
            .texts("id"));
    assertEquals(
        List.of(second.name(), first.name()),
        data("query { allFirmwares { id name } }").at("allFirmwares").texts("name").stream()
            .filter(name -> name.startsWith("Acme-Router"))
            .toList());
  }

  @Test
  void pollsAnAnalysis() {
    String query = "query($id: ID!) { firmware(id: $id) { latestAnalysis { state result } } }";
    assertTrue(data(query, "id", UUID.randomUUID().toString()).at("firmware").isNull());
    Firmware waiting = tenant.waiting("Camera", "1", tenant.group());
    Firmware failed = tenant.failed("Camera", "2", "not an image");
    assertEquals("WAITING", state(query, waiting).at("state").text());
    assertTrue(state(query, waiting).at("result").isNull());
    assertEquals("FAILED", state(query, failed).at("result").text());
    assertEquals("DONE", state(query, first).at("state").text());
    assertEquals("COMPLETE", state(query, first).at("result").text());
  }

  private static Json state(String query, Firmware firmware) {
    return data(query, "id", firmware.id().toString()).at("firmware", "latestAnalysis");
  }

  @Test
  void findsThePreviousFirmwareOfAProduct() {
    Json timeline =
        data(
                """
                query($id: ID!) { firmware(id: $id) { name latestAnalysis { state result }
                  product { firmwareTimeline(count: 2) { firmware { id } } } } }
                """,
                "id",
                second.id().toString())
            .at("firmware", "product", "firmwareTimeline");
    assertEquals(
        List.of(second.id().toString(), first.id().toString()), timeline.texts("firmware", "id"));
  }

  @Test
  void takesAllFindingsOfAFirstFirmwareAsNew() {
    Json firmware =
        data(
                """
                query($id: ID!) { firmware(id: $id) {
                  latestIssues(filter: {elf: false}) { __typename id severity type file { path } }
                  cveMatches { component { name version } cve { id description severity } } } }
                """,
                "id",
                first.id().toString())
            .at("firmware");
    assertEquals(List.of("key", "hash"), firmware.at("latestIssues").texts("id"));
    assertEquals("/etc/key", firmware.at("latestIssues", 0, "file", "path").text());
    assertEquals("Issue", firmware.at("latestIssues", 0, "__typename").text());
    assertEquals(
        Set.of("CVE-2021-42374", "CVE-2022-0778"),
        Set.copyOf(firmware.at("cveMatches").texts("cve", "id")));
  }

  @Test
  void saysHowUrgentAMatchIsAndWhoSaysSo() {
    Json firmware =
        data(
                """
                query($id: ID!) { firmware(id: $id) {
                  cveMatches { epss epssPercentile priority { score band reasons }
                    sources { source id modified } cve { id epss } }
                  cveMatchesPage(filter: {band: [P2]}) { totalCount nodes { cve { id } } } } }
                """,
                "id",
                first.id().toString())
            .at("firmware");
    assertEquals(
        List.of("CVE-2021-42374", "CVE-2022-0778"), firmware.at("cveMatches").texts("cve", "id"));
    assertEquals("P1", firmware.at("cveMatches", 0, "priority", "band").text());
    assertEquals("60", firmware.at("cveMatches", 0, "priority", "score").toString());
    assertEquals("0.12", firmware.at("cveMatches", 0, "cve", "epss").toString());
    assertEquals("0.97", firmware.at("cveMatches", 0, "epssPercentile").toString());
    assertEquals("nvd", firmware.at("cveMatches", 0, "sources", 0, "source").text());
    assertEquals(
        List.of("CVE-2022-0778"), firmware.at("cveMatchesPage", "nodes").texts("cve", "id"));
  }

  @Test
  void comparesTwoFirmwares() {
    Json diff =
        data(
                """
                query($b: ID!, $o: ID!) { compareFirmwareAnalyses(base: $b, other: $o) {
                  issues { new { __typename id severity type file { path } }
                           dropped { __typename id severity type file { path } } }
                  cveEntries { new { id description severity } dropped { id } } } }
                """,
                "b",
                first.id().toString(),
                "o",
                second.id().toString())
            .at("compareFirmwareAnalyses");
    assertEquals(List.of("telnet"), diff.at("issues", "new").texts("id"));
    assertEquals(List.of("hash", "nx"), diff.at("issues", "dropped").texts("id"));
    assertEquals(List.of("CVE-2023-0001"), diff.at("cveEntries", "new").texts("id"));
    assertEquals(List.of("CVE-2021-42374"), diff.at("cveEntries", "dropped").texts("id"));
  }

  @Test
  void comparesComponentsAndSaysWhatIsStillOpenPageByPage() {
    String query =
        """
        query($b: ID!, $o: ID!, $a: String) { compareFirmwareAnalyses(base: $b, other: $o) {
          cveEntries { remaining { totalCount nodes { id } } }
          components { new { totalCount } dropped { nodes { name } }
            changed(first: 1, after: $a) { totalCount pageInfo { endCursor }
              nodes { before { version } after { version } } } } } }
        """;
    TestTenant other = platform.tenant("Compared");
    Firmware base = other.complete("Hub", "1", withComponents("1.0", true));
    Firmware next = other.complete("Hub", "2", withComponents("2.0", false));
    Json diff =
        platform
            .query(other.admin(), query, "b", base.id().toString(), "o", next.id().toString())
            .at("data", "compareFirmwareAnalyses");
    assertEquals(List.of("CVE-2022-0778"), diff.at("cveEntries", "remaining", "nodes").texts("id"));
    Json components = diff.at("components");
    assertEquals(List.of("gone"), components.at("dropped", "nodes").texts("name"));
    assertEquals("1.0", components.at("changed", "nodes", 0, "before", "version").text());
    assertEquals("2.0", components.at("changed", "nodes", 0, "after", "version").text());
    String cursor = components.at("changed", "pageInfo", "endCursor").text();
    Json rest =
        platform.query(
            other.admin(),
            query,
            "b",
            base.id().toString(),
            "o",
            next.id().toString(),
            "a",
            cursor);
    Json last = rest.at("data", "compareFirmwareAnalyses", "components", "changed");
    assertEquals("2.0", last.at("nodes", 0, "after", "version").text());
    assertTrue(last.at("pageInfo", "endCursor").isNull());
    Json wrong =
        platform.query(
            other.admin(),
            query,
            "b",
            next.id().toString(),
            "o",
            base.id().toString(),
            "a",
            cursor);
    assertEquals("invalid_cursor", wrong.at("errors", 0, "extensions", "code").text());
  }

  private static Findings withComponents(String version, boolean more) {
    Component one = SampleFindings.component("1" + version, "one", version, false);
    Component two = SampleFindings.component("2" + version, "two", version, false);
    Component gone = SampleFindings.component("gone", "gone", "1", false);
    return new Findings(
        more ? List.of(one, two, gone) : List.of(one, two),
        List.of(),
        List.of(SampleFindings.match("CVE-2022-0778", one, Severity.HIGH, false)));
  }

  @Test
  void aMatchHasWhatStandsOfAllThatVexDocumentsSay() {
    TestTenant other = platform.tenant("Said");
    Firmware firmware = other.complete("Vex", "1", SampleFindings.first());
    VexSource source =
        new VexSource("urn:x", "openvex", "Acme", "2026-02-01T00:00:00Z", "0".repeat(64));
    VexDecision decision =
        new VexDecision(
            "CVE-2022-0778-" + SampleFindings.OPENSSL.id(),
            new VexStatement(
                VexStatement.State.NOT_AFFECTED,
                VexStatement.Justification.CODE_NOT_PRESENT,
                List.of(),
                "Left out."),
            "2026-02-01T00:00:00Z",
            true);
    new VexDocuments(platform.firmware, platform.documents)
        .add(
            firmware.tenant(),
            firmware.id(),
            new VexImport(
                "urn:x",
                "openvex",
                "Acme",
                Instant.parse("2026-02-01T00:00:00Z"),
                new Sha256("0".repeat(64)),
                1,
                1,
                TestPlatform.NOW,
                new UserId(UUID.randomUUID())),
            new VexDecisions(source, List.of(decision)),
            new byte[0]);
    Json matches =
        platform
            .query(
                other.admin(),
                """
                query { firmware(id: "%s") { cveMatches { cve { id } statement {
                  state justification responses detail statedAt document format author } } } }
                """
                    .formatted(firmware.id()))
            .at("data", "firmware", "cveMatches");
    for (int i = 0; i < 2; i++) {
      Json statement = matches.at(i, "statement");
      if (matches.at(i, "cve", "id").text().equals("CVE-2022-0778")) {
        assertEquals("NOT_AFFECTED", statement.at("state").text());
        assertEquals("CODE_NOT_PRESENT", statement.at("justification").text());
        assertEquals("urn:x", statement.at("document").text());
        assertEquals("2026-02-01T00:00:00Z", statement.at("statedAt").text());
      } else {
        assertTrue(statement.isNull(), "nothing was said of it");
      }
    }
  }

  @Test
  void comparesOnlyWhatIsComplete() {
    Firmware waiting = tenant.waiting("Switch", "1", tenant.group());
    Firmware failed = tenant.failed("Switch", "2", "not an image");
    String query =
        """
        query($b: ID!, $o: ID!) { compareFirmwareAnalyses(base: $b, other: $o) {
          issues { new { id } } } }
        """;
    for (String[] each :
        List.of(
            new String[] {waiting.id().toString(), "analysis_not_finished"},
            new String[] {failed.id().toString(), "analysis_failed"},
            new String[] {UUID.randomUUID().toString(), "not_found"},
            new String[] {"x", "not_found"})) {
      Json answer = platform.query(tenant.admin(), query, "b", first.id().toString(), "o", each[0]);
      assertEquals(each[1], answer.at("errors", 0, "extensions", "code").text());
      assertTrue(answer.at("data").isNull());
    }
  }

  @Test
  void answersTheQueriesOfTheGuides() {
    Json firmware =
        data("""
        query { firmware(id: "%s") { id name version latestAnalysisTime
          processing { ... on ProcessingInProgress { state }
            ... on ProcessingFailed { reason } ... on ProcessingFinished { finishTime } }
          latestIssues(filter: { severity: CRITICAL confidence: HIGH
              status: { exclude: [FALSE_POSITIVE, ACCEPTED_RISK] } }) {
            id type summary severity confidence status file { path } }
          cveMatches { id cve { id description severity } component { name version } }
          components(filter: { cryptographic: true }) { name version licenses } } }
        """
                .formatted(first.id()))
            .at("firmware");
    assertEquals("2026-03-01T10:01:40Z", firmware.at("processing", "finishTime").text());
    assertEquals("2026-03-01T10:01:40Z", firmware.at("latestAnalysisTime").text());
    assertEquals(List.of("key"), firmware.at("latestIssues").texts("id"));
    assertEquals("NONE", firmware.at("latestIssues", 0, "status").text());
    assertEquals(List.of("openssl"), firmware.at("components").texts("name"));
    assertEquals("GPL-2.0-only", firmware.at("components", 0, "licenses", 0).text());
  }

  @Test
  void saysHowFarProcessingIs() {
    String query =
        """
        query($id: ID!) { firmware(id: $id) { processing { __typename
          ... on ProcessingInProgress { state } ... on ProcessingFailed { reason } } } }
        """;
    Json analyzing = data(query, "id", tenant.analyzing("Hub", "1").id().toString());
    assertEquals("ANALYZING", analyzing.at("firmware", "processing", "state").text());
    Json failed = data(query, "id", tenant.failed("Hub", "2", "not an image").id().toString());
    assertEquals("not an image", failed.at("firmware", "processing", "reason").text());
  }

  @Test
  void saysThatThereAreNoReportsYet() {
    Json data =
        data(
            """
            mutation { createReportConfiguration(input: {name: "r",
                issueSeverities: [CRITICAL HIGH MEDIUM INFORMATIONAL LOW],
                complianceGuidelineIds: ["x"], analysisTechniqueDetails: true,
                includeComments: false}) {
              ... on ReportConfiguration { id }
              ... on MutationError { count errors { message code fieldPath } } }
            generateReport(input: {reportConfigurationId: "x", firmwareIds: ["y"], title: "t"}) {
              ... on Report { id title classification generatedTime downloadUrl size }
              ... on MutationError { count errors { message code } } }
            createReportLink(input: {reportId: "x", validity: 86400}) {
              ... on CreatedReportLink { id downloadUrl validUntil }
              ... on MutationError { count errors { message code fieldPath } } } }
            """);
    for (String field :
        List.of("createReportConfiguration", "generateReport", "createReportLink")) {
      assertEquals(1, data.at(field, "count").number());
      assertEquals("reports_not_available", data.at(field, "errors", 0, "code").text());
    }
    Json lists =
        data(
            """
            query { allReportConfigurations { id name }
              allReports { id state downloadUrl title size generatedTime classification } }
            """);
    assertEquals(List.of(), lists.at("allReports").list());
    assertEquals(List.of(), lists.at("allReportConfigurations").list());
  }

  private static Json data(String query, Object... variables) {
    return platform.data(tenant.admin(), query, variables);
  }
}
