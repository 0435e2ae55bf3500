package io.firmament.infra;

import io.firmament.schema.Setting;
import io.firmament.schema.TableDefinition;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.dynamodb.Attribute;
import software.amazon.awscdk.services.dynamodb.AttributeType;
import software.amazon.awscdk.services.dynamodb.BillingMode;
import software.amazon.awscdk.services.dynamodb.GlobalSecondaryIndexProps;
import software.amazon.awscdk.services.dynamodb.PointInTimeRecoverySpecification;
import software.amazon.awscdk.services.dynamodb.ProjectionType;
import software.amazon.awscdk.services.dynamodb.StreamViewType;
import software.amazon.awscdk.services.dynamodb.Table;
import software.amazon.awscdk.services.ecr.LifecycleRule;
import software.amazon.awscdk.services.ecr.Repository;
import software.amazon.awscdk.services.ecr.TagMutability;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.kms.KeySpec;
import software.amazon.awscdk.services.kms.KeyUsage;
import software.constructs.Construct;

/// Everything that must outlive a deployment: tables, buckets, queues, keys and image repositories.
/// Whatever holds data is retained when the stack is deleted.
final class StatefulStack extends Stack {
  private final Map<String, Table> tables = new LinkedHashMap<>();
  private final Map<Setting, Key> keys = new EnumMap<>(Setting.class);
  private final Buckets buckets;
  private final StageQueues queues;
  private final Repository deviceImages;
  private final Repository transferImages;

  StatefulStack(Construct scope, Deployment deployment) {
    super(scope, Stacks.id(deployment, "Stateful"), Stacks.props("Tables, buckets, queues, keys"));
    for (TableDefinition definition : TableDefinition.all()) {
      tables.put(definition.name(), table(definition));
    }
    Key dataKey =
        Key.Builder.create(this, "DataKey")
            .description("Encrypts the objects in the buckets")
            .enableKeyRotation(true)
            .removalPolicy(RemovalPolicy.RETAIN)
            .build();
    keys.put(
        Setting.KEY_REGISTRIES,
        Key.Builder.create(this, "RegistriesKey")
            .description("Encrypts credentials for container registries")
            .enableKeyRotation(true)
            .removalPolicy(RemovalPolicy.RETAIN)
            .build());
    keys.put(Setting.KEY_ID_TOKEN, signingKey("IdTokenKey", "id tokens", KeySpec.RSA_2048));
    keys.put(
        Setting.KEY_TENANT_TOKEN, signingKey("TenantTokenKey", "tenant tokens", KeySpec.RSA_2048));
    keys.put(Setting.KEY_DEVICE_CA, signingKey("DeviceCaKey", "device CA", KeySpec.ECC_NIST_P256));
    buckets = new Buckets(this, dataKey);
    queues = new StageQueues(this, buckets.uploads(), buckets.documents());
    deviceImages = repository("DeviceImages");
    transferImages = repository("TransferImages");
  }

  Map<String, Table> tables() {
    return Map.copyOf(tables);
  }

  Map<Setting, Key> keys() {
    return Map.copyOf(keys);
  }

  Buckets buckets() {
    return buckets;
  }

  StageQueues queues() {
    return queues;
  }

  Repository deviceImages() {
    return deviceImages;
  }

  Repository transferImages() {
    return transferImages;
  }

  /// The ARN of all keys of the account and region.
  String anyKey() {
    return kms("key/*");
  }

  /// The ARN of the aliases of a deployment's online keys.
  String aliases(String prefix) {
    return kms("alias/" + prefix + "/*");
  }

  private String kms(String resource) {
    return "arn:" + getPartition() + ":kms:" + getRegion() + ":" + getAccount() + ":" + resource;
  }

  /// The environment of every process of this deployment.
  Map<String, String> settings(Deployment deployment) {
    Map<Setting, String> settings = new EnumMap<>(Setting.class);
    tables.forEach((name, table) -> settings.put(Setting.table(name), table.getTableName()));
    keys.forEach((setting, key) -> settings.put(setting, key.getKeyArn()));
    settings.put(Setting.BUCKET_UPLOADS, buckets.uploads().getBucketName());
    settings.put(Setting.BUCKET_DOCUMENTS, buckets.documents().getBucketName());
    settings.put(Setting.BUCKET_EVIDENCE, buckets.evidence().getBucketName());
    settings.put(Setting.BUCKET_ARTIFACTS, buckets.artifacts().getBucketName());
    for (StageFunction stage : StageFunction.values()) {
      stage
          .queue()
          .ifPresent(name -> settings.put(Setting.queue(name), queues.of(stage).getQueueUrl()));
    }
    settings.put(Setting.KEY_PREFIX, deployment.prefix());
    deployment.publicUrl().ifPresent(url -> settings.put(Setting.PUBLIC_URL, url));
    Map<String, String> variables = new LinkedHashMap<>();
    settings.forEach((setting, value) -> variables.put(setting.variable(), value));
    return variables;
  }

  private Table table(TableDefinition definition) {
    Table table =
        Table.Builder.create(this, Stacks.capital(definition.name()) + "Table")
            .partitionKey(string(definition.partitionKey()))
            .sortKey(string(definition.sortKey()))
            .billingMode(BillingMode.PAY_PER_REQUEST)
            .pointInTimeRecoverySpecification(
                PointInTimeRecoverySpecification.builder().pointInTimeRecoveryEnabled(true).build())
            .deletionProtection(true)
            .timeToLiveAttribute(definition.ttlAttribute())
            .stream(stream(definition))
            .removalPolicy(RemovalPolicy.RETAIN)
            .build();
    for (TableDefinition.Index index : definition.indexes()) {
      table.addGlobalSecondaryIndex(
          GlobalSecondaryIndexProps.builder()
              .indexName(index.name())
              .partitionKey(string(index.partitionKey()))
              .sortKey(string(index.sortKey()))
              .projectionType(ProjectionType.ALL)
              .build());
    }
    return table;
  }

  private static @Nullable StreamViewType stream(TableDefinition definition) {
    return definition.streamView().map(StreamViewType::valueOf).orElse(null);
  }

  private static Attribute string(String name) {
    return Attribute.builder().name(name).type(AttributeType.STRING).build();
  }

  private Key signingKey(String id, String purpose, KeySpec spec) {
    return Key.Builder.create(this, id)
        .description("Signs for the " + purpose)
        .keySpec(spec)
        .keyUsage(KeyUsage.SIGN_VERIFY)
        .removalPolicy(RemovalPolicy.RETAIN)
        .build();
  }

  private Repository repository(String id) {
    Repository repository =
        Repository.Builder.create(this, id)
            .imageScanOnPush(true)
            .imageTagMutability(TagMutability.MUTABLE)
            .lifecycleRules(List.of(LifecycleRule.builder().maxImageCount(20).build()))
            .removalPolicy(RemovalPolicy.RETAIN)
            .build();
    CfnOutput.Builder.create(this, id + "Uri")
        .description("Where its image is pushed to")
        .value(repository.getRepositoryUri())
        .build();
    return repository;
  }
}
