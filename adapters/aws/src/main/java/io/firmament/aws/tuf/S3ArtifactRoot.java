package io.firmament.aws.tuf;

import io.firmament.base.LastUsed;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.ArtifactRoot;
import io.firmament.tuf.repository.MetadataStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/// The first root of each tenant's repository, `t/TENANT/metadata/1.root.json` in the bucket of
/// artifacts. It is read once: no version of a root is ever written again. That there is none is
/// believed for a minute.
public final class S3ArtifactRoot implements ArtifactRoot {
  private static final String FIRST = "1.root.json";
  private static final int MAX_TENANTS = 1_000;
  private static final Duration ABSENT = Duration.ofMinutes(1);

  private final S3Client s3;
  private final String bucket;
  private final Clock clock;
  private final LastUsed<TenantId, byte[]> roots = new LastUsed<>(MAX_TENANTS);
  private final LastUsed<TenantId, Instant> absent = new LastUsed<>(MAX_TENANTS);

  public S3ArtifactRoot(S3Client s3, String bucket, Clock clock) {
    this.s3 = s3;
    this.bucket = bucket;
    this.clock = clock;
  }

  @Override
  public Optional<byte[]> of(TenantId tenant) {
    Optional<byte[]> known = roots.find(tenant);
    Instant now = clock.instant();
    if (known.isPresent()
        || absent.find(tenant).filter(at -> now.isBefore(at.plus(ABSENT))).isPresent()) {
      return known.map(byte[]::clone);
    }
    Optional<byte[]> read =
        new S3MetadataStore(s3, bucket, "t/" + tenant + "/metadata/")
            .read(FIRST)
            .map(MetadataStore.Stored::file);
    read.ifPresentOrElse(root -> roots.put(tenant, root), () -> absent.put(tenant, now));
    return read.map(byte[]::clone);
  }
}
