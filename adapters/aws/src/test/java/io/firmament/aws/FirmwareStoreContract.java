package io.firmament.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.AnalysisId;
import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.UserId;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Priority;
import io.firmament.base.finding.Severity;
import io.firmament.base.finding.VulnerabilitySource;
import io.firmament.platform.firmware.Affected;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Findings;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.Product;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.firmware.VexImport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every [FirmwareStore] does.
interface FirmwareStoreContract {
  Instant NOW = Instant.parse("2026-03-01T10:00:00.123Z");

  /// The store under test; each test works in tenants of its own.
  FirmwareStore store();

  @Test
  default void makesOneProductOfAVendorAndName() {
    TenantId tenant = tenant();
    Product first = store().ensureProduct(product(tenant, "Acme", "Router"));
    assertEquals(first, store().ensureProduct(product(tenant, "Acme", "Router")));
    assertEquals(Optional.of(first), store().findProduct(tenant, first.id()));
    assertFalse(first.equals(store().ensureProduct(product(tenant, "AcmeR", "outer"))));
    assertEquals(Optional.empty(), store().findProduct(tenant(), first.id()));
  }

  @Test
  default void aVexDocumentGivesWayToALaterOneOfItsIdOnly() {
    TenantId tenant = tenant();
    FirmwareId firmware = new FirmwareId(UUID.randomUUID());
    VexImport first = vex("urn:a", NOW, 1);
    assertTrue(store().putVex(tenant, firmware, first));
    assertTrue(store().putVex(tenant, firmware, first), "again");
    assertFalse(store().putVex(tenant, firmware, vex("urn:a", NOW, 2)), "of the same time");
    assertFalse(store().putVex(tenant, firmware, vex("urn:a", NOW.minusMillis(1), 2)), "older");
    assertEquals(Optional.of(first), store().findVex(tenant, firmware, "urn:a"));
    VexImport later = vex("urn:a", NOW.plusNanos(1), 3);
    assertTrue(store().putVex(tenant, firmware, later));
    VexImport other = vex("urn:b", NOW, 4);
    assertTrue(store().putVex(tenant, firmware, other));
    PageRequest one = new PageRequest(1, Optional.empty());
    Page<VexImport> page = store().vexImports(tenant, firmware, one);
    assertEquals(1, page.items().size());
    Page<VexImport> rest = store().vexImports(tenant, firmware, new PageRequest(10, page.next()));
    assertEquals(Set.of(later, other), Set.of(page.items().getFirst(), rest.items().getFirst()));
    assertEquals(List.of(), store().vexImports(tenant(), firmware, one).items());
    assertEquals(Optional.empty(), store().findVex(tenant(), firmware, "urn:a"));
  }

  private static VexImport vex(String document, Instant issued, int content) {
    return new VexImport(
        document,
        "openvex",
        "",
        issued,
        Sha256.of(new byte[] {(byte) content}),
        content,
        0,
        NOW,
        new UserId(new UUID(1, 2)));
  }

  @Test
  default void aProductOfAnotherTenantIsAnotherProduct() {
    Product mine = store().ensureProduct(product(tenant(), "Acme", "Router"));
    Product theirs = store().ensureProduct(product(tenant(), "Acme", "Router"));
    assertFalse(mine.id().equals(theirs.id()));
  }

  @Test
  default void anUploadIsUsedOnce() {
    Upload upload = upload(tenant(), NOW);
    store().createUpload(upload);
    store().createUpload(upload);
    assertEquals(Optional.of(upload), store().findUpload(upload.tenant(), upload.id()));
    Firmware firmware = firmware(upload, NOW);
    assertTrue(store().receive(upload, firmware));
    assertFalse(store().receive(upload, firmware(upload, NOW.plusSeconds(5))));
    assertEquals(Optional.of(firmware), store().find(upload.tenant(), firmware.id()));
    assertEquals(
        Optional.of(NOW), store().findUpload(upload.tenant(), upload.id()).flatMap(Upload::usedAt));
  }

