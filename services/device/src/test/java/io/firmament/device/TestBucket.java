package io.firmament.device;

import io.firmament.aws.AwsClients;
import io.firmament.aws.delivery.S3ArtifactSource;
import io.firmament.engines.ObjectEngine;
import io.firmament.engines.ObjectListener;
import io.firmament.platform.delivery.ArtifactSource;
import java.util.Map;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/// A bucket of artifacts on an S3 server in this process.
public final class TestBucket implements AutoCloseable {
  public static final String NAME = "artifacts";

  private final ObjectEngine engine = ObjectEngine.inMemory(ObjectListener.none());
  private final S3Client s3 =
      AwsClients.pooled(
              Map.of(
                  "AWS_REGION", "eu-central-1",
                  "AWS_ACCESS_KEY_ID", engine.accessKey(),
                  "AWS_SECRET_ACCESS_KEY", engine.secretKey(),
                  "AWS_ENDPOINT_URL", engine.endpoint().toString()),
              64)
          .s3();

  TestBucket() {
    s3.createBucket(b -> b.bucket(NAME));
  }

  /// A client of the server.
  public S3Client s3() {
    return s3;
  }

  public ArtifactSource source() {
    return new S3ArtifactSource(s3, NAME);
  }

  public void put(String key, byte[] content) {
    s3.putObject(b -> b.bucket(NAME).key(key), RequestBody.fromBytes(content));
  }

  public void delete(String key) {
    s3.deleteObject(b -> b.bucket(NAME).key(key));
  }

  @Override
  public void close() {
    s3.close();
    engine.close();
  }
}
