package io.firmament.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.analysis.advisory.BuildReport;
import io.firmament.analysis.advisory.FirmwareEnvironment;
import io.firmament.analysis.advisory.ImageFacts;
import io.firmament.analysis.advisory.IndexBuilder;
import io.firmament.analysis.advisory.Matcher;
import io.firmament.analysis.advisory.UserIndex;
import io.firmament.analysis.advisory.feeds.UserRecord;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.aws.AwsUnderTest;
import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.aws.DynamoMonitoringStore;
import io.firmament.aws.DynamoUserVulnerabilityStore;
import io.firmament.aws.FirmwareRefJson;
import io.firmament.aws.S3ObjectStore;
import io.firmament.aws.StageMessageJson;
import io.firmament.aws.fleet.AuditTrail;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.base.AnalysisId;
import io.firmament.base.ArtifactId;
import io.firmament.base.Cursor;
import io.firmament.base.FirmwareId;
import io.firmament.base.Ids;
import io.firmament.base.JsonDocument;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.UserId;
import io.firmament.base.UserVulnerabilityId;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Severity;
import io.firmament.base.finding.UserVulnerability;
import io.firmament.base.finding.VexDecisions;
import io.firmament.base.finding.VexSource;
import io.firmament.base.finding.VexStatement;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.artifact.Content;
import io.firmament.platform.artifact.Manifest;
import io.firmament.platform.artifact.Terms;
import io.firmament.platform.firmware.Affected;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.Matched;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageMessage;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.firmware.VexDocuments;
import io.firmament.platform.firmware.VexImport;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.monitoring.FirmwareChange;
import io.firmament.platform.monitoring.FirmwareRef;
import io.firmament.platform.monitoring.MatchChange;
import io.firmament.platform.monitoring.MonitoringStore;
import io.firmament.platform.monitoring.RematchQueue;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.vulnerability.Recorded;
import io.firmament.platform.vulnerability.UserVulnerabilities;
import io.firmament.platform.vulnerability.UserVulnerabilityStore;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/// What becomes of analysed firmware when another advisory index comes into use, over real stores;
/// the queues are in memory, so that a test decides what is delivered when and how often.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MonitoringTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final byte[] IMAGE = {1};
  private static final String FLIPPED =
      "{\"detail\":{\"object\":{\"key\":\"" + ObjectKeys.CURRENT_ADVISORIES + "\"}}}";
  private static final Set<String> WRITES =
      Set.of("write", "send", "rematched", "show", "watch", "planned", "indexed", "update");
  private static final int PRODUCTS = 12;

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final S3Client s3 = aws.s3();
  private final ObjectStore uploads = new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3));
  @TempDir private Path work;

  private ObjectStore documents = uploads;
  private FirmwareStore store = new DynamoFirmwareStore(dynamo, "none");
  private MonitoringStore monitoring = new DynamoMonitoringStore(dynamo, "none");
  private ArtifactStore artifacts = new DynamoArtifactStore(dynamo, "none");
  private UserVulnerabilityStore records =
      new DynamoUserVulnerabilityStore(dynamo, "none", new AuditTrail("none"));
  private final Deque<String> queue = new ArrayDeque<>();
  private final Map<String, String> feed = new TreeMap<>();
  private String current = "";
  private long generation;

  @BeforeEach
  void anEmptyPlatform() {
    String table = aws.table(dynamo, "firmware");
    store = new DynamoFirmwareStore(dynamo, table);
    monitoring = new DynamoMonitoringStore(dynamo, table);
    String fleet = aws.table(dynamo, "fleet");
    artifacts = new DynamoArtifactStore(dynamo, fleet);
    records = new DynamoUserVulnerabilityStore(dynamo, table, new AuditTrail(fleet));
    documents = new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3));
    queue.clear();
    feed.clear();
  }

  @AfterAll
  void end() {
    aws.close();
  }

  /// A feed, and what two tenants have on record for themselves, change at random, many times over.
  /// Then everything that is shown of every firmware is what matching all of it with the new index
  /// gives, and much was left alone.
  @Test
  void whatAnIndexConcernsIsWhatAllOfItWouldGive() throws IOException {
    Random random = new Random(20260301);
    for (int i = 0; i < 30; i++) {
      change(random);
    }
    use();
    drive();
    List<TenantId> tenants = List.of(tenant(), tenant());
    List<AnalysisKey> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      List<String> components =
          IntStream.rangeClosed(0, random.nextInt(4))
              .mapToObj(_ -> component(random.nextInt(PRODUCTS), version(random)))
              .toList();
      all.add(analysed(tenants.get(i % 2), components));
    }
    ArtifactId artifact = artifact(all.getFirst());
    assertAllAsMatchedWith(all);
    int touched = 0;
    int steps = 24;
    Map<AnalysisKey, Integer> seen = new TreeMap<>(byId());
    for (int step = 0; step < steps; step++) {
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        change(random);
      }
      Map<AnalysisKey, List<CveMatch>> before = new TreeMap<>(byId());
      all.forEach(key -> before.put(key, matches(key)));
      TenantId writer = tenants.get(random.nextInt(2));
      boolean own = random.nextInt(3) > 0;
      if (own) {
        changeOwn(writer, random);
      }
      if (!own || random.nextBoolean()) {
        use();
      }
      int messages = drive();
      touched += messages;
      assertAllAsMatchedWith(all);
      for (AnalysisKey key : all) {
        List<MatchChange> changed =
            MatchChange.between(sorted(before.getOrDefault(key, List.of())), matches(key));
        List<FirmwareChange> noted = changes(key, 100);
        boolean isNoted = noted.size() > seen.getOrDefault(key, 0);
        seen.put(key, noted.size());
        assertEquals(!changed.isEmpty(), isNoted, "a change is noted, and nothing else");
        if (isNoted) {
          assertEquals(changed, entries(key, noted.getFirst()));
        }
      }
      assertEquals(
          open(matches(all.getFirst())),
          artifacts.find(tenants.getFirst(), artifact).orElseThrow().image().orElseThrow().open());
    }
    int untouched = steps * all.size() - touched;
    System.out.println("matched again " + touched + ", left alone " + untouched);
    assertTrue(touched > 20 && untouched > touched / 2, touched + " touched, " + untouched);
  }

  @Test
  void whateverItIsStoppedAfterARepeatGoesOn() throws IOException {
    int crashes = 0;
    for (boolean crashed = true; crashed && crashes < 60; crashes++) {
      anEmptyPlatform();
      put("CVE-2001-0001", "1", "<", "2.0", 5.5);
      put("CVE-2001-0002", "1", "<", "2.0", 5.5);
      use();
      drive();
      AnalysisKey key = analysed(tenant(), List.of(component(1, "1.0")));
      ArtifactId artifact = artifact(key);
      put("CVE-2001-0001", "1", "<", "2.0", 9.5);
      put("CVE-2001-0002", "3", "<", "2.0", 5.5);
      put("CVE-2001-0003", "1", "<", "2.0", 7.5);
      use();
      AtomicInteger writesLeft = new AtomicInteger(crashes + 1);
      drive(crashing(writesLeft));
      crashed = writesLeft.get() <= 0;
      assertAllAsMatchedWith(List.of(key));
      List<FirmwareChange> changes = changes(key, 10);
      assertEquals(1, changes.size(), "it is noted once");
      FirmwareChange change = changes.getFirst();
      assertEquals(List.of(1, 1, 1), List.of(change.added(), change.changed(), change.gone()));
      assertEquals(
          open(matches(key)),
          artifacts.find(key.tenant(), artifact).orElseThrow().image().orElseThrow().open());
    }
    assertTrue(crashes >= 8 && crashes < 60, "writes of a change: " + crashes);
  }

  @Test
  void anIndexThatComesWhileAnImageIsAnalysedIsNotMissed() throws IOException {
    put("CVE-2001-0001", "1", "<", "2.0", 5.5);
    use();
    drive();
    AnalysisKey key = unpacked(tenant(), List.of(component(1, "1.0")));
    run(Stage.MATCH, key);
    put("CVE-2001-0002", "1", "<", "2.0", 7.5);
    use();
    assertEquals(0, drive(), "nobody watches yet");
    run(Stage.PUBLISH, key);
    assertEquals(List.of("CVE-2001-0001"), cves(key));
    assertEquals(1, drive(), "its end asks for it");
    assertEquals(List.of("CVE-2001-0002", "CVE-2001-0001"), cves(key));
    run(Stage.PUBLISH, key);
    assertEquals(0, drive(), "a late message knows that it is up to date");
    assertEquals(List.of("CVE-2001-0002", "CVE-2001-0001"), cves(key));
  }

  @Test
  void whatWasKnownBeforeStaysReadable() throws IOException {
    put("CVE-2001-0001", "1", "<", "2.0", 5.5);
    use();
    drive();
    AnalysisKey key = analysed(tenant(), List.of(component(1, "1.0")));
    Matched first = matched(key);
    feed.remove("CVE-2001-0001");
    put("CVE-2001-0002", "1", "<", "2.0", 9.5);
    use();
    drive();
    FirmwareChange change = changes(key, 10).getFirst();
    assertEquals(first, change.before());
    assertEquals(matched(key), change.after());
    assertEquals(current, change.after().index());
    assertEquals(List.of(1, 0, 1), List.of(change.added(), change.changed(), change.gone()));
    Documents results = new Documents(documents, key);
    assertEquals(
        List.of("CVE-2001-0001"),
        results.matches(Optional.of(first)).stream().map(CveMatch::cve).toList());
    assertEquals(
        List.of(),
        store.affectedBy(key.tenant(), "CVE-2001-0001", PageRequest.first()).items(),
        "where it is no more");
    assertEquals(
        Optional.of(change), monitoring.findChange(key.tenant(), key.firmware(), change.id()));
    assertEquals(Optional.empty(), monitoring.findChange(tenant(), key.firmware(), change.id()));
  }

  /// What a document says holds for what comes later, and the gate before rollouts hears it.
  @Test
  void aVexDocumentThatIsThereIsOfTheMatchesThatALaterIndexBrings() throws IOException {
    put("CVE-2001-0001", "1", "<", "2.0", 9.5);
    use();
    drive();
    AnalysisKey key = analysed(tenant(), List.of(component(1, "1.0")));
    ArtifactId artifact = artifact(key);
    VexImport given = vex(key, "CVE-2001-0002", "not_affected");
    assertEquals(0, given.applied());
    put("CVE-2001-0002", "1", "<", "2.0", 9.8);
    use();
    drive();
    VexDocuments vex = new VexDocuments(store, documents);
    CveMatch later =
        matches(key).stream()
            .filter(match -> match.cve().equals("CVE-2001-0002"))
            .findFirst()
            .orElseThrow();
    assertEquals(
        VexStatement.State.NOT_AFFECTED,
        Optional.ofNullable(vex.statements(key.tenant(), key.firmware()).get(later.id()))
            .orElseThrow()
            .state());
    assertEquals(
        NOW.minusSeconds(60).toString(),
        Optional.ofNullable(vex.said(key.tenant(), key.firmware()).get(later.id()))
            .orElseThrow()
            .decision()
            .at(),
        "as of the document, which is from before its import");
    assertEquals(1, vex.all(key.tenant(), key.firmware()).getFirst().applied());
    Artifact.Image image =
        artifacts.find(key.tenant(), artifact).orElseThrow().image().orElseThrow();
    assertEquals(Map.of(Severity.CRITICAL, 1), image.open());
    assertEquals(Map.of(Severity.CRITICAL, 1), image.closedByVex());
    vex(key, "CVE-2001-0002", "affected");
    put("CVE-2001-0003", "1", "<", "2.0", 3.5);
    use();
    drive();
    image = artifacts.find(key.tenant(), artifact).orElseThrow().image().orElseThrow();
    assertEquals(Map.of(Severity.CRITICAL, 2, Severity.LOW, 1), image.open());
    assertEquals(Map.of(), image.closedByVex());
  }

  /// Gives a document about the whole image, as it is imported: the later status has the later
  /// time.
  private VexImport vex(AnalysisKey key, String cve, String status) {
    Instant at = status.equals("affected") ? NOW : NOW.minusSeconds(60);
    byte[] bytes =
        """
        {"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:%1$s","author":"Acme","version":1,
        "timestamp":"%2$s","statements":[{"vulnerability":{"name":"%3$s"},
        "products":[{"hashes":{"sha-256":"%4$s"}}],"status":"%1$s",%5$s}]}
        """
            .formatted(
                status,
                at,
                cve,
                Sha256.of(IMAGE).hex(),
                status.equals("affected")
                    ? "\"action_statement\":\"Unplug it.\""
                    : "\"justification\":\"component_not_present\"")
            .getBytes(StandardCharsets.UTF_8);
    VexImport what =
        new VexImport(
            "urn:" + status,
            "openvex",
            "Acme",
            at,
            Sha256.of(bytes),
            1,
            0,
            NOW,
            new UserId(UUID.randomUUID()));
    VexSource source =
        new VexSource("urn:" + status, "openvex", "Acme", at.toString(), what.sha256().hex());
    return new VexDocuments(store, documents)
        .add(key.tenant(), key.firmware(), what, new VexDecisions(source, List.of()), bytes);
  }

  @Test
  void anIndexThatIsTheSameForAFirmwareLeavesItAlone() throws IOException {
    put("CVE-2001-0001", "1", "<", "2.0", 5.5);
    use();
    drive();
    AnalysisKey key = analysed(tenant(), List.of(component(1, "1.0")));
    Matched before = matched(key);
    put("CVE-2001-0002", "2", "<", "2.0", 9.5);
    use();
    assertEquals(0, drive());
    assertEquals(before, matched(key));
    assertEquals(0, drive(FLIPPED), "told again, it is planned already");
  }

  @Test
  void allIsMatchedWhereTheIndexBeforeIsGone() throws IOException {
    put("CVE-2001-0001", "1", "<", "2.0", 5.5);
    use();
    drive();
    AnalysisKey key = analysed(tenant(), List.of(component(1, "1.0")));
    documents.delete(ObjectKeys.advisoryIndex(generation, new Sha256(current)));
    put("CVE-2001-0002", "1", "<", "2.0", 9.5);
    use();
    assertEquals(1, drive());
    assertEquals(List.of("CVE-2001-0002", "CVE-2001-0001"), cves(key));
  }

  @Test
  void twoAtOnceLeaveWhatCounts() throws Exception {
    put("CVE-2001-0001", "1", "<", "2.0", 5.5);
    use();
    drive();
    AnalysisKey key = analysed(tenant(), List.of(component(1, "1.0"), component(2, "1.0")));
    String message = FirmwareRefJson.write(new FirmwareRef(key.tenant(), key.firmware()));
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int round = 0; round < 6; round++) {
        List<Future<Boolean>> runs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          MonitorFunction function = new MonitorFunction(wiring(Function.identity()));
          Callable<Boolean> run = () -> handled(function, message);
          runs.add(threads.submit(run));
        }
        put("CVE-2001-0002", "2", "<", "2.0", round % 2 == 0 ? 9.5 : 3.5);
        put("CVE-2001-0003", round % 2 == 0 ? "1" : "3", "<", "2.0", 7.5);
        use();
        boolean failed = false;
        for (Future<Boolean> run : runs) {
          failed |= !run.get();
        }
        queue.add(message);
        drive(Function.identity());
        assertAllAsMatchedWith(List.of(key));
        assertFalse(failed, "none gave up");
      }
    }
  }

  @Test
  void whatNobodyCanDealWithIsDropped() throws IOException {
    use();
    MonitorFunction function = new MonitorFunction(wiring(Function.identity()));
    AnalysisKey waiting = unpacked(tenant(), List.of());
    for (String body :
        List.of(
            "",
            "{}",
            "[1]",
            "{\"tenant\":\"x\",\"firmware\":\"y\"}",
            FLIPPED.replace("current", "other"),
            FirmwareRefJson.write(new FirmwareRef(tenant(), new FirmwareId(UUID.randomUUID()))),
            FirmwareRefJson.write(new FirmwareRef(tenant(), waiting.firmware())),
            FirmwareRefJson.write(new FirmwareRef(waiting.tenant(), waiting.firmware())))) {
      assertTrue(handled(function, body), body);
    }
    assertEquals(Optional.empty(), analysis(waiting).matched());
  }

  private static Comparator<AnalysisKey> byId() {
    return Comparator.comparing(AnalysisKey::toString);
  }

  private static List<CveMatch> sorted(List<CveMatch> matches) {
    return matches.stream().sorted(Comparator.comparing(CveMatch::id)).toList();
  }

  private List<CveMatch> full(AnalysisKey key, AdvisoryIndex index) throws IOException {
    InventoryReport inventory = new Documents(documents, key).inventory();
    FirmwareEnvironment environment = FirmwareEnvironment.of(inventory.components());
    ImageFacts image = ImageFacts.of(inventory);
    List<UserVulnerability> own =
        records.list(key.tenant(), new PageRequest(200, Optional.empty())).items().stream()
            .map(Recorded::content)
            .toList();
    if (own.isEmpty()) {
      return new Matcher().match(inventory.components(), environment, index, image);
    }
    Path file = work.resolve("own");
    UserIndex.write(
        sink -> {
          for (UserVulnerability each : own) {
            sink.take(((UserRecord.Usable) UserRecord.read(each)).facts());
          }
        },
        file);
    try (UserIndex user = UserIndex.open(file)) {
      return new Matcher().match(inventory.components(), environment, index, user, image);
    }
  }

  private void assertAllAsMatchedWith(List<AnalysisKey> all) throws IOException {
    Map<String, Set<String>> places = new TreeMap<>();
    try (AdvisoryIndex index = AdvisoryIndex.open(work.resolve("index-" + current))) {
      for (AnalysisKey key : all) {
        List<CveMatch> full = full(key, index);
        assertEquals(sorted(full), sorted(matches(key)), "the list");
        assertEquals(
            full,
            new Documents(documents, key).matches(analysis(key).matched()),
            "the document that counts");
        for (CveMatch match : full) {
          for (String id : ids(match)) {
            places
                .computeIfAbsent(key.tenant() + " " + id, _ -> new TreeSet<>())
                .add(key.firmware() + " " + match);
          }
        }
      }
    }
    for (TenantId tenant : all.stream().map(AnalysisKey::tenant).distinct().toList()) {
      for (int i = 0; i < 40; i++) {
        String cve = "CVE-2001-" + (10_000 + i + "").substring(1);
        Set<String> found = new TreeSet<>();
        for (Affected each :
            store.affectedBy(tenant, cve, new PageRequest(200, Optional.empty())).items()) {
          found.add(each.firmware() + " " + each.match());
        }
        assertEquals(places.getOrDefault(tenant + " " + cve, Set.of()), found, cve);
      }
    }
  }

  private static Set<String> ids(CveMatch match) {
    Set<String> ids = new TreeSet<>(match.aliases());
    ids.add(match.cve());
    return ids;
  }

  private static Map<Severity, Integer> open(List<CveMatch> matches) {
    return io.firmament.platform.artifact.ImageAnalysis.of(
            new AnalysisKey(
                tenant(), new FirmwareId(UUID.randomUUID()), new AnalysisId(UUID.randomUUID())),
            Sha256.of(IMAGE),
            io.firmament.analysis.sbom.OpenMatches.of(matches, Map.of()).open(),
            List.of())
        .open();
  }

  private List<CveMatch> matches(AnalysisKey key) {
    List<CveMatch> all = new ArrayList<>();
    Optional<Cursor> next = Optional.empty();
    do {
      Page<CveMatch> page = store.matches(key.tenant(), key.analysis(), new PageRequest(200, next));
      all.addAll(page.items());
      next = page.next();
    } while (next.isPresent());
    return all;
  }

  private List<String> cves(AnalysisKey key) {
    return matches(key).stream().map(CveMatch::cve).toList();
  }

  private Analysis analysis(AnalysisKey key) {
    return store.find(key.tenant(), key.firmware()).orElseThrow().latestAnalysis();
  }

  private Matched matched(AnalysisKey key) {
    return analysis(key).matched().orElseThrow();
  }

  private List<FirmwareChange> changes(AnalysisKey key, int limit) {
    return monitoring
        .changes(key.tenant(), key.firmware(), new PageRequest(limit, Optional.empty()))
        .items();
  }

  private List<MatchChange> entries(AnalysisKey key, FirmwareChange change) throws IOException {
    try (InputStream in =
        documents.read(ObjectKeys.changes(key, change.id().value())).orElseThrow()) {
      return JsonDocument.read(Jsonb.builder().build().type(MatchChange.class).list(), in);
    }
  }

  private void put(String id, String product, String sign, String version, double score) {
    String bound = sign.equals("<") ? "versionEndExcluding" : "versionEndIncluding";
    feed.put(
        id,
        """
        {"cve":{"id":"%s","vulnStatus":"Analyzed","lastModified":"2026-01-01",
        "descriptions":[{"lang":"en","value":"words"}],
        "metrics":{"cvssMetricV31":[{"type":"Primary",
        "cvssData":{"vectorString":"CVSS:3.1/x","baseScore":%s}}]},
        "configurations":[{"nodes":[{"operator":"OR","cpeMatch":[{"vulnerable":true,
        "criteria":"cpe:2.3:a:acme:pack%s:*:*:*:*:*:*:*:*","%s":"%s"}]}]}]}}
        """
            .formatted(id, score, product, bound, version));
  }

  private void change(Random random) {
    String id = "CVE-2001-" + (10_000 + random.nextInt(40) + "").substring(1);
    switch (random.nextInt(6)) {
      case 0 -> feed.remove(id);
      case 1 -> feed.computeIfPresent(id, (_, record) -> record.replace("Analyzed", "Rejected"));
      case 2 -> feed.computeIfPresent(id, (_, record) -> record.replace("words", "other words"));
      default ->
          put(
              id,
              String.valueOf(random.nextInt(PRODUCTS)),
              random.nextBoolean() ? "<" : "<=",
              version(random),
              1 + random.nextInt(9) + 0.5);
    }
  }

  /// Records, changes or deletes a vulnerability of a tenant's own: of an id that the feed has,
  /// too, and under other ids of its own.
  private void changeOwn(TenantId tenant, Random random) {
    UserVulnerabilities own = own();
    List<Recorded> all = own.list(tenant, new PageRequest(200, Optional.empty())).items();
    String cve = "CVE-2001-" + (10_000 + random.nextInt(40) + "").substring(1);
    String bound = version(random);
    UserVulnerability content =
        own(
            random.nextBoolean() ? List.of(cve) : List.of("ACME-" + random.nextInt(9), cve),
            random.nextBoolean() ? "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" : null,
            random.nextBoolean()
                ? ofProduct(random.nextInt(PRODUCTS), bound)
                : ofPackage(random.nextInt(PRODUCTS), bound));
    try {
      if (all.isEmpty() || random.nextInt(3) == 0) {
        own.create(caller(tenant), content);
      } else if (random.nextInt(3) == 0) {
        own.delete(caller(tenant), all.get(random.nextInt(all.size())).id(), Optional.empty());
      } else {
        UserVulnerabilityId id = all.get(random.nextInt(all.size())).id();
        own.replace(caller(tenant), id, Optional.empty(), content);
      }
    } catch (ProblemException e) {
      assertEquals("user_vulnerability_exists", e.problem().code());
    }
  }

  private UserVulnerabilities own() {
    return new UserVulnerabilities(records, announcing(), Clock.systemUTC(), Ids.random());
  }

  /// The bucket, which tells as S3 does that what is on record has changed.
  private ObjectStore announcing() {
    return (ObjectStore)
        Proxy.newProxyInstance(
            MonitoringTest.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (_, method, arguments) -> {
              Object answer = method.invoke(documents, arguments);
              if (method.getName().equals("write")) {
                queue.add("{\"detail\":{\"object\":{\"key\":\"" + arguments[0] + "\"}}}");
              }
              return answer;
            });
  }

  private static UserVulnerability own(
      List<String> ids, @Nullable String cvss31, UserVulnerability.Configuration configuration) {
    return new UserVulnerability(
        ids,
        "2026-01-01",
        "2026-02-01",
        "our words",
        cvss31,
        null,
        List.of("https://acme.example/advisories"),
        List.of(configuration));
  }

  private static UserVulnerability.Configuration ofProduct(int product, String before) {
    return new UserVulnerability.Configuration(
        null, null, "a", "acme", "pack" + product, null, null, null, null, before);
  }

  private static UserVulnerability.Configuration ofPackage(int product, String before) {
    return new UserVulnerability.Configuration(
        "pkg:npm/pack" + product,
        "vers:generic/<" + before,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private static Caller caller(TenantId tenant) {
    return new Caller(
        tenant,
        new UserId(UUID.randomUUID()),
        "a@acme.example",
        Caller.Credential.TENANT_TOKEN,
        Set.of(Permission.CVES_EDIT),
        new ProductGroupAccess(Set.of(), Map.of()));
  }

  private static String version(Random random) {
    return random.nextInt(3) + "." + random.nextInt(4);
  }

  /// Builds the index of the feed and puts it into use.
  private void use() throws IOException {
    Path nvd =
        Files.writeString(
            work.resolve("nvd.json"),
            "{\"vulnerabilities\":[" + String.join(",", feed.values()) + "]}");
    Path out = work.resolve("index");
    BuildReport report = IndexBuilder.build(feed.isEmpty() ? List.of() : List.of(nvd), out);
    current = report.sha256().hex();
    Path file =
        Files.move(
            out,
            work.resolve("index-" + current),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Advisories advisories = new Advisories(documents, work);
    if (advisories.basis().equals(Optional.of(current))) {
      return;
    }
    generation++;
    Advisories.Outcome outcome =
        advisories.publish(
            new Advisories.Built(file, report.sha256(), generation, current, Instant.now()));
    assertEquals(Advisories.Outcome.IN_USE, outcome);
    queue.add(FLIPPED);
  }

  private int drive(String message) throws IOException {
    queue.add(message);
    return drive();
  }

  private int drive() {
    return drive(Function.identity());
  }

  /// Delivers every message until none is left; answers how many were about firmware.
  private int drive(Function<Object, Object> ports) {
    MonitorFunction function = new MonitorFunction(wiring(ports));
    int firmware = 0;
    for (int i = 0; !queue.isEmpty(); i++) {
      assertTrue(i < 2_000, "messages without end");
      String message = queue.remove();
      firmware += FirmwareRefJson.parse(message).isPresent() ? 1 : 0;
      if (!handled(function, message)) {
        queue.add(message);
      }
    }
    return firmware;
  }

  private static boolean handled(MonitorFunction function, String body) {
    return function.handleRequest(sqs(body), null).getBatchItemFailures().isEmpty();
  }

  private static SQSEvent sqs(String body) {
    SQSEvent.SQSMessage message = new SQSEvent.SQSMessage();
    message.setMessageId("m");
    message.setBody(body);
    SQSEvent event = new SQSEvent();
    event.setRecords(List.of(message));
    return event;
  }

  private StageWiring wiring(Function<Object, Object> ports) {
    RematchQueue sender =
        firmware -> firmware.forEach(each -> queue.add(FirmwareRefJson.write(each)));
    return new StageWiring(
        Stage.MATCH,
        store,
        uploads,
        (ObjectStore) ports.apply(documents),
        (ArtifactStore) ports.apply(artifacts),
        (MonitoringStore) ports.apply(monitoring),
        (UserVulnerabilityStore) ports.apply(records),
        _ -> {},
        (RematchQueue) ports.apply(sender),
        work,
        Clock.systemUTC());
  }

  /// Does as the real ports, but fails once, after so many writes.
  private static Function<Object, Object> crashing(AtomicInteger writesLeft) {
    return real ->
        Proxy.newProxyInstance(
            MonitoringTest.class.getClassLoader(),
            real.getClass().isSynthetic() || real.getClass().isHidden()
                ? new Class<?>[] {RematchQueue.class}
                : real.getClass().getInterfaces(),
            (self, method, arguments) -> {
              try {
                Object answer = method.invoke(real, arguments);
                if (WRITES.contains(method.getName()) && writesLeft.decrementAndGet() == 0) {
                  throw new IllegalStateException("crashed after " + method.getName());
                }
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static String component(int product, String version) {
    return """
    {"id":"c-%1$d-%2$s","type":"library","name":"pack%1$d","version":"%2$s","vendor":"acme",
    "product":"pack%1$d","purl":"pkg:npm/pack%1$d@%2$s.0","licenses":[],"cryptographic":false,"paths":["bin/pack%1$d"],
    "fileCount":1,"evidence":[]}
    """
        .formatted(product, version);
  }

  /// An analysis whose image is unpacked, inspected, and found to have these components.
  private AnalysisKey unpacked(TenantId tenant, List<String> components) {
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
            new ProductGroupId(UUID.randomUUID()),
            Optional.empty(),
            new UserId(UUID.randomUUID()),
            NOW,
            NOW.plus(Duration.ofDays(1)),
            Optional.empty());
    store.createUpload(upload);
    AnalysisKey key = AnalysisKey.of(upload);
    Firmware firmware = Firmware.received(upload, IMAGE.length, Optional.empty(), NOW);
    assertTrue(store.receive(upload, firmware));
    write(
        key,
        AnalysisDocument.UNPACK_REPORT,
        "{\"inputSize\":1,\"inputSha256\":\""
            + Sha256.of(IMAGE).hex()
            + "\",\"chunks\":[],\"notes\":[],\"explainedPercent\":0,\"complete\":true,"
            + "\"counts\":{}}");
    write(
        key,
        AnalysisDocument.INVENTORY,
        "{\"components\":["
            + String.join(",", new TreeSet<>(components))
            + "],\"identity\":{},\"notes\":[]}");
    write(key, AnalysisDocument.ISSUES, "[]");
    store.begin(key, NOW);
    for (Stage stage : List.of(Stage.UNPACK, Stage.IDENTIFY, Stage.INSPECT)) {
      store.complete(key, stage);
    }
    return key;
  }

  private AnalysisKey analysed(TenantId tenant, List<String> components) {
    AnalysisKey key = unpacked(tenant, components);
    run(Stage.MATCH, key);
    run(Stage.PUBLISH, key);
    return key;
  }

  private void run(Stage stage, AnalysisKey key) {
    StageFunction function = new StageFunction(stage, wiring(Function.identity()));
    String message = StageMessageJson.write(new StageMessage(key, stage));
    assertEquals(List.of(), function.handleRequest(sqs(message), null).getBatchItemFailures());
  }

  private void write(AnalysisKey key, AnalysisDocument document, String json) {
    documents.write(
        ObjectKeys.document(key, document),
        "application/json",
        json.getBytes(StandardCharsets.UTF_8));
  }

  private ArtifactId artifact(AnalysisKey key) {
    ArtifactId id = new ArtifactId(UUID.randomUUID());
    Artifact artifact =
        new Artifact(
            key.tenant(),
            id,
            new ArtifactRef("router", "1"),
            new Manifest.Firmware(),
            List.of(FleetName.DEFAULT),
            new Content("router.img", IMAGE.length, Sha256.of(IMAGE), "uploads/x"),
            Terms.none(),
            Artifact.State.DRAFT,
            Optional.of(Artifact.Image.of(key.firmware())),
            Optional.empty(),
            new UserId(UUID.randomUUID()),
            NOW,
            NOW,
            Optional.empty(),
            Optional.empty(),
            1);
    assertTrue(
        artifacts.add(
            artifact,
            new AuditEvent(
                UUID.randomUUID(),
                key.tenant(),
                NOW,
                "user:x",
                "artifact.created",
                "artifact:" + id,
                new TreeMap<>())));
    run(Stage.PUBLISH, key);
    return id;
  }

  private static TenantId tenant() {
    return new TenantId(UUID.randomUUID());
  }
}
