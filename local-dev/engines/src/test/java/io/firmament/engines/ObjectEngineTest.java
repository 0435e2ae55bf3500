package io.firmament.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.s3.presigner.model.PresignedGetObjectRequest;
import software.amazon.awssdk.services.s3.presigner.model.PresignedPutObjectRequest;

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

  @Test
  void takesTheRestOfAWriteThatItHasRefusedAndKeepsTheConnection() throws IOException {
    try (ObjectEngine engine = ObjectEngine.inMemory(ObjectListener.none());
        S3Client s3 = client(engine, engine.secretKey());
        S3Presigner presigner = presigner(engine);
        Socket socket = new Socket(engine.endpoint().getHost(), engine.endpoint().getPort())) {
      s3.createBucket(b -> b.bucket("things"));
      s3.putObject(b -> b.bucket("things").key("one"), RequestBody.fromString("1"));
      socket.setSoTimeout(10_000);
      PresignedPutObjectRequest put =
          presigner.presignPutObject(
              b ->
                  b.signatureDuration(Duration.ofMinutes(5))
                      .putObjectRequest(r -> r.bucket("things").key("one").ifMatch("\"other\"")));
      send(socket, head("PUT", put.url(), put.signedHeaders()) + "Content-Length: 4\r\n\r\n");
      assertEquals("HTTP/1.1 412 Precondition Failed", answer(socket));
      send(socket, "late");
      PresignedGetObjectRequest get =
          presigner.presignGetObject(
              b ->
                  b.signatureDuration(Duration.ofMinutes(5))
                      .getObjectRequest(r -> r.bucket("things").key("missing")));
      send(socket, head("GET", get.url(), get.signedHeaders()) + "\r\n");
      assertEquals("HTTP/1.1 404 Not Found", answer(socket));
    }
  }

  private static String head(String method, URL url, Map<String, List<String>> headers) {
    StringBuilder head = new StringBuilder(method + " " + url.getFile() + " HTTP/1.1\r\n");
    headers.forEach((name, values) -> head.append(name + ": " + values.getFirst() + "\r\n"));
    return head.toString();
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /// The first line of an answer in chunks, which is read to its end.
  private static String answer(Socket socket) throws IOException {
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("\r\n0\r\n\r\n")) {
      int c = socket.getInputStream().read();
      assertNotEquals(-1, c, () -> "the connection ends after: " + answer);
      answer.append((char) c);
    }
    return answer.substring(0, answer.indexOf("\r\n"));
  }

  private static S3Presigner presigner(ObjectEngine engine) {
    return S3Presigner.builder()
        .endpointOverride(engine.endpoint())
        .region(Region.EU_CENTRAL_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(engine.accessKey(), engine.secretKey())))
        .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build())
        .build();
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
