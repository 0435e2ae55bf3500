package io.firmament.rest.firmware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.sbom.SbomFormat;
import io.firmament.analysis.sbom.SbomTool;
import io.firmament.analysis.vex.VexFormat;
import io.firmament.aws.AwsUnderTest;
import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.aws.DynamoMonitoringStore;
import io.firmament.aws.S3ObjectStore;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.base.AnalysisId;
import io.firmament.base.BaseProblem;
import io.firmament.base.FirmwareId;
import io.firmament.base.Ids;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.UserId;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Severity;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.ArtifactAnalyses;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.Matched;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.ReceiveUpload;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.firmware.VexDocuments;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.monitoring.FirmwareChange;
import io.firmament.platform.monitoring.MatchChange;
import io.firmament.platform.monitoring.MonitoringStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DownloadTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final ProductGroupId GROUP = new ProductGroupId(UUID.randomUUID());

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final S3Client s3 = aws.s3();
  private final String table = aws.table(dynamo, "firmware");
  private final FirmwareStore store = new DynamoFirmwareStore(dynamo, table);
  private final MonitoringStore monitoring = new DynamoMonitoringStore(dynamo, table);
  private final ObjectStore objects = new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3));
  private final Operation file = new DownloadFirmwareFile(store, objects);
  private final FirmwareSbom sboms =
      new FirmwareSbom(store, objects, new SbomTool("Firmament", "firmament", "0"));
  private final Operation sbom = new DownloadSbom(store, sboms);
  private final Operation quality = new GetSbomQuality(store, objects, sboms);
  private final Operation vex = new DownloadVex(store, objects, sboms);
  private final VexDocuments vexDocuments = new VexDocuments(store, objects);
  private final Operation imports =
      new ImportVex(
          store,
          objects,
          sboms,
          vexDocuments,
          new DocumentImages(objects, vexDocuments),
          new ArtifactAnalyses(
              new DynamoArtifactStore(dynamo, aws.table(dynamo, "fleet")),
              Clock.fixed(NOW, ZoneOffset.UTC),
              Ids.random()),
          Clock.fixed(NOW, ZoneOffset.UTC));
  private final Operation imported = new ListVexDocuments(store, vexDocuments);

  private final Operation changes = new ListFirmwareChanges(store, monitoring);
  private final Operation tenantChanges = new ListChanges(store, monitoring);
  private final Operation change = new GetFirmwareChange(store, monitoring, objects);

  @AfterAll
  void end() {
    aws.close();
  }

  @Test
  void streamsAFileOutOfThePack() throws IOException {
    AnalysisKey key = analysed();
    HttpResponse answer = file.handle(request(key, "etc/motd", caller(key.tenant(), GROUP)));
    assertEquals("hello", text(answer));
    assertEquals("nosniff", answer.headers().get("x-content-type-options"));
    assertTrue(String.valueOf(answer.headers().get("content-disposition")).contains("\"motd\""));
    assertEquals("hello", text(file.handle(request(key, "link", caller(key.tenant(), GROUP)))));
  }

  @Test
  void aPathIsAnEntryOfTheTreeOrNothing() {
    AnalysisKey key = analysed();
    for (String path : new String[] {"", "none", "../etc/passwd", "etc/motd/x", "loop", "out"}) {
      refuses(
          FirmwareProblem.FILE_NOT_FOUND, file, request(key, path, caller(key.tenant(), GROUP)));
    }
    refuses(FirmwareProblem.NOT_A_FILE, file, request(key, "etc", caller(key.tenant(), GROUP)));
    refuses(FirmwareProblem.NOT_A_FILE, file, request(key, "dev/tty", caller(key.tenant(), GROUP)));
  }

  @Test
  void nobodyElseFindsTheFirmware() {
    AnalysisKey key = analysed();
    Caller stranger = caller(new TenantId(UUID.randomUUID()), GROUP);
    Caller outsider = caller(key.tenant(), new ProductGroupId(UUID.randomUUID()));
    for (Caller caller : new Caller[] {stranger, outsider}) {
      refuses(BaseProblem.NOT_FOUND, file, request(key, "etc/motd", caller));
      refuses(BaseProblem.NOT_FOUND, sbom, request(key, "", caller));
      refuses(BaseProblem.NOT_FOUND, vex, request(key, "", caller));
      refuses(BaseProblem.NOT_FOUND, quality, request(key, "", caller));
    }
  }

  /// A change with 5 new matches, 1 that is gone, over pages of 2.
  @Test
  void listsWhatChangedAndWhatItConsistsOf() throws IOException {
    AnalysisKey key = analysed();
    Caller caller = caller(key.tenant(), GROUP);
    assertEquals(
        "{\"items\":[],\"limit\":50}",
        text(changes.handle(changeRequest(key, "", caller, Map.of()))));
    List<FirmwareChange> noted = new ArrayList<>();
    Optional<Matched> before = Optional.empty();
    for (int i = 1; i <= 3; i++) {
      Matched now = new Matched("index-" + i, NOW.plusSeconds(i));
      List<MatchChange> changed =
          MatchChange.between(
              List.of(match(0)),
              IntStream.rangeClosed(1, 5).mapToObj(DownloadTest::match).toList());
      FirmwareChange each =
          FirmwareChange.of(
              key.analysis(), before.orElse(new Matched("starter", NOW)), now, changed);
      objects.write(
          ObjectKeys.changes(key, each.id().value()),
          "application/json",
          Jsonb.instance().type(MatchChange.class).list().toJsonBytes(changed));
      assertTrue(monitoring.rematched(key, before, now, Optional.of(each)));
      assertFalse(monitoring.rematched(key, before, now, Optional.of(each)), "once");
      noted.addFirst(each);
      before = Optional.of(now);
    }
    String first =
        text(changes.handle(changeRequest(key, "", caller, Map.of("limit", List.of("2")))));
    assertTrue(
        first.startsWith("{\"matched\":{\"index\":\"index-3\",\"at\":\"2026-03-01T10:00:03Z\"}"),
        first);
    assertTrue(
        first.contains(noted.get(0).id().value()) && first.contains(noted.get(1).id().value()),
        first);
    assertFalse(first.contains(noted.get(2).id().value()), first);
    assertTrue(first.contains("\"added\":5,\"changed\":0,\"gone\":1"), first);
    String cursor = first.replaceFirst(".*\"next\":\"([^\"]+)\".*", "$1");
    String last =
        text(changes.handle(changeRequest(key, "", caller, Map.of("cursor", List.of(cursor)))));
    assertTrue(last.contains(noted.get(2).id().value()) && !last.contains("\"next\""), last);
    List<String> seen = new ArrayList<>();
    Map<String, List<String>> query = Map.of("limit", List.of("2"));
    while (true) {
      String page =
          text(change.handle(changeRequest(key, noted.get(0).id().value(), caller, query)));
      Matcher entry =
          Pattern.compile("\"kind\":\"(\\w+)\",\"vulnerability\":\"([^\"]+)\"").matcher(page);
      while (entry.find()) {
        seen.add(entry.group(1) + " " + entry.group(2));
      }
      if (!page.contains("\"next\"")) {
        break;
      }
      String next = page.replaceFirst(".*\"next\":\"([^\"]+)\".*", "$1");
      query = Map.of("limit", List.of("2"), "cursor", List.of(next));
    }
    assertEquals(
        List.of(
            "new CVE-2000-0001",
            "new CVE-2000-0002",
            "new CVE-2000-0003",
            "new CVE-2000-0004",
            "new CVE-2000-0005",
            "gone CVE-2000-0000"),
        seen);
    for (String wrong : new String[] {"", "x", "20260301T100003000Z-00000000"}) {
      refuses(
          FirmwareProblem.CHANGE_NOT_FOUND, change, changeRequest(key, wrong, caller, Map.of()));
    }
    for (String wrong : new String[] {"x", "7", "-1", "9999999999"}) {
      refuses(
          BaseProblem.INVALID_CURSOR,
          change,
          changeRequest(key, noted.get(0).id().value(), caller, Map.of("cursor", List.of(wrong))));
    }
    Caller stranger = caller(new TenantId(UUID.randomUUID()), GROUP);
    Caller outsider = caller(key.tenant(), new ProductGroupId(UUID.randomUUID()));
    for (Caller other : new Caller[] {stranger, outsider}) {
      refuses(BaseProblem.NOT_FOUND, changes, changeRequest(key, "", other, Map.of()));
      refuses(
          BaseProblem.NOT_FOUND,
          change,
          changeRequest(key, noted.get(0).id().value(), other, Map.of()));
    }
  }

  /// Ten changes of two firmware in two product groups, over pages of three.
  @Test
  void listsTheChangesOfAllFirmwareThatTheCallerMaySee() throws IOException {
    TenantId tenant = new TenantId(UUID.randomUUID());
    ProductGroupId other = new ProductGroupId(UUID.randomUUID());
    AnalysisKey mine = finished(tenant, GROUP);
    AnalysisKey others = finished(tenant, other);
    List<String> expected = new ArrayList<>();
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      AnalysisKey key = i % 3 == 0 ? mine : others;
      FirmwareChange change = changed(key, NOW.plusSeconds(i));
      all.addFirst(change.id().value());
      if (key.equals(mine)) {
        expected.addFirst(change.id().value());
      }
    }
    assertEquals(expected, listed(caller(tenant, GROUP), Map.of()));
    assertEquals(all, listed(seeing(tenant, GROUP, other), Map.of()));
    assertEquals(
        List.of(), listed(caller(tenant, new ProductGroupId(UUID.randomUUID())), Map.of()));
    assertEquals(List.of(), listed(caller(new TenantId(UUID.randomUUID()), GROUP), Map.of()));
    for (String since : List.of("2026-03-01T10:00:06Z", "2026-03-01T12:00:06+02:00")) {
      assertEquals(
          all.subList(0, 4), listed(seeing(tenant, GROUP, other), Map.of("since", List.of(since))));
    }
    assertEquals(all, listed(seeing(tenant, GROUP, other), Map.of("since", List.of("2026-03-01"))));
    assertEquals(
        List.of(), listed(seeing(tenant, GROUP, other), Map.of("since", List.of("2026-03-02"))));
    for (String since : List.of("", "x", "yesterday", "2026-02-30", "+12026-01-01T00:00:00Z")) {
      refuses(
          BaseProblem.INVALID_FIELD,
          tenantChanges,
          listing(caller(tenant, GROUP), Map.of("since", List.of(since))));
    }
    String first =
        text(
            tenantChanges.handle(
                listing(seeing(tenant, GROUP, other), Map.of("limit", List.of("3")))));
    assertTrue(first.contains("\"firmware_name\":\"Router\""), first);
    String cursor = first.replaceFirst(".*\"next\":\"([^\"]+)\".*", "$1");
    assertEquals(
        List.of(),
        listed(caller(new TenantId(UUID.randomUUID()), GROUP), Map.of("cursor", List.of(cursor))),
        "a cursor opens nothing of another tenant");
    for (String wrong : List.of("x", "", "IyMj")) {
      refuses(
          BaseProblem.INVALID_CURSOR,
          tenantChanges,
          listing(caller(tenant, GROUP), Map.of("cursor", List.of(wrong))));
    }
  }

  private AnalysisKey finished(TenantId tenant, ProductGroupId group) {
    AnalysisKey key = received(tenant, group);
    store.begin(key, NOW);
    store.finish(key, Analysis.Result.COMPLETE, Optional.empty(), NOW);
    return key;
  }

  private FirmwareChange changed(AnalysisKey key, Instant at) {
    Optional<Matched> before =
        store.find(key.tenant(), key.firmware()).orElseThrow().latestAnalysis().matched();
    Matched after = new Matched("index", Optional.of(Sha256.of(new byte[1])), at);
    FirmwareChange change =
        FirmwareChange.of(
            key.analysis(),
            before.orElse(new Matched("starter", NOW)),
            after,
            MatchChange.between(List.of(match(0)), List.of(match(1))));
    assertTrue(monitoring.rematched(key, before, after, Optional.of(change)));
    return change;
  }

  /// The ids of all pages.
  private List<String> listed(Caller caller, Map<String, List<String>> query) throws IOException {
    List<String> seen = new ArrayList<>();
    Map<String, List<String>> asked = new java.util.HashMap<>(query);
    asked.put("limit", List.of("3"));
    for (int i = 0; i < 20; i++) {
      String page = text(tenantChanges.handle(listing(caller, asked)));
      Matcher id = Pattern.compile("\"id\":\"([^\"]+)\"").matcher(page);
      while (id.find()) {
        seen.add(id.group(1));
      }
      if (!page.contains("\"next\"")) {
        return seen;
      }
      asked.put("cursor", List.of(page.replaceFirst(".*\"next\":\"([^\"]+)\".*", "$1")));
    }
    throw new AssertionError("pages without end");
  }

  private static Request listing(Caller caller, Map<String, List<String>> query) {
    return new Request(
        "GET",
        "/api/changes",
        Map.of(),
        query,
        Map.of(),
        new byte[0],
        Optional.of(caller),
        "http://x",
        "r");
  }

  private static Caller seeing(TenantId tenant, ProductGroupId... groups) {
    return new Caller(
        tenant,
        new UserId(UUID.randomUUID()),
        "a@b",
        Caller.Credential.API_TOKEN,
        Set.of(),
        new ProductGroupAccess(
            Set.of(),
            java.util.Arrays.stream(groups)
                .collect(
                    java.util.stream.Collectors.toMap(
                        group -> group, _ -> Set.of(Permission.FIRMWARE_VIEW)))));
  }

  private static CveMatch match(int number) {
    return new CveMatch(
        "m" + number,
        "CVE-2000-000" + number,
        List.of(),
        "c",
        "",
        Severity.HIGH,
        7.5,
        null,
        false,
        3,
        List.of(),
        null,
        null,
        null,
        List.of());
  }

  private static Request changeRequest(
      AnalysisKey key, String change, Caller caller, Map<String, List<String>> query) {
    return new Request(
        "GET",
        "/api/firmwares/x/changes",
        Map.of("id", key.firmware().toString(), "change", change),
        query,
        Map.of(),
        new byte[0],
        Optional.of(caller),
        "http://x",
        "r");
  }

  @Test
  void writesAnSbomInTheFormAskedFor() throws IOException {
    AnalysisKey key = analysed();
    Request request = request(key, "", caller(key.tenant(), GROUP));
    HttpResponse answer = sbom.handle(request);
    assertTrue(text(answer).contains("\"bomFormat\""));
    assertEquals(text(answer), text(sbom.handle(request)), "the same bytes");
    refuses(
        FirmwareProblem.SBOM_FORMAT_NOT_ACCEPTABLE,
        sbom,
        new Request(
            "GET",
            request.path(),
            request.pathParameters(),
            Map.of(),
            Map.of("accept", "text/html"),
            new byte[0],
            request.caller(),
            "http://x",
            "r"));
  }

  @Test
  void saysHowMuchOfTheProfilesTheSbomSays() throws IOException {
    AnalysisKey key = analysed();
    write(
        key,
        AnalysisDocument.INVENTORY,
        """
        {"components":[{"id":"c","type":"library","name":"zlib","purl":"pkg:generic/zlib",
        "licenses":["Zlib"],"cryptographic":false,"paths":["lib/libz.so"],"fileCount":1,
        "evidence":[]}],"identity":{},"notes":[]}
        """
            .getBytes(StandardCharsets.UTF_8));
    HttpResponse answer = quality.handle(request(key, "", caller(key.tenant(), GROUP)));
    assertEquals(200, answer.status());
    String text = text(answer);
    assertTrue(text.startsWith("{\"things\":2,\"profiles\":[{\"id\":\"ntia\""), text);
    assertTrue(
        text.contains(
            "{\"id\":\"supplier\",\"asks\":\"who supplies it is named\",\"of\":\"component\","
                + "\"share\":0.0,\"missing\":2,\"missed_by\":[{\"id\":\"firmware-"),
        text);
    assertTrue(text.contains("{\"id\":\"c\",\"name\":\"zlib\"}"), text);
    // name 1, relationship 1, author 1, timestamp 1, identifiers 1/2, version and supplier 0
    assertTrue(
        text.contains("\"title\":\"NTIA minimum elements (2021)\",\"score\":64,\"met\":false"),
        text);
  }

  @ParameterizedTest
  @EnumSource(SbomFormat.class)
  void writesEveryFormatUnderItsOwnName(SbomFormat format) throws IOException {
    HttpResponse answer = sbom.handle(sbomRequest(analysed(), format, Map.of()));
    assertEquals(format.contentType(), answer.headers().get("content-type"));
    assertTrue(text(answer).contains(format.version()), format.name());
  }

  @ParameterizedTest
  @EnumSource(VexFormat.class)
  void saysInEveryFormatWhatTheAssessmentCameTo(VexFormat format) throws IOException {
    AnalysisKey key = analysed();
    writeMatch(key);
    HttpResponse answer = vex.handle(accepting(key, format.contentType(), Map.of()));
    assertEquals(format.contentType(), answer.headers().get("content-type"));
    String text = text(answer);
    assertTrue(text.contains("CVE-2000-0001"), text);
    String justification =
        format == VexFormat.CYCLONEDX
            ? "requires_environment"
            : "vulnerable_code_cannot_be_controlled_by_adversary";
    assertTrue(text.contains(justification), text);
  }

  @Test
  void refusesFormatsThatItCannotWriteOrThatCannotSayNothing() {
    AnalysisKey key = analysed();
    refuses(FirmwareProblem.VEX_FORMAT_NOT_ACCEPTABLE, vex, accepting(key, "text/html", Map.of()));
    refuses(
        FirmwareProblem.VEX_NOTHING_TO_SAY,
        vex,
        accepting(key, VexFormat.CSAF.contentType(), Map.of()));
  }

  @Test
  void aVexDocumentStandsBeforeTheAssessmentAndComesOutAgain() throws IOException {
    AnalysisKey key = analysed();
    writeMatch(key);
    String first = text(imports.handle(sending(key, openVex("2026-02-01T00:00:00Z", "affected"))));
    assertTrue(first.contains("\"applied\":1"), first);
    assertEquals(
        first,
        text(imports.handle(sending(key, openVex("2026-02-01T00:00:00Z", "affected")))),
        "the same again changes nothing");
    String out = text(vex.handle(accepting(key, VexFormat.OPENVEX.contentType(), Map.of())));
    assertTrue(out.contains("\"affected\""), out);
    assertTrue(out.contains("Unplug it."), out);
    assertTrue(out.contains("\"version\" : 2"), out);
    String bom = text(sbom.handle(sbomRequest(key, SbomFormat.CYCLONEDX_JSON_1_6, Map.of())));
    assertTrue(bom.contains("\"exploitable\""), bom);
    text(imports.handle(sending(key, openVex("2026-02-02T00:00:00Z", "fixed"))));
    bom = text(sbom.handle(sbomRequest(key, SbomFormat.CYCLONEDX_JSON_1_6, Map.of())));
    assertTrue(bom.contains("\"resolved\""), bom);
    assertTrue(bom.contains("CVE-2000-0001"), "a match never goes away");
    refuses(
        FirmwareProblem.VEX_OUTDATED,
        imports,
        sending(key, openVex("2026-02-01T00:00:00Z", "fixed")));
    String list = text(imported.handle(sending(key, "")));
    assertEquals(2, list.split("urn:x").length, "one document: " + list);
  }

  /// A later advisory index brings a match that the document speaks of.
  @Test
  void aVexDocumentSentAgainIsOfTheMatchesThatCameSince() throws IOException {
    AnalysisKey key = analysed();
    String document = openVex("2026-02-01T00:00:00Z", "affected");
    String before = text(imports.handle(sending(key, document)));
    assertTrue(before.contains("\"applied\":0"), before);
    writeMatch(key);
    String bom = text(sbom.handle(sbomRequest(key, SbomFormat.CYCLONEDX_JSON_1_6, Map.of())));
    assertFalse(bom.contains("\"exploitable\""), "not before it is sent again: " + bom);
    String again = text(imports.handle(sending(key, document)));
    assertEquals(
        before.replace("\"applied\":0", "\"applied\":1"), again, "by the first who sent it");
    bom = text(sbom.handle(sbomRequest(key, SbomFormat.CYCLONEDX_JSON_1_6, Map.of())));
    assertTrue(bom.contains("\"exploitable\""), bom);
    assertEquals(again, text(imports.handle(sending(key, document))));
    String list = text(imported.handle(sending(key, "")));
    assertTrue(list.contains("\"applied\":1"), list);
    assertEquals(2, list.split("urn:x").length, "one document: " + list);
  }

  @Test
  void aVexDocumentThatCannotBeUsedIsRefusedAndNothingIsKept() throws IOException {
    AnalysisKey key = analysed();
    writeMatch(key);
    for (String text :
        List.of("", "{}", openVex("2999-01-01T00:00:00Z", "fixed"), openVex("x", "fixed"))) {
      refuses(FirmwareProblem.VEX_INVALID, imports, sending(key, text));
    }
    assertTrue(text(imported.handle(sending(key, ""))).contains("\"items\":[]"));
  }

  @Test
  void whoMayOnlyViewTakesNoVexDocumentIn() {
    AnalysisKey key = analysed();
    refuses(
        BaseProblem.MISSING_PERMISSION,
        imports,
        sending(key, openVex("2026-02-01T00:00:00Z", "fixed"), caller(key.tenant(), GROUP)));
    refuses(
        BaseProblem.NOT_FOUND,
        imports,
        sending(
            key,
            openVex("2026-02-01T00:00:00Z", "fixed"),
            caller(new TenantId(UUID.randomUUID()), GROUP)));
  }

  private static String openVex(String at, String status) {
    return """
    {"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:x","author":"Acme","version":1,
    "timestamp":"WHEN","statements":[{"vulnerability":{"name":"CVE-2000-0001"},
    "products":[{"hashes":{"sha-256":"SHA"}}],"status":"STATUS",
    "action_statement":"Unplug it."}]}
    """
        .replace("WHEN", at)
        .replace("STATUS", status)
        .replace("SHA", Sha256.of("hello".getBytes(StandardCharsets.UTF_8)).hex());
  }

  private static Request sending(AnalysisKey key, String body) {
    Caller editor =
        new Caller(
            key.tenant(),
            new UserId(UUID.randomUUID()),
            "a@b",
            Caller.Credential.API_TOKEN,
            Set.of(),
            new ProductGroupAccess(
                Set.of(),
                Map.of(GROUP, Set.of(Permission.FIRMWARE_VIEW, Permission.FIRMWARE_EDIT))));
    return sending(key, body, editor);
  }

  private static Request sending(AnalysisKey key, String body, Caller caller) {
    return new Request(
        "POST",
        "/api/firmwares/x/vex-documents",
        Map.of("id", key.firmware().toString()),
        Map.of(),
        Map.of(),
        body.getBytes(StandardCharsets.UTF_8),
        Optional.of(caller),
        "http://x",
        "r");
  }

  private void writeMatch(AnalysisKey key) {
    objects.write(
        ObjectKeys.matches(key, Optional.empty()),
        "x/y",
        """
        [{"id":"m","cve":"CVE-2000-0001","aliases":[],"componentId":"c","description":"",
        "knownExploited":false,"score":-6,"reasons":["platform-contradicted: x"]}]
        """
            .getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void leavesTheVulnerabilitiesOutWhereAskedTo() throws IOException {
    AnalysisKey key = analysed();
    writeMatch(key);
    SbomFormat format = SbomFormat.CYCLONEDX_JSON_1_6;
    String with = text(sbom.handle(sbomRequest(key, format, Map.of())));
    assertTrue(with.contains("CVE-2000-0001") && with.contains("requires_environment"), with);
    String without = text(sbom.handle(sbomRequest(key, format, Map.of("vex", List.of("false")))));
    assertFalse(without.contains("CVE-2000-0001"), without);
  }

  private static Request sbomRequest(
      AnalysisKey key, SbomFormat format, Map<String, List<String>> query) {
    return accepting(key, format.contentType(), query);
  }

  private static Request accepting(
      AnalysisKey key, String accept, Map<String, List<String>> query) {
    Request request = request(key, "", caller(key.tenant(), GROUP));
    return new Request(
        "GET",
        request.path(),
        request.pathParameters(),
        query,
        Map.of("accept", accept),
        new byte[0],
        request.caller(),
        "http://x",
        "r");
  }

  @Test
  void refusesWhileTheAnalysisRunsAndAfterItFailed() {
    AnalysisKey key = received();
    Request request = request(key, "etc/motd", caller(key.tenant(), GROUP));
    refuses(FirmwareProblem.ANALYSIS_NOT_FINISHED, sbom, request);
    refuses(FirmwareProblem.ANALYSIS_NOT_FINISHED, quality, request);
    store.finish(key, Analysis.Result.FAILED, Optional.of("broken"), NOW);
    refuses(FirmwareProblem.ANALYSIS_FAILED, sbom, request);
    refuses(FirmwareProblem.ANALYSIS_FAILED, quality, request);
    refuses(FirmwareProblem.ANALYSIS_FAILED, file, request);
  }

  private static void refuses(Problem problem, Operation operation, Request request) {
    ProblemException e = assertThrows(ProblemException.class, () -> operation.handle(request));
    assertEquals(problem, e.problem());
  }

  private static String text(HttpResponse answer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    switch (answer.body()) {
      case HttpResponse.Body.Bytes bytes -> out.writeBytes(bytes.content());
      case HttpResponse.Body.Stream stream -> stream.writer().writeTo(out);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Request request(AnalysisKey key, String path, Caller caller) {
    return new Request(
        "GET",
        "/api/firmwares/x",
        Map.of("id", key.firmware().toString(), "path", path),
        Map.of(),
        Map.of("accept", "*/*"),
        new byte[0],
        Optional.of(caller),
        "http://x",
        "r");
  }

  private static Caller caller(TenantId tenant, ProductGroupId group) {
    return new Caller(
        tenant,
        new UserId(UUID.randomUUID()),
        "a@b",
        Caller.Credential.API_TOKEN,
        Set.of(),
        new ProductGroupAccess(Set.of(), Map.of(group, Set.of(Permission.FIRMWARE_VIEW))));
  }

  private AnalysisKey received() {
    return received(new TenantId(UUID.randomUUID()), GROUP);
  }

  private AnalysisKey received(TenantId tenant, ProductGroupId group) {
    Upload upload =
        new Upload(
            tenant,
            new UploadId(UUID.randomUUID()),
            new FirmwareId(UUID.randomUUID()),
            new AnalysisId(UUID.randomUUID()),
            "Router",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            new ProductId(UUID.randomUUID()),
            group,
            Optional.empty(),
            new UserId(UUID.randomUUID()),
            NOW,
            NOW.plus(Duration.ofDays(1)),
            Optional.empty());
    store.createUpload(upload);
    objects.write(ObjectKeys.firmware(upload.tenant(), upload.id()), "x/y", new byte[] {1});
    return AnalysisKey.of(
        new ReceiveUpload(store, objects, Clock.fixed(NOW, ZoneOffset.UTC))
            .receive(upload.tenant(), upload.id()));
  }

  private AnalysisKey analysed() {
    AnalysisKey key = received();
    write(key, AnalysisDocument.PACK, "....hello".getBytes(StandardCharsets.UTF_8));
    String sha = Sha256.of("hello".getBytes(StandardCharsets.UTF_8)).hex();
    String tree =
        """
        {"tree":1,"roots":[""]}
        {"path":"dev/tty","type":"CHARACTER_DEVICE","mode":384,"rdev":"5:0","container":"cpio"}
        {"path":"etc","type":"DIRECTORY","mode":493,"container":"cpio"}
        {"path":"etc/motd","type":"FILE","mode":420,"size":5,"sha256":"SHA","offset":4,"length":5,"container":"cpio"}
        {"path":"link","type":"SYMLINK","mode":511,"linkTarget":"/etc/motd","container":"cpio"}
        {"path":"loop","type":"SYMLINK","mode":511,"linkTarget":"loop","container":"cpio"}
        {"path":"out","type":"SYMLINK","mode":511,"linkTarget":"../../etc/passwd","container":"cpio"}
        """
            .replace("SHA", sha);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(tree.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    write(key, AnalysisDocument.TREE, packed.toByteArray());
    write(
        key,
        AnalysisDocument.UNPACK_REPORT,
        ("{\"inputSize\":1,\"inputSha256\":\""
                + sha
                + "\",\"chunks\":[],\"notes\":[],\"explainedPercent\":0,\"complete\":true,"
                + "\"counts\":{}}")
            .getBytes(StandardCharsets.UTF_8));
    write(
        key,
        AnalysisDocument.INVENTORY,
        "{\"components\":[],\"identity\":{},\"notes\":[]}".getBytes(StandardCharsets.UTF_8));
    objects.write(
        ObjectKeys.matches(key, Optional.empty()), "x/y", "[]".getBytes(StandardCharsets.UTF_8));
    assertTrue(store.finish(key, Analysis.Result.COMPLETE, Optional.empty(), NOW));
    return key;
  }

  private void write(AnalysisKey key, AnalysisDocument document, byte[] content) {
    objects.write(ObjectKeys.document(key, document), "x/y", content);
  }
}
