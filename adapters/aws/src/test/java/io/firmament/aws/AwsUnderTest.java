package io.firmament.aws;

import io.firmament.engines.DynamoEngine;
import io.firmament.engines.ObjectEngine;
import io.firmament.engines.ObjectListener;
import io.firmament.engines.QueueEngine;
import io.firmament.schema.TableDefinition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The AWS that adapters are tested against: local engines, started when first asked for; or, with
/// the environment variable `FIRMAMENT_AWS`, another one (see [AwsEngine]).
///
/// Every table, bucket and queue is new. What an engine cannot show is assumed, so that it is
/// reported as skipped, with the reason, and never as passed.
public final class AwsUnderTest implements AutoCloseable {
  private final Map<String, String> environment = new HashMap<>();
  private final AwsEngine engine;
  private final boolean embedded;
  private final ObjectListener listener;
  private final Deque<Runnable> open = new ArrayDeque<>();

  private AwsUnderTest(AwsEngine engine, ObjectListener listener) {
    this.listener = listener;
    this.engine = engine;
    this.embedded = engine.kind() == AwsEngine.Kind.EMBEDDED;
    environment.putAll(engine.environment());
  }

  public static AwsUnderTest start() {
    return start(ObjectListener.none());
  }

  /// The listener hears of objects where the engine is embedded.
  public static AwsUnderTest start(ObjectListener listener) {
    AwsEngine engine = AwsEngine.chosen();
    System.out.println("AWS under test: " + engine.description());
    return new AwsUnderTest(engine, listener);
  }

  /// Skips the rest of a test that the engine cannot show.
  public void assume(AwsEngine.Capability capability) {
    engine.assume(capability);
  }

  public boolean embedded() {
    return embedded;
  }

  public synchronized DynamoDbClient dynamo() {
    if (embedded && !environment.containsKey("AWS_ENDPOINT_URL_DYNAMODB")) {
      DynamoEngine engine = keep(DynamoEngine.inMemory(), DynamoEngine::close);
      environment.put("AWS_ENDPOINT_URL_DYNAMODB", engine.endpoint().toString());
    }
    return keep(AwsClients.of(environment).dynamo(), DynamoDbClient::close);
  }

  public synchronized S3Client s3() {
    startObjects();
    return keep(AwsClients.of(environment).s3(), S3Client::close);
  }

  public synchronized S3Presigner presigner() {
    startObjects();
    return keep(AwsClients.of(environment).presigner(), S3Presigner::close);
  }

  private void startObjects() {
    if (embedded && !environment.containsKey("AWS_ENDPOINT_URL_S3")) {
      ObjectEngine engine = keep(ObjectEngine.inMemory(listener), ObjectEngine::close);
      environment.put("AWS_ENDPOINT_URL_S3", engine.endpoint().toString());
      environment.put("AWS_ACCESS_KEY_ID", engine.accessKey());
      environment.put("AWS_SECRET_ACCESS_KEY", engine.secretKey());
    }
  }

  public synchronized SqsClient sqs() {
    if (embedded && !environment.containsKey("AWS_ENDPOINT_URL_SQS")) {
      QueueEngine engine = keep(QueueEngine.start(), QueueEngine::close);
      environment.put("AWS_ENDPOINT_URL_SQS", engine.endpoint().toString());
    }
    return keep(AwsClients.of(environment).sqs(), SqsClient::close);
  }

  /// A new table of a context of the contract.
  public String table(DynamoDbClient dynamo, String context) {
    String name = unique(context);
    new DynamoTables(dynamo).create(TableDefinition.named(context), name);
    if (!embedded) {
      open.push(() -> dynamo.deleteTable(b -> b.tableName(name)));
    }
    return name;
  }

  /// A new bucket.
  public String bucket(S3Client s3) {
    return bucket(s3, "bucket");
  }

  /// A new bucket of a kind that grants know.
  public String bucket(S3Client s3, String kind) {
    String name = unique(kind);
    s3.createBucket(b -> b.bucket(name));
    if (!embedded) {
      open.push(() -> remove(s3, name));
    }
    return name;
  }

  static void remove(S3Client s3, String bucket) {
    s3.listObjectsV2Paginator(b -> b.bucket(bucket))
        .contents()
        .forEach(object -> s3.deleteObject(b -> b.bucket(bucket).key(object.key())));
    s3.deleteBucket(b -> b.bucket(bucket));
  }

  /// The URL of a new queue.
  public String queue(SqsClient sqs) {
    String url = sqs.createQueue(b -> b.queueName(unique("queue"))).queueUrl();
    if (!embedded) {
      open.push(() -> sqs.deleteQueue(b -> b.queueUrl(url)));
    }
    return url;
  }

  @Override
  public synchronized void close() {
    while (!open.isEmpty()) {
      open.pop().run();
    }
  }

  private <T> T keep(T resource, Consumer<T> end) {
    open.push(() -> end.accept(resource));
    return resource;
  }

  private static String unique(String kind) {
    return "firmament-" + kind + "-" + UUID.randomUUID();
  }
}