  @Test
  default void anUploadThatWasNeverCreatedIsNotReceived() {
    Upload upload = upload(tenant(), NOW);
    assertThrows(RuntimeException.class, () -> store().receive(upload, firmware(upload, NOW)));
    assertEquals(Optional.empty(), store().find(upload.tenant(), upload.firmware()));
  }

  @Test
  default void anotherTenantFindsNothing() {
    Firmware firmware = received(upload(tenant(), NOW), NOW);
    TenantId other = tenant();
    assertEquals(Optional.empty(), store().find(other, firmware.id()));
    assertEquals(List.of(), store().list(other, PageRequest.first()).items());
    assertEquals(
        List.of(), store().timeline(other, firmware.product(), PageRequest.first()).items());
    AnalysisKey stolen = new AnalysisKey(other, firmware.id(), firmware.latestAnalysis().id());
    assertEquals(Optional.empty(), store().begin(stolen, NOW));
    assertEquals(Optional.empty(), store().complete(stolen, Stage.UNPACK));
    assertFalse(store().finish(stolen, Analysis.Result.FAILED, Optional.of("x"), NOW));
    assertEquals(Optional.of(firmware), store().find(firmware.tenant(), firmware.id()));
  }

  @Test
  default void listsNewestFirstOverPages() {
    TenantId tenant = tenant();
    List<FirmwareId> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Upload upload = upload(tenant, NOW);
      ids.addFirst(received(upload, NOW.plusMillis(i)).id());
    }
    assertEquals(ids, all(page -> store().list(tenant, page).map(Firmware::id), 2));
    assertEquals(ids, all(page -> store().list(tenant, page).map(Firmware::id), 5));
  }

  @Test
  default void aTimelineHoldsOneProduct() {
    TenantId tenant = tenant();
    Firmware one = received(upload(tenant, NOW), NOW);
    received(upload(tenant, NOW), NOW);
    assertEquals(
        List.of(one.id()),
        all(page -> store().timeline(tenant, one.product(), page).map(Firmware::id), 1));
  }

  @Test
  default void refusesACursorOfAnotherList() {
    TenantId tenant = tenant();
    for (String forged : List.of("!", "bm8", sealed("issue#0#X#1"), sealed("x#y"))) {
      PageRequest page = new PageRequest(5, Optional.of(new Cursor(forged)));
      ProblemException e = assertThrows(ProblemException.class, () -> store().list(tenant, page));
      assertEquals(BaseProblem.INVALID_CURSOR, e.problem());
      AnalysisId analysis = new AnalysisId(UUID.randomUUID());
      assertThrows(ProblemException.class, () -> store().components(tenant, analysis, page));
    }
  }

  @Test
  default void anAnalysisGoesThroughItsStagesOnce() {
    Firmware firmware = received(upload(tenant(), NOW), NOW);
    AnalysisKey key = AnalysisKey.of(firmware);
    Instant later = NOW.plusSeconds(9);
    assertEquals(Analysis.State.ANALYZING, store().begin(key, NOW).orElseThrow().state());
    assertEquals(
        Optional.of(NOW), store().begin(key, later).orElseThrow().startedAt(), "begun once");
    store().complete(key, Stage.MATCH);
    assertEquals(
        Set.of(Stage.MATCH, Stage.INSPECT),
        store().complete(key, Stage.INSPECT).orElseThrow().doneStages());
    assertTrue(store().finish(key, Analysis.Result.COMPLETE, Optional.empty(), later));
    assertFalse(store().finish(key, Analysis.Result.FAILED, Optional.of("late"), later));
    assertEquals(Analysis.State.DONE, store().begin(key, later).orElseThrow().state());
    Analysis done = store().complete(key, Stage.UNPACK).orElseThrow();
    assertEquals(Optional.of(Analysis.Result.COMPLETE), done.result());
    assertEquals(Set.of(Stage.MATCH, Stage.INSPECT), done.doneStages(), "done is done");
    assertEquals(Optional.of(later), done.finishedAt());
    assertEquals(Optional.empty(), done.failure());
  }

  @Test
  default void aFailureKeepsItsReason() {
    Firmware firmware = received(upload(tenant(), NOW), NOW);
    AnalysisKey key = AnalysisKey.of(firmware);
    assertTrue(store().finish(key, Analysis.Result.FAILED, Optional.of("it is empty"), NOW));
    Analysis analysis = store().find(key.tenant(), key.firmware()).orElseThrow().latestAnalysis();
    assertEquals(Optional.of("it is empty"), analysis.failure());
    assertEquals(Optional.of(Analysis.Result.FAILED), analysis.result());
  }

  @Test
  default void anotherAnalysisOfTheFirmwareChangesNothing() {
    Firmware firmware = received(upload(tenant(), NOW), NOW);
    AnalysisKey other =
        new AnalysisKey(firmware.tenant(), firmware.id(), new AnalysisId(UUID.randomUUID()));
    assertEquals(Optional.empty(), store().begin(other, NOW));
    assertFalse(store().finish(other, Analysis.Result.COMPLETE, Optional.empty(), NOW));
  }

  @Test
  default void findingsComeInTheOrderAReaderWants() {
    AnalysisKey key = AnalysisKey.of(received(upload(tenant(), NOW), NOW));
    Findings findings =
        new Findings(
            List.of(component("2", "Zlib"), component("1", "busybox"), component("3", "acl")),
            List.of(issue("b", Severity.LOW), issue("c", Severity.CRITICAL)),
            List.of(
                match("CVE-2020-1", Severity.LOW, 2.0, false),
                match("CVE-2020-2", null, null, false),
                match("CVE-2020-3", Severity.CRITICAL, 9.8, false),
                match("CVE-2020-4", Severity.CRITICAL, 10.0, false),
                match("CVE-2020-5", Severity.MEDIUM, 5.0, true)));
    store().publish(key, findings);
    store().publish(key, findings);
    TenantId tenant = key.tenant();
    AnalysisId analysis = key.analysis();
    assertEquals(
        List.of("acl", "busybox", "Zlib"),
        all(page -> store().components(tenant, analysis, page).map(Component::name), 2));
    assertEquals(
        List.of("c", "b"), all(page -> store().issues(tenant, analysis, page).map(Issue::id), 1));
    assertEquals(
        List.of("CVE-2020-5", "CVE-2020-4", "CVE-2020-3", "CVE-2020-1", "CVE-2020-2"),
        all(page -> store().matches(tenant, analysis, page).map(CveMatch::cve), 2));
    assertEquals(List.of(), store().components(tenant(), analysis, PageRequest.first()).items());
    assertEquals(
        component("1", "busybox"),
        store().components(tenant, analysis, PageRequest.first()).items().get(1));
  }

  @Test
  default void saysWhichFirmwareHasAVulnerabilityUnderAnyOfItsIds() {
    TenantId tenant = tenant();
    AnalysisKey one = AnalysisKey.of(received(upload(tenant, NOW), NOW));
    AnalysisKey two = AnalysisKey.of(received(upload(tenant, NOW), NOW));
    CveMatch here =
        new CveMatch(
            "1",
            "CVE-2020-1",
            List.of("GHSA-1"),
            "1",
            "text",
            null,
            null,
            null,
            false,
            5,
            List.of(),
            null,
            null,
            null,
            List.of());
    Findings both = new Findings(List.of(), List.of(), List.of(here));
    store().publish(one, both);
    store().publish(one, both);
    store().publish(two, both);
    store()
        .publish(
            AnalysisKey.of(received(upload(tenant(), NOW), NOW)),
            new Findings(List.of(), List.of(), List.of(here)));
    assertEquals(
        Set.of(
            new Affected(one.firmware(), one.analysis(), here),
            new Affected(two.firmware(), two.analysis(), here)),
        Set.copyOf(all(page -> store().affectedBy(tenant, "cve-2020-1", page), 1)));
    assertEquals(2, all(page -> store().affectedBy(tenant, "GHSA-1", page), 10).size());
    assertEquals(List.of(), store().affectedBy(tenant, "CVE-2020-2", PageRequest.first()).items());
  }

  @Test
  default void aFindingWithVeryManyPathsIsKept() {
    AnalysisKey key = AnalysisKey.of(received(upload(tenant(), NOW), NOW));
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      paths.add("opt/" + UUID.randomUUID());
    }
    Issue issue =
        new Issue(
            "i", "r", "T", Severity.HIGH, Confidence.HIGH, "s", false, List.of(), paths, Map.of());
    store().publish(key, new Findings(List.of(), List.of(issue), List.of()));
    List<Issue> read = store().issues(key.tenant(), key.analysis(), PageRequest.first()).items();
    assertEquals(paths.subList(0, 20), read.getFirst().paths().subList(0, 20));
  }

  private Firmware received(Upload upload, Instant at) {
    store().createUpload(upload);
    Firmware firmware = firmware(upload, at);
    assertTrue(store().receive(upload, firmware));
    return firmware;
  }

  private static <T> List<T> all(Function<PageRequest, Page<T>> list, int limit) {
    List<T> items = new ArrayList<>();
    Optional<Cursor> next = Optional.empty();
    do {
      Page<T> page = list.apply(new PageRequest(limit, next));
      assertTrue(page.items().size() <= limit);
      items.addAll(page.items());
      next = page.next();
    } while (next.isPresent());
    return items;
  }

  private static String sealed(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static TenantId tenant() {
    return new TenantId(UUID.randomUUID());
  }

  private static Product product(TenantId tenant, String vendor, String name) {
    return new Product(
        tenant, new ProductId(UUID.randomUUID()), vendor, name, Optional.of("box"), NOW);
  }

  private static Upload upload(TenantId tenant, Instant at) {
    return new Upload(
        tenant,
        new UploadId(UUID.randomUUID()),
        new FirmwareId(UUID.randomUUID()),
        new AnalysisId(UUID.randomUUID()),
        "Router 1.0",
        Optional.of("1.0"),
        Optional.of(at),
        Optional.empty(),
        true,
        new ProductId(UUID.randomUUID()),
        new ProductGroupId(UUID.randomUUID()),
        Optional.empty(),
        new UserId(UUID.randomUUID()),
        at,
        at.plus(Duration.ofDays(1)),
        Optional.empty());
  }

  private static Firmware firmware(Upload upload, Instant at) {
    return Firmware.received(upload, 12L << 32, Optional.empty(), at);
  }

  private static Component component(String id, String name) {
    return new Component(
        id,
        "library",
        name,
        "1.0",
        null,
        null,
        null,
        null,
        null,
        List.of("MIT"),
        null,
        null,
        false,
        List.of("bin/" + name),
        1,
        List.of());
  }

  private static Issue issue(String id, Severity severity) {
    return new Issue(
        id,
        "rule",
        "TYPE",
        severity,
        Confidence.HIGH,
        "summary",
        false,
        List.of("CWE-1"),
        List.of("etc/x"),
        Map.of("fact", "value"));
  }

  private static CveMatch match(
      String cve, @Nullable Severity severity, @Nullable Double score, boolean exploited) {
    return new CveMatch(
        cve + "@1",
        cve,
        List.of(),
        "1",
        "text",
        severity,
        score,
        null,
        exploited,
        5,
        List.of(),
        exploited ? 0.5 : null,
        exploited ? 0.9 : null,
        exploited ? new Priority(50, Priority.Band.P1, List.of("a: b")) : null,
        List.of(new VulnerabilitySource("nvd", cve, "")));
  }
}
