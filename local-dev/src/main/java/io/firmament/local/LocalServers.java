package io.firmament.local;

import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoTables;
import io.firmament.base.Log;
import io.firmament.engines.DynamoEngine;
import io.firmament.engines.ObjectEngine;
import io.firmament.engines.ObjectListener;
import io.firmament.engines.QueueEngine;
import io.firmament.platform.firmware.Stage;
import io.firmament.schema.Setting;
import io.firmament.schema.StageRole;
import io.firmament.schema.TableDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// What a local platform works on: the local servers, or something else that speaks their
/// protocols, with the resources that the CDK app would deploy: a table per context, the buckets,
/// and a queue with a dead-letter queue per stage and for what is matched again.
final class LocalServers implements AutoCloseable {
  private static final Log LOG = Log.of(LocalServers.class);
  private static final String REGION = "eu-central-1";
  private static final List<Setting> BUCKETS =
      List.of(
          Setting.BUCKET_UPLOADS,
          Setting.BUCKET_DOCUMENTS,
          Setting.BUCKET_EVIDENCE,
          Setting.BUCKET_ARTIFACTS);

  /// Seconds a stage may take before its message is given out again.
  private static final int VISIBILITY_SECONDS = 900;

  /// How often a message is given out before it is laid aside.
  private static final int MAX_RECEIVES = 3;

  private static final String PREFIX = "firmament-";
  private static final String MONITOR = StageRole.MONITOR.id();

  private final Map<String, String> environment = new HashMap<>();
  private final String prefix;
  private final boolean temporary;
  private final AwsClients clients;
  private final Deque<Runnable> ends = new ArrayDeque<>();

  private LocalServers(Map<String, String> environment, String prefix, boolean temporary) {
    this.environment.putAll(environment);
    this.prefix = prefix;
    this.temporary = temporary;
    this.clients = AwsClients.of(environment);
    ends.push(clients::close);
  }

  /// Starts the servers; with a folder they keep what they hold, without one they forget it.
  static LocalServers start(Optional<Path> data, ObjectListener listener) {
    DynamoEngine dynamo =
        data.map(folder -> DynamoEngine.durable(created(folder).resolve("tables.sqlite")))
            .orElseGet(DynamoEngine::inMemory);
    ObjectEngine objects =
        data.map(folder -> objects(folder, listener))
            .orElseGet(() -> ObjectEngine.inMemory(listener));
    QueueEngine queues = QueueEngine.start();
    Map<String, String> environment = new HashMap<>(objectEnvironment(objects));
    environment.put("AWS_ENDPOINT_URL_DYNAMODB", dynamo.endpoint().toString());
    environment.put("AWS_ENDPOINT_URL_SQS", queues.endpoint().toString());
    LocalServers servers = new LocalServers(environment, PREFIX, false);
    servers.ends.addLast(queues::close);
    servers.ends.addLast(objects::close);
    servers.ends.addLast(dynamo::close);
    servers.createTables();
    servers.createBuckets();
    servers.createQueues();
    return servers;
  }

  /// Makes the resources where AWS, or what stands for it, is said to be, under names that nobody
  /// else uses, and removes them at the end. Uploads are announced there as they are in the cloud.
  ///
  /// @param environment the SDK's variables, see [AwsClients]
  static LocalServers on(Map<String, String> environment) {
    String prefix = PREFIX + UUID.randomUUID().toString().substring(0, 8) + "-";
    LocalServers servers = new LocalServers(environment, prefix, true);
    try {
      servers.createTables();
      servers.createBuckets();
      servers.createQueues();
      UploadEvents.forward(
          servers.clients,
          Setting.BUCKET_UPLOADS.in(servers.environment),
          "uploads/*/firmware",
          servers.queueUrl(Stage.UNPACK),
          servers.ends);
      UploadEvents.forward(
          servers.clients,
          Setting.BUCKET_DOCUMENTS.in(servers.environment),
          "advisories/*.json",
          servers.monitorQueueUrl(),
          servers.ends);
      return servers;
    } catch (RuntimeException e) {
      servers.close();
      throw e;
    }
  }

  /// The object server alone, over what a data folder keeps.
  static ObjectEngine objects(Path data, ObjectListener listener) {
    return ObjectEngine.durable(created(data.resolve("objects")), listener);
  }

