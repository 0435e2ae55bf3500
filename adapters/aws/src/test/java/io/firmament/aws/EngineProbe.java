package io.firmament.aws;

import io.firmament.base.Sha256;
import io.firmament.platform.firmware.PresignedUpload;
import io.firmament.schema.TableDefinition;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/// Asks an engine that is neither ours nor AWS what it can show.
final class EngineProbe {
  private static final int UPDATES = 200;

  private EngineProbe() {}

  /// Uploads other bytes than a presigned request was signed for.
  static Optional<String> presignedUploadsUnchecked(Map<String, String> environment) {
    String bucket = "firmament-probe-" + UUID.randomUUID();
    byte[] signed = "signed".getBytes(StandardCharsets.UTF_8);
    byte[] other = "forged".getBytes(StandardCharsets.UTF_8);
    try (AwsClients clients = AwsClients.of(environment)) {
      clients.s3().createBucket(b -> b.bucket(bucket));
      PresignedUpload url =
          new S3ObjectStore(clients.s3(), clients.presigner(), bucket)
              .presign("probe", signed.length, Sha256.of(signed), Duration.ofMinutes(1));
      boolean taken = send(url, other) < 300;
      AwsUnderTest.remove(clients.s3(), bucket);
      return taken
          ? Optional.of("it takes other bytes than a presigned request was signed for")
          : Optional.empty();
    } catch (IOException e) {
      return Optional.of("it breaks off presigned uploads: " + e.getMessage());
    }
  }

  /// Counts one item up from many threads: each must hear a number of its own.
  static Optional<String> updatesLost(Map<String, String> environment) {
    String table = "firmament-probe-" + UUID.randomUUID();
    try (AwsClients clients = AwsClients.of(environment)) {
      DynamoDbClient dynamo = clients.dynamo();
      new DynamoTables(dynamo).create(TableDefinition.named("identity"), table);
      Set<String> heard = together(() -> count(dynamo, table));
      dynamo.deleteTable(b -> b.tableName(table));
      return heard.size() == UPDATES
          ? Optional.empty()
          : Optional.of(UPDATES + " updates at the same time gave " + heard.size() + " values");
    }
  }

  private static String count(DynamoDbClient dynamo, String table) {
    AttributeValue counter = AttributeValue.fromS("counter");
    return String.valueOf(
        dynamo
            .updateItem(
                b ->
                    b.tableName(table)
                        .key(Map.of("pk", counter, "sk", counter))
                        .updateExpression("ADD n :one")
                        .expressionAttributeValues(Map.of(":one", AttributeValue.fromN("1")))
                        .returnValues(ReturnValue.UPDATED_NEW))
            .attributes()
            .get("n"));
  }

  private static Set<String> together(Callable<String> update) {
    Set<String> answers = new HashSet<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
      for (Future<String> one : threads.invokeAll(Collections.nCopies(UPDATES, update))) {
        answers.add(one.get());
      }
      return answers;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the engine refuses an update", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static int send(PresignedUpload url, byte[] body) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) url.url().toURL().openConnection();
    connection.setRequestMethod(url.method());
    connection.setDoOutput(true);
    url.headers()
        .forEach(
            (name, value) -> {
              if (!name.toLowerCase(Locale.ROOT).equals("host")) {
                connection.setRequestProperty(name, value);
              }
            });
    try (OutputStream out = connection.getOutputStream()) {
      out.write(body);
    }
    return connection.getResponseCode();
  }
}
