package io.firmament.stages.feeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.AwsClients;
import io.firmament.aws.AwsUnderTest;
import io.firmament.aws.KmsUnderTest;
import io.firmament.aws.S3ObjectStore;
import io.firmament.engines.GrantGuard;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.schema.Setting;
import io.firmament.schema.TimerRole;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.s3.S3Client;

/// The function that updates the advisory index by the clock.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeedFunctionTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final Duration LAMBDA = Duration.ofMinutes(15);
  private static final String KEV =
      """
      {"catalogVersion":"2026.01.01","dateReleased":"2026-01-01T00:00:00Z","count":1,
       "vulnerabilities":[{"cveID":"CVE-2001-0001","dateAdded":"2026-01-01"}]}
      """;

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final S3Client s3 = aws.s3();
  private final FeedServer server = FeedServer.start();
  private final ByteArrayOutputStream metrics = new ByteArrayOutputStream();
  @TempDir private Path work;

  @AfterAll
  void end() {
    server.close();
    aws.close();
  }

  @Test
  void tellsTheAgeOfTheIndexAndOfFeedsThatAreTroubledForLong() throws IOException {
    metrics.reset();
    ObjectStore documents = bucket();
    server.put("kev.json", KEV);
    run(documents, NOW, LAMBDA);
    assertTrue(told().contains("\"AdvisoryIndexAgeHours\":0}"), told());
    assertFalse(told().contains("FeedsOverdue"), told());
    metrics.reset();

    run(documents, NOW.plus(Duration.ofHours(30)), LAMBDA);
    metrics.reset();
    FeedReport report = run(documents, NOW.plus(Duration.ofHours(80)), LAMBDA);
    assertEquals(List.of("gone.json"), report.overdue());
    assertTrue(told().contains("\"AdvisoryIndexAgeHours\":80}"), told());
    assertTrue(told().contains("\"FeedsOverdue\":1}"), told());
    assertTrue(
        told()
            .lines()
            .allMatch(line -> line.startsWith("{\"_aws\":{\"Timestamp\":") && line.endsWith("}")),
        told());
  }

  /// No index, no age: the alarm is on the metric's absence.
  @Test
  void tellsNoAgeWhereThereIsNoIndex() throws IOException {
    metrics.reset();
    FeedReport report = run(bucket(), NOW, Duration.ofMinutes(4));
    assertEquals(FeedReport.Index.UNCHANGED, report.index());
    assertEquals(2, report.count(FeedReport.Status.LATER), "there is no time for downloads");
    assertEquals("", told());
  }

  /// As in the cloud, where the function may touch nothing but indexes and feeds.
  @Test
  void needsNoMoreThanItsGrants() throws IOException {
    ObjectStore documents = new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3, "documents"));
    server.put("kev.json", KEV);
    GrantGuard.Role role = GrantGuard.Role.of(TimerRole.UPDATE_ADVISORIES);
    FeedReport report = GrantGuard.as(role, () -> run(documents, NOW, LAMBDA));
    assertEquals(FeedReport.Index.IN_USE, report.index());
    server.put("kev.json", KEV.replace("0001", "0002"));
    GrantGuard.as(role, () -> run(documents, NOW.plus(Duration.ofDays(9)), LAMBDA));
    for (String key : List.of("analyses/t/a/tree", "vex/x", "advisories", "feedsx/y")) {
      assertThrows(
          IllegalStateException.class, () -> GrantGuard.as(role, () -> documents.find(key)), key);
      assertThrows(
          IllegalStateException.class,
          () ->
              GrantGuard.as(
                  role,
                  () -> {
                    documents.delete(key);
                    return key;
                  }),
          key);
    }
    GrantGuard.Role other = GrantGuard.Role.of(TimerRole.RUN_ROLLOUTS);
    assertThrows(
        IllegalStateException.class,
        () -> GrantGuard.as(other, () -> documents.readTagged(ObjectKeys.CURRENT_ADVISORIES)));
  }

  @Test
  void opensTheKeyOfTheNvdThatWasSealedForItAndNoOther() {
    try (KmsUnderTest kms = KmsUnderTest.start()) {
      String id = kms.secretKey();
      Map<String, String> aws =
          Map.of(
              "AWS_REGION", "eu-central-1",
              "AWS_ACCESS_KEY_ID", "test",
              "AWS_SECRET_ACCESS_KEY", "test",
              "AWS_ENDPOINT_URL_KMS", kms.endpoint().toString());
      try (AwsClients clients = AwsClients.of(aws)) {
        assertEquals(Optional.empty(), FeedFunction.nvdKey(aws, clients));
        assertEquals(
            Optional.of("a-made-up-key"),
            FeedFunction.nvdKey(sealed(kms, id, "nvd-api-key"), clients));
        Map<String, String> other = sealed(kms, id, "something-else");
        assertThrows(IllegalStateException.class, () -> FeedFunction.nvdKey(other, clients));
      }
    }
  }

  private static Map<String, String> sealed(KmsUnderTest kms, String id, String purpose) {
    byte[] sealed =
        kms.client()
            .encrypt(
                b ->
                    b.keyId(id)
                        .encryptionContext(Map.of("purpose", purpose))
                        .plaintext(SdkBytes.fromUtf8String("a-made-up-key\n")))
            .ciphertextBlob()
            .asByteArray();
    return Map.of(
        Setting.KEY_REGISTRIES.variable(),
        id,
        Setting.NVD_API_KEY.variable(),
        Base64.getEncoder().encodeToString(sealed));
  }

  private FeedReport run(ObjectStore documents, Instant now, Duration time) throws IOException {
    List<FeedSource> sources = List.of(server.source("kev.json"), server.source("gone.json"));
    return new FeedFunction(
            documents,
            Optional.of(sources),
            Optional.empty(),
            "Firmament/test",
            work,
            Clock.fixed(now, ZoneOffset.UTC),
            new PrintStream(metrics, true, StandardCharsets.UTF_8))
        .run(time);
  }

  private ObjectStore bucket() {
    return new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3));
  }

  private String told() {
    return metrics.toString(StandardCharsets.UTF_8);
  }
}