  /// What a client of the object server needs to know.
  static Map<String, String> objectEnvironment(ObjectEngine objects) {
    return Map.of(
        "AWS_REGION", REGION,
        "AWS_ACCESS_KEY_ID", objects.accessKey(),
        "AWS_SECRET_ACCESS_KEY", objects.secretKey(),
        "AWS_ENDPOINT_URL_S3", objects.endpoint().toString());
  }

  /// The name that a bucket has on the local object server.
  static String localBucketName(Setting bucket) {
    return bucketName(PREFIX, bucket);
  }

  /// Makes a bucket unless it is there from an earlier run.
  static void createBucket(S3Client s3, String name) {
    try {
      s3.createBucket(request -> request.bucket(name));
    } catch (BucketAlreadyOwnedByYouException e) {
      // It is there from an earlier run.
    }
  }

  /// What a deployed process would find in its environment, by variable name.
  Map<String, String> environment() {
    return Map.copyOf(environment);
  }

  DynamoDbClient dynamo() {
    return clients.dynamo();
  }

  S3Client s3() {
    return clients.s3();
  }

  SqsClient sqs() {
    return clients.sqs();
  }

  S3Presigner presigner() {
    return clients.presigner();
  }

  String queueUrl(Stage stage) {
    return Setting.queue(stage.id()).in(environment);
  }

  /// The queue of what is to be matched again.
  String monitorQueueUrl() {
    return Setting.QUEUE_MONITOR.in(environment);
  }

  String deadLetterQueueUrl(Stage stage) {
    return queueUrl(stage) + "-dead";
  }

  private static String bucketName(String prefix, Setting bucket) {
    return bucket.name().toLowerCase(Locale.ROOT).replace("bucket_", prefix);
  }

  private void createTables() {
    DynamoTables tables = new DynamoTables(clients.dynamo());
    for (TableDefinition table : TableDefinition.all()) {
      String name = prefix + table.name();
      environment.put(Setting.table(table.name()).variable(), name);
      tables.create(table, name);
      if (temporary) {
        ends.push(() -> clients.dynamo().deleteTable(request -> request.tableName(name)));
      }
    }
  }

  private void createBuckets() {
    for (Setting setting : BUCKETS) {
      String name = bucketName(prefix, setting);
      environment.put(setting.variable(), name);
      createBucket(clients.s3(), name);
      if (temporary) {
        ends.push(() -> removeBucket(name));
      }
    }
  }

  private void removeBucket(String name) {
    clients
        .s3()
        .listObjectsV2Paginator(request -> request.bucket(name))
        .contents()
        .forEach(
            object -> clients.s3().deleteObject(request -> request.bucket(name).key(object.key())));
    clients.s3().deleteBucket(request -> request.bucket(name));
  }

  private void createQueues() {
    List<String> queues = new ArrayList<>(List.of(MONITOR));
    for (Stage stage : Stage.values()) {
      queues.add(stage.id());
    }
    for (String id : queues) {
      String name = prefix + id;
      String dead = createQueue(name + "-dead", Map.of());
      String deadArn = arn(clients.sqs(), dead);
      String redrive =
          "{\"deadLetterTargetArn\":\"" + deadArn + "\",\"maxReceiveCount\":" + MAX_RECEIVES + "}";
      String url =
          createQueue(
              name,
              Map.of(
                  QueueAttributeName.VISIBILITY_TIMEOUT,
                  String.valueOf(VISIBILITY_SECONDS),
                  QueueAttributeName.REDRIVE_POLICY,
                  redrive));
      environment.put(Setting.queue(id).variable(), url);
    }
  }

  /// The ARN of a queue.
  static String arn(SqsClient sqs, String queueUrl) {
    return Objects.requireNonNull(
        sqs.getQueueAttributes(
                request -> request.queueUrl(queueUrl).attributeNames(QueueAttributeName.QUEUE_ARN))
            .attributes()
            .get(QueueAttributeName.QUEUE_ARN));
  }

  private String createQueue(String name, Map<QueueAttributeName, String> attributes) {
    String url =
        clients
            .sqs()
            .createQueue(request -> request.queueName(name).attributes(attributes))
            .queueUrl();
    if (temporary) {
      ends.push(() -> clients.sqs().deleteQueue(request -> request.queueUrl(url)));
    }
    return url;
  }

  private static Path created(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + folder, e);
    }
  }

  /// Ends what was begun, the newest first. What cannot be removed is logged and left.
  @Override
  public void close() {
    while (!ends.isEmpty()) {
      try {
        ends.pop().run();
      } catch (SdkException e) {
        LOG.warn("resource_left", "prefix", prefix, "detail", e.getMessage());
      }
    }
  }
}
