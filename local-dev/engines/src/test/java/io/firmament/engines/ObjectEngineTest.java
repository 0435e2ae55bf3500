package io.firmament.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

class ObjectEngineTest {
  @TempDir private Path folder;

  @Test
  void tellsOfObjectsOnceTheyExistAndNotOfPartsOrMarkers() {
    List<String> created = new CopyOnWriteArrayList<>();
    try (ObjectEngine engine =
            ObjectEngine.inMemory((bucket, key, reason) -> created.add(reason + " " + key));
        S3Client s3 = client(engine, engine.secretKey())) {
      s3.createBucket(b -> b.bucket("things"));
      s3.putObject(b -> b.bucket("things").key("one"), RequestBody.fromString("1"));
      String upload = s3.createMultipartUpload(b -> b.bucket("things").key("two")).uploadId();
      String tag =
          s3.uploadPart(
                  b -> b.bucket("things").key("two").uploadId(upload).partNumber(1),
                  RequestBody.fromString("2"))
              .eTag();
      assertEquals(List.of("PutObject one"), List.copyOf(created));
      s3.completeMultipartUpload(
          b ->
              b.bucket("things")
                  .key("two")
                  .uploadId(upload)
                  .multipartUpload(
                      m -> m.parts(CompletedPart.builder().partNumber(1).eTag(tag).build())));
      assertEquals(List.of("PutObject one", "CompleteMultipartUpload two"), List.copyOf(created));
    }
  }

  @Test
  void keepsItsObjectsAcrossRestarts() {
    try (ObjectEngine engine = ObjectEngine.durable(folder.resolve("s3"), ObjectListener.none());
        S3Client s3 = client(engine, engine.secretKey())) {
      s3.createBucket(b -> b.bucket("things"));
      s3.putObject(b -> b.bucket("things").key("a/b"), RequestBody.fromString("kept"));
    }
    try (ObjectEngine engine = ObjectEngine.durable(folder.resolve("s3"), ObjectListener.none());
        S3Client s3 = client(engine, engine.secretKey())) {
      assertEquals("kept", s3.getObjectAsBytes(b -> b.bucket("things").key("a/b")).asUtf8String());
    }
  }

  @Test
  void refusesAWrongSecret() {
    try (ObjectEngine engine = ObjectEngine.inMemory(ObjectListener.none());
        S3Client s3 = client(engine, "wrong")) {
      S3Exception e =
          assertThrows(S3Exception.class, () -> s3.createBucket(b -> b.bucket("things")));
      assertEquals(403, e.statusCode());
    }
  }

  private static S3Client client(ObjectEngine engine, String secret) {
    URI endpoint = engine.endpoint();
    return S3Client.builder()
        .endpointOverride(endpoint)
        .forcePathStyle(true)
        .region(Region.EU_CENTRAL_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(engine.accessKey(), secret)))
        .httpClient(ApacheHttpClient.create())
        .build();
  }
}
