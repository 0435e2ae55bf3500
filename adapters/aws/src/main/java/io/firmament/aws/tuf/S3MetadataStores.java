package io.firmament.aws.tuf;

import io.firmament.base.TenantId;
import io.firmament.platform.trust.MetadataStores;
import io.firmament.tuf.repository.MetadataStore;
import software.amazon.awssdk.services.s3.S3Client;

/// The metadata of all tenants in one bucket, each tenant's under `t/TENANT/metadata/`.
public final class S3MetadataStores implements MetadataStores {
  private final S3Client s3;
  private final String bucket;

  public S3MetadataStores(S3Client s3, String bucket) {
    this.s3 = s3;
    this.bucket = bucket;
  }

  @Override
  public MetadataStore of(TenantId tenant) {
    return new S3MetadataStore(s3, bucket, "t/" + tenant + "/metadata/");
  }
}
