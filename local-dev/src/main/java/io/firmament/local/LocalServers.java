package io.firmament.local;

import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoTables;
import io.firmament.engines.DynamoEngine;
import io.firmament.engines.ObjectEngine;
import io.firmament.engines.ObjectListener;
import io.firmament.engines.QueueEngine;
import io.firmament.platform.firmware.Stage;
import io.firmament.schema.Setting;
import io.firmament.schema.TableDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// The local servers with the resources that the CDK app would deploy: a table per context, the
/// buckets, and a queue with a dead-letter queue per stage.
final class LocalServers implements AutoCloseable {
  private static final String REGION = "eu-central-1";
  private static final List<Setting> BUCKETS =
      List.of(Setting.BUCKET_UPLOADS, Setting.BUCKET_DOCUMENTS, Setting.BUCKET_EVIDENCE);

  /// Seconds a stage may take before its message is given out again.
  private static final int VISIBILITY_SECONDS = 900;

  /// How often a message is given out before it is laid aside.
  private static final int MAX_RECEIVES = 3;

  private final DynamoEngine dynamo;
  private final ObjectEngine objects;
  private final QueueEngine queues;
  private final DynamoDbClient dynamoClient;
  private final S3Client s3Client;
  private final SqsClient sqsClient;
  private final S3Presigner presigner;
  private final Map<String, String> environment = new HashMap<>();

  private LocalServers(DynamoEngine dynamo, ObjectEngine objects, QueueEngine queues) {
    this.dynamo = dynamo;
    this.objects = objects;
    this.queues = queues;
    environment.putAll(objectEnvironment(objects));
    environment.put("AWS_ENDPOINT_URL_DYNAMODB", dynamo.endpoint().toString());
    environment.put("AWS_ENDPOINT_URL_SQS", queues.endpoint().toString());
    AwsClients clients = AwsClients.of(environment);
    this.dynamoClient = clients.dynamo();
    this.s3Client = clients.s3();
    this.sqsClient = clients.sqs();
    this.presigner = clients.presigner();
  }

  /// Starts the servers; with a folder they keep what they hold, without one they forget it.
  static LocalServers start(Optional<Path> data, ObjectListener listener) {
    LocalServers servers =
        new LocalServers(
            data.map(folder -> DynamoEngine.durable(created(folder).resolve("tables.sqlite")))
                .orElseGet(DynamoEngine::inMemory),
            data.map(folder -> objects(folder, listener))
                .orElseGet(() -> ObjectEngine.inMemory(listener)),
            QueueEngine.start());
    servers.createTables();
    servers.createBuckets();
    servers.createQueues();
    return servers;
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

  /// The name that a bucket has here.
  static String bucketName(Setting bucket) {
    return bucket.name().toLowerCase(Locale.ROOT).replace("bucket_", "firmament-");
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
    return dynamoClient;
  }

  S3Client s3() {
    return s3Client;
  }

  SqsClient sqs() {
    return sqsClient;
  }

  S3Presigner presigner() {
    return presigner;
  }

  String queueUrl(Stage stage) {
    return Setting.queue(stage.id()).in(environment);
  }

  String deadLetterQueueUrl(Stage stage) {
    return queueUrl(stage) + "-dead";
  }

  private void createTables() {
    DynamoTables tables = new DynamoTables(dynamoClient);
    for (TableDefinition table : TableDefinition.all()) {
      String name = "firmament-" + table.name();
      environment.put(Setting.table(table.name()).variable(), name);
      tables.create(table, name);
    }
  }

  private void createBuckets() {
    for (Setting setting : BUCKETS) {
      String name = bucketName(setting);
      environment.put(setting.variable(), name);
      createBucket(s3Client, name);
    }
  }

  private void createQueues() {
    for (Stage stage : Stage.values()) {
      String name = "firmament-" + stage.id();
      String dead = sqsClient.createQueue(request -> request.queueName(name + "-dead")).queueUrl();
      String deadArn =
          sqsClient
              .getQueueAttributes(
                  request -> request.queueUrl(dead).attributeNames(QueueAttributeName.QUEUE_ARN))
              .attributes()
              .get(QueueAttributeName.QUEUE_ARN);
      String redrive =
          "{\"deadLetterTargetArn\":\"" + deadArn + "\",\"maxReceiveCount\":" + MAX_RECEIVES + "}";
      String url =
          sqsClient
              .createQueue(
                  request ->
                      request
                          .queueName(name)
                          .attributes(
                              Map.of(
                                  QueueAttributeName.VISIBILITY_TIMEOUT,
                                  String.valueOf(VISIBILITY_SECONDS),
                                  QueueAttributeName.REDRIVE_POLICY,
                                  redrive)))
              .queueUrl();
      environment.put(Setting.queue(stage.id()).variable(), url);
    }
  }

  private static Path created(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + folder, e);
    }
  }

  @Override
  public void close() {
    dynamoClient.close();
    s3Client.close();
    sqsClient.close();
    presigner.close();
    queues.close();
    objects.close();
    dynamo.close();
  }
}
