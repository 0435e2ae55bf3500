package io.firmament.stages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.avaje.jsonb.Jsonb;
import io.firmament.aws.AwsUnderTest;
import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.aws.DynamoMonitoringStore;
import io.firmament.aws.DynamoUserVulnerabilityStore;
import io.firmament.aws.S3ObjectStore;
import io.firmament.aws.StageMessageJson;
import io.firmament.aws.fleet.AuditTrail;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.base.AnalysisId;
import io.firmament.base.ArtifactId;
import io.firmament.base.FirmwareId;
import io.firmament.base.PageRequest;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.UserId;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.Severity;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.artifact.Content;
import io.firmament.platform.artifact.Manifest;
import io.firmament.platform.artifact.Terms;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageMessage;
import io.firmament.platform.firmware.StageQueue;
import io.firmament.platform.firmware.Unpacking;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactRef;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/// The whole pipeline over real stores; the queues are in memory, so that a test decides what is
/// delivered when and how often.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PipelineTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final Set<String> WRITES =
      Set.of(
          "write",
          "send",
          "receive",
          "begin",
          "complete",
          "completeMatch",
          "finish",
          "publish",
          "update");
  private static final List<Stage> KNOWING = List.of(Stage.IDENTIFY, Stage.INSPECT);
  private static final String SBOM =
      "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"type\":\"library\","
          + "\"name\":\"zlib\",\"version\":\"1.2.11\",\"cpe\":"
          + "\"cpe:2.3:a:zlib:zlib:1.2.11:*:*:*:*:*:*:*\"}]}";

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final S3Client s3 = aws.s3();
  private final String table = aws.table(dynamo, "firmware");
  private final FirmwareStore store = new DynamoFirmwareStore(dynamo, table);
  private final ObjectStore uploads = new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3));
  private final ObjectStore documents = new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3));
  private final ArtifactStore artifacts =
      new DynamoArtifactStore(dynamo, aws.table(dynamo, "fleet"));
  @TempDir private Path work;

  @AfterAll
  void end() {
    aws.close();
  }

  @Test
  void analysesAnUploadedImage() throws IOException {
    Upload upload = uploaded(image(), Optional.empty());
    assertEquals(Optional.empty(), drive(upload, 1, new AtomicInteger(Integer.MAX_VALUE)));
    Analysis analysis = analysis(upload);
    assertEquals(Optional.of(Analysis.Result.COMPLETE), analysis.result());
    assertEquals(Set.of(Stage.values()), analysis.doneStages());
    for (AnalysisDocument document : AnalysisDocument.values()) {
      assertTrue(
          documents.find(ObjectKeys.document(AnalysisKey.of(upload), document)).isPresent(),
          document.fileName());
    }
    assertEquals(List.of(), left(), "work files are removed");
  }

  @Test
  void saysWhatEachContainerHeld() throws IOException {
    Upload upload = uploaded(image(), Optional.empty());
    drive(upload, 1, new AtomicInteger(Integer.MAX_VALUE));
    Unpacking unpacking = unpacking(upload);
    assertTrue(unpacking.complete());
    assertEquals(
        List.of("gzip holds 0", "cpio holds 2"),
        unpacking.chunks().stream()
            .map(chunk -> chunk.format() + " holds " + chunk.held().files())
            .toList());
    assertEquals(unpacking.chunks().getFirst().id(), unpacking.chunks().getLast().parent());
    assertEquals(2, unpacking.tree().files());
    assertEquals(List.of(), unpacking.notes());
  }

  @Test
  void saysThatAnImageIsCutOff() throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(whole)) {
      for (int i = 0; i < 4_000; i++) {
        out.write(member("etc/" + UUID.nameUUIDFromBytes(new byte[i]), "content", 0100644));
      }
    }
    byte[] half = Arrays.copyOf(whole.toByteArray(), whole.size() / 2);
    Upload upload = uploaded(half, Optional.empty());
    drive(upload, 1, new AtomicInteger(Integer.MAX_VALUE));
    assertEquals(Optional.of(Analysis.Result.COMPLETE), analysis(upload).result());
    Unpacking unpacking = unpacking(upload);
    assertFalse(unpacking.complete());
    assertTrue(unpacking.tree().files() > 1_000, "what was there is kept");
    assertTrue(
        unpacking.notes().stream().anyMatch(note -> note.kind().equals("TRUNCATED")),
        unpacking.notes().toString());
  }

  @Test
  void everyMessageMayComeTwice() throws IOException {
    Upload once = uploaded(image(), Optional.of(SBOM));
    drive(once, 1, new AtomicInteger(Integer.MAX_VALUE));
    Upload twice = uploaded(image(), Optional.of(SBOM));
    drive(twice, 2, new AtomicInteger(Integer.MAX_VALUE));
    assertSame(once, twice);
  }

  @Test
  void aRunThatBreaksOffAfterAnyWriteIsTakenUpAgain() throws IOException {
    Upload whole = uploaded(image(), Optional.of(SBOM));
    drive(whole, 1, new AtomicInteger(Integer.MAX_VALUE));
    int crashes = 0;
    while (crashes < 100) {
      Upload broken = uploaded(image(), Optional.of(SBOM));
      AtomicInteger writesLeft = new AtomicInteger(crashes + 1);
      Optional<String> crash = drive(broken, 1, writesLeft);
      assertSame(whole, broken);
      if (crash.isEmpty()) {
        break;
      }
      crashes++;
    }
    assertTrue(crashes >= 20 && crashes < 100, "writes of a run: " + crashes);
  }

  @Test
  void theNextVersionOfAProductKnowsTheContentsThatStayed() throws IOException {
    Upload first = uploaded(image(), Optional.empty());
    AtomicInteger atFirst = new AtomicInteger(Integer.MAX_VALUE);
    drive(first, 1, atFirst);
    List<String> kept = known(first);
    Upload next = uploaded(first.tenant(), first.product(), image(), Optional.empty());
    AtomicInteger then = new AtomicInteger(Integer.MAX_VALUE);
    drive(next, 1, then);
    assertSame(first, next);
    assertEquals(kept, known(next));
    assertEquals(
        KNOWING.size(), then.get() - atFirst.get(), "nothing was learned, nothing is written");
    for (Stage stage : KNOWING) {
      documents.write(
          ObjectKeys.cache(first.tenant(), first.product(), stage),
          "application/gzip",
          "damaged".getBytes(StandardCharsets.UTF_8));
    }
    Upload last = uploaded(first.tenant(), first.product(), image(), Optional.empty());
    drive(last, 1, new AtomicInteger(Integer.MAX_VALUE));
    assertSame(first, last);
    assertEquals(kept, known(last), "what was damaged is learned again");
  }

  private List<String> known(Upload upload) {
    return KNOWING.stream()
        .map(stage -> ObjectKeys.cache(upload.tenant(), upload.product(), stage))
        .map(key -> documents.find(key).orElseThrow().etag())
        .toList();
  }

  @Test
  void anSbomAloneIsMatched() throws IOException {
    Upload upload = uploaded(new byte[0], Optional.of(SBOM));
    drive(upload, 1, new AtomicInteger(Integer.MAX_VALUE));
    assertEquals(Optional.of(Analysis.Result.COMPLETE), analysis(upload).result());
    List<Component> components =
        store.components(upload.tenant(), upload.analysis(), PageRequest.first()).items();
    assertEquals(List.of("zlib"), components.stream().map(Component::name).toList());
  }

  @Test
  void anEmptyImageFailsAtOnceWithAReason() {
    Upload upload = uploaded(new byte[0], Optional.empty());
    drive(upload, 1, new AtomicInteger(Integer.MAX_VALUE));
    Analysis analysis = analysis(upload);
    assertEquals(Optional.of(Analysis.Result.FAILED), analysis.result());
    assertTrue(analysis.failure().orElseThrow().contains("empty"));
  }

  @Test
  void aBadSbomFailsAtOnceWithAReason() throws IOException {
    for (String bad :
        List.of(
            "",
            "{",
            "null",
            "[]",
            "<bom/>",
            "{\"bomFormat\":\"SPDX\"}",
            SBOM.replace("1.6", "9.9"),
            SBOM.replace("\"zlib\"", "null"),
            SBOM.substring(0, 70),
            "{\"bomFormat\":" + "[".repeat(5_000))) {
      Upload upload = uploaded(image(), Optional.of(bad));
      drive(upload, 1, new AtomicInteger(Integer.MAX_VALUE));
      assertEquals(Optional.of(Analysis.Result.FAILED), analysis(upload).result(), bad);
      assertTrue(analysis(upload).failure().orElseThrow().contains("SBOM"));
    }
  }

  /// Wherever the pipeline stops, what it found reaches the artifact that is made of the image; and
  /// the artifact may be created at any time before the analysis is finished.
  @Test
  void theArtifactOfAnImageHearsWhatWasFoundInItWhereverTheAnalysisStops() throws IOException {
    byte[] image = image();
    AtomicInteger counted = new AtomicInteger(Integer.MAX_VALUE);
    Upload first = uploaded(image, Optional.of(SBOM));
    ArtifactId heard = artifact(first, image);
    drive(first, 1, counted);
    Artifact.Image found =
        artifacts.find(first.tenant(), heard).orElseThrow().image().orElseThrow();
    assertEquals(Optional.of(first.analysis()), found.analysis());
    assertEquals(Map.of(Severity.CRITICAL, 1, Severity.HIGH, 1), found.open());
    int writes = Integer.MAX_VALUE - counted.get();
    for (int write = writes - 6; write <= writes; write++) {
      Upload upload = uploaded(image, Optional.of(SBOM));
      ArtifactId id = artifact(upload, image);
      assertTrue(drive(upload, 1, new AtomicInteger(write)).isPresent(), "it crashed");
      Artifact artifact = artifacts.find(upload.tenant(), id).orElseThrow();
      assertEquals(
          Optional.of(upload.analysis()), artifact.image().flatMap(Artifact.Image::analysis));
      assertEquals(found.open(), artifact.image().orElseThrow().open());
      drive(upload, 2, new AtomicInteger(Integer.MAX_VALUE));
      assertEquals(
          artifact.revision(),
          artifacts.find(upload.tenant(), id).orElseThrow().revision(),
          "told again, it knows already");
    }
  }

  private ArtifactId artifact(Upload upload, byte[] image) {
    ArtifactId id = new ArtifactId(UUID.randomUUID());
    Artifact artifact =
        new Artifact(
            upload.tenant(),
            id,
            new ArtifactRef("router", "1"),
            new Manifest.Firmware(),
            List.of(FleetName.DEFAULT),
            new Content("router.img", image.length, Sha256.of(image), firmwareKey(upload)),
            Terms.none(),
            Artifact.State.DRAFT,
            Optional.of(Artifact.Image.of(upload.firmware())),
            Optional.empty(),
            upload.uploader(),
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
                upload.tenant(),
                NOW,
                "user:x",
                "artifact.created",
                "artifact:" + id,
                new TreeMap<>())));
    return id;
  }

  @Test
  void whatNobodyCanUnpackIsNoFailure() {
    byte[] noise = "just some words, no container at all".getBytes(StandardCharsets.UTF_8);
    Upload upload = uploaded(noise, Optional.empty());
    drive(upload, 1, new AtomicInteger(Integer.MAX_VALUE));
    assertEquals(Optional.of(Analysis.Result.COMPLETE), analysis(upload).result());
  }

  @Test
  void aMessageNobodyCanReadIsDroppedAndABadOneComesBack() {
    StageFunction function = new StageFunction(Stage.UNPACK, wiring(message -> {}, store));
    for (String body :
        List.of(
            "",
            "{}",
            "{\"Event\":\"s3:TestEvent\"}",
            event("uploads/x/y/firmware"),
            event("analyses/a/b/pack"),
            event(ObjectKeys.firmware(tenant(), new UploadId(UUID.randomUUID()))))) {
      assertEquals(List.of(), function.handleRequest(sqs(body), null).getBatchItemFailures(), body);
    }
    StageFunction match = new StageFunction(Stage.MATCH, wiring(message -> {}, store));
    Upload waiting = uploaded(new byte[] {1}, Optional.empty());
    new StageFunction(Stage.UNPACK, wiring(message -> {}, store))
        .handleRequest(sqs(event(firmwareKey(waiting))), null);
    StageMessage early = new StageMessage(AnalysisKey.of(waiting), Stage.MATCH);
    assertEquals(
        List.of("m"),
        match
            .handleRequest(sqs(StageMessageJson.write(early)), null)
            .getBatchItemFailures()
            .stream()
            .map(f -> f.getItemIdentifier())
            .toList(),
        "a stage without its input is tried again");
  }

  @Test
  void aPoisonImageEndsAsFailedWithAReason() {
    Upload upload = uploaded(new byte[] {1}, Optional.empty());
    DeadLetterFunction function = new DeadLetterFunction(wiring(message -> {}, store));
    function.handleRequest(sqs(event(firmwareKey(upload))), null);
    assertEquals(Optional.of(Analysis.Result.FAILED), analysis(upload).result());
    assertTrue(analysis(upload).failure().orElseThrow().contains("unpack"));
    Optional<String> crash = drive(upload, 1, new AtomicInteger(Integer.MAX_VALUE));
    assertEquals(Optional.empty(), crash, "a late message is a no-op");
    assertEquals(Optional.of(Analysis.Result.FAILED), analysis(upload).result());
  }

  @Test
  void readsBothShapesOfEvents() {
    assertEquals(List.of("a b/c+d"), UploadEvent.keys(event("a b/c+d")));
    String classic =
        "{\"Records\":[{\"s3\":{\"bucket\":{\"name\":\"b\"},\"object\":{\"key\":\"a+b%2Bc\"}}},"
            + "{\"s3\":null},{}]}";
    assertEquals(List.of("a b+c"), UploadEvent.keys(classic));
    assertEquals(
        List.of(), UploadEvent.keys("{\"Records\":[{\"s3\":{\"object\":{\"key\":\"%\"}}}]}"));
  }

  /// Delivers every message so many times until none is left; a message whose run crashed comes
  /// again. Answers how the first crash came about.
  private Optional<String> drive(Upload upload, int times, AtomicInteger writesLeft) {
    Deque<Map.Entry<Stage, String>> queue = new ArrayDeque<>();
    StageQueue sender =
        message -> queue.add(Map.entry(message.stage(), StageMessageJson.write(message)));
    StageWiring wiring =
        wiring(
            crashing(StageQueue.class, sender, writesLeft),
            crashing(FirmwareStore.class, store, writesLeft),
            crashing(ObjectStore.class, documents, writesLeft),
            crashing(ArtifactStore.class, artifacts, writesLeft));
    Map<Stage, StageFunction> functions = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      functions.put(stage, new StageFunction(stage, wiring));
    }
    queue.add(Map.entry(Stage.UNPACK, event(firmwareKey(upload))));
    Optional<String> crash = Optional.empty();
    for (int deliveries = 0; !queue.isEmpty(); deliveries++) {
      assertTrue(deliveries < 200, "messages without end");
      Map.Entry<Stage, String> message = queue.remove();
      for (int i = 0; i < times; i++) {
        boolean failed =
            !Objects.requireNonNull(functions.get(message.getKey()))
                .handleRequest(sqs(message.getValue()), null)
                .getBatchItemFailures()
                .isEmpty();
        if (failed) {
          crash = crash.or(() -> Optional.of(message.getKey().id()));
          queue.add(message);
        }
      }
    }
    return crash;
  }

  private StageWiring wiring(StageQueue queue, FirmwareStore firmware) {
    return wiring(queue, firmware, documents, artifacts);
  }

  private StageWiring wiring(
      StageQueue queue, FirmwareStore firmware, ObjectStore results, ArtifactStore catalogue) {
    return new StageWiring(
        Stage.UNPACK,
        firmware,
        uploads,
        results,
        catalogue,
        new DynamoMonitoringStore(dynamo, table),
        new DynamoUserVulnerabilityStore(dynamo, table, new AuditTrail("none")),
        queue,
        again -> {
          throw new IllegalStateException("no other index came into use: " + again);
        },
        work,
        Clock.systemUTC());
  }

  /// Does as the real one, but fails once, after so many writes.
  private static <T> T crashing(Class<T> port, T real, AtomicInteger writesLeft) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
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
            }));
  }

  private void assertSame(Upload one, Upload other) throws IOException {
    assertEquals(analysis(one).result(), analysis(other).result());
    assertEquals(analysis(one).doneStages(), analysis(other).doneStages());
    for (AnalysisDocument document : AnalysisDocument.values()) {
      assertArrayEquals(content(one, document), content(other, document), document.fileName());
    }
    assertEquals(
        store.components(one.tenant(), one.analysis(), PageRequest.first()).items(),
        store.components(other.tenant(), other.analysis(), PageRequest.first()).items());
    assertEquals(
        store.matches(one.tenant(), one.analysis(), PageRequest.first()).items(),
        store.matches(other.tenant(), other.analysis(), PageRequest.first()).items());
  }

  private Unpacking unpacking(Upload upload) throws IOException {
    return Jsonb.instance()
        .type(Unpacking.class)
        .fromJson(content(upload, AnalysisDocument.UNPACKING));
  }

  private byte[] content(Upload upload, AnalysisDocument document) throws IOException {
    String key = ObjectKeys.document(AnalysisKey.of(upload), document);
    try (InputStream in = documents.read(key).orElseThrow()) {
      return in.readAllBytes();
    }
  }

  private List<String> left() {
    String[] files = work.toFile().list();
    return files == null
        ? List.of()
        : List.of(files).stream().filter(f -> f.startsWith("firmament-stage-")).toList();
  }

  private Analysis analysis(Upload upload) {
    return store
        .find(upload.tenant(), upload.firmware())
        .map(Firmware::latestAnalysis)
        .orElseThrow();
  }

  private Upload uploaded(byte[] image, Optional<String> sbom) {
    return uploaded(tenant(), new ProductId(UUID.randomUUID()), image, sbom);
  }

  private Upload uploaded(TenantId tenant, ProductId product, byte[] image, Optional<String> sbom) {
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
            product,
            new ProductGroupId(UUID.randomUUID()),
            Optional.empty(),
            new UserId(UUID.randomUUID()),
            NOW,
            NOW.plus(Duration.ofDays(1)),
            Optional.empty());
    store.createUpload(upload);
    sbom.ifPresent(
        text ->
            uploads.write(
                ObjectKeys.sbom(upload.tenant(), upload.id()),
                "application/json",
                text.getBytes(StandardCharsets.UTF_8)));
    uploads.write(firmwareKey(upload), "application/octet-stream", image);
    return upload;
  }

  /// A file system in a gzip stream, as `cpio -H newc` writes it.
  private static byte[] image() throws IOException {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(image)) {
      out.write(member("etc/passwd", "root:x:0:0::/:/bin/sh\n", 0100644));
      out.write(member("etc/shadow", "root:$1$abcdefgh$0123456789012345678901:1::::::\n", 0100644));
      out.write(member("TRAILER!!!", "", 0));
    }
    return image.toByteArray();
  }

  private static byte[] member(String name, String content, int mode) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    String header =
        String.format(
            Locale.ROOT,
            "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
            1,
            mode,
            0,
            0,
            1,
            0,
            bytes.length,
            0,
            0,
            0,
            0,
            name.length() + 1,
            0);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes((header + name + "\0").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(new byte[-out.size() & 3]);
    out.writeBytes(bytes);
    out.writeBytes(new byte[-out.size() & 3]);
    return out.toByteArray();
  }

  private static String firmwareKey(Upload upload) {
    return ObjectKeys.firmware(upload.tenant(), upload.id());
  }

  private static String event(String key) {
    return "{\"version\":\"0\",\"detail-type\":\"Object Created\",\"source\":\"aws.s3\","
        + "\"resources\":[\"arn:aws:s3:::b\"],\"detail\":{\"version\":\"0\",\"bucket\":"
        + "{\"name\":\"b\"},\"object\":{\"key\":\""
        + key
        + "\",\"size\":5,\"etag\":\"e\"},\"reason\":\"CompleteMultipartUpload\"}}";
  }

  private static SQSEvent sqs(String body) {
    SQSEvent.SQSMessage message = new SQSEvent.SQSMessage();
    message.setMessageId("m");
    message.setBody(body);
    SQSEvent event = new SQSEvent();
    event.setRecords(List.of(message));
    return event;
  }

  private static TenantId tenant() {
    return new TenantId(UUID.randomUUID());
  }
}
