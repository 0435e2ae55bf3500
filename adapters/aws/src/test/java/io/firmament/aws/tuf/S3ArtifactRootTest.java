package io.firmament.aws.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.aws.AwsUnderTest;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.ArtifactRoot;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3ArtifactRootTest {
  private final AwsUnderTest aws = AwsUnderTest.start();
  private final S3Client s3 = aws.s3();
  private final String bucket = aws.bucket(s3);
  private Instant now = Instant.parse("2026-03-01T10:00:00Z");
  private final ArtifactRoot roots =
      new S3ArtifactRoot(
          s3,
          bucket,
          new Clock() {
            @Override
            public java.time.ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now;
            }
          });

  @AfterAll
  void end() {
    aws.close();
  }

  @Test
  void readsTheFirstRootOfATenantOnceAndLooksAgainForOneThatWasNotThere() {
    TenantId tenant = new TenantId(UUID.randomUUID());
    TenantId other = new TenantId(UUID.randomUUID());
    String key = "t/" + tenant + "/metadata/1.root.json";
    assertEquals(Optional.empty(), roots.of(tenant));
    put(key, "first");
    assertEquals(Optional.empty(), roots.of(tenant), "not looked for again so soon");
    now = now.plus(Duration.ofMinutes(2));
    assertArrayEquals("first".getBytes(java.nio.charset.StandardCharsets.UTF_8), root(tenant));
    // Nobody does this; it shows that the root is read once.
    put(key, "second");
    root(tenant)[0] = 0;
    assertArrayEquals("first".getBytes(java.nio.charset.StandardCharsets.UTF_8), root(tenant));
    assertEquals(Optional.empty(), roots.of(other));
  }

  private byte[] root(TenantId tenant) {
    return roots.of(tenant).orElseThrow();
  }

  private void put(String key, String content) {
    s3.putObject(b -> b.bucket(bucket).key(key), RequestBody.fromString(content));
  }
}
