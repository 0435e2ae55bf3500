package io.firmament.device;

import io.firmament.aws.AwsClients;
import io.firmament.aws.S3ObjectStore;
import io.firmament.engines.ObjectEngine;
import io.firmament.engines.ObjectListener;
import io.firmament.platform.firmware.ObjectStore;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/// A bucket for logs, on an S3 server that starts when it is first asked for.
final class TestLogs implements AutoCloseable {
  private static final String BUCKET = "documents";

  private @Nullable ObjectEngine engine;
  private @Nullable S3Client client;

  ObjectStore store() {
    return new S3ObjectStore(
        this::client,
        () -> {
          throw new IllegalStateException("nothing is presigned");
        },
        BUCKET);
  }

  synchronized S3Client client() {
    S3Client there = client;
    if (there != null) {
      return there;
    }
    ObjectEngine started = ObjectEngine.inMemory(ObjectListener.none());
    S3Client made =
        AwsClients.pooled(
                Map.of(
                    "AWS_REGION", "eu-central-1",
                    "AWS_ACCESS_KEY_ID", started.accessKey(),
                    "AWS_SECRET_ACCESS_KEY", started.secretKey(),
                    "AWS_ENDPOINT_URL", started.endpoint().toString()),
                16)
            .s3();
    made.createBucket(b -> b.bucket(BUCKET));
    engine = started;
    client = made;
    return made;
  }

  /// The keys of what there is.
  List<String> keys() {
    return client().listObjectsV2(b -> b.bucket(BUCKET)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
    }
    if (engine != null) {
      engine.close();
    }
  }
}
