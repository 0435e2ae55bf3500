package io.firmament.infra;

import io.firmament.schema.Grant;
import io.firmament.schema.Setting;
import io.firmament.schema.TableDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.services.dynamodb.Table;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.s3.Bucket;

/// Turns the contract's grants into IAM statements: lists of actions, never a wildcard, each on the
/// one table, bucket, queue or key that it is about.
final class Grants {
  private static final List<String> TABLE_READ =
      List.of("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query");
  private static final List<String> TABLE_WRITE =
      List.of(
          "dynamodb:BatchWriteItem",
          "dynamodb:ConditionCheckItem",
          "dynamodb:DeleteItem",
          "dynamodb:PutItem",
          "dynamodb:UpdateItem");

  /// Who may not list a bucket is told 403, not 404, for an object that is not there.
  private static final List<String> OBJECT_READ = List.of("s3:GetObject", "s3:ListBucket");
  private static final List<String> OBJECT_WRITE =
      List.of("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject");
  private static final List<String> SIGN = List.of("kms:Sign");
  private static final List<String> PUBLIC_HALF = List.of("kms:GetPublicKey");

  /// What is done with keys that are made while the platform runs.
  static final List<String> ONLINE_KEY_ACTIONS =
      List.of(
          "kms:CreateAlias",
          "kms:CreateKey",
          "kms:GetPublicKey",
          "kms:ScheduleKeyDeletion",
          "kms:Sign",
          "kms:TagResource");

  /// How the names of tenants' roles for registries begin.
  static final String REGISTRY_ROLES = "firmament-";

  private final StatefulStack stateful;
  private final String prefix;

  Grants(StatefulStack stateful, Deployment deployment) {
    this.stateful = stateful;
    this.prefix = deployment.prefix();
  }

  /// The statements for a set of grants. The data key comes with the buckets that it encrypts.
  List<PolicyStatement> of(Collection<Grant> grants) {
    List<PolicyStatement> statements = new ArrayList<>();
    SequencedSet<String> dataKeyActions = new TreeSet<>();
    for (Grant grant : grants) {
      statements.addAll(statements(grant));
      dataKeyActions.addAll(dataKeyActions(grant));
    }
    if (!dataKeyActions.isEmpty()) {
      statements.add(dataKey(dataKeyActions));
    }
    return statements;
  }

  /// Sending to the queues of stages.
  List<PolicyStatement> sendTo(Collection<StageFunction> stages) {
    return stages.isEmpty()
        ? List.of()
        : List.of(
            allow(
                List.of("sqs:SendMessage"),
                stages.stream().map(s -> stateful.queues().of(s).getQueueArn()).toList()));
  }

  /// Signing with the device CA's key, and reading its public half.
  PolicyStatement issueDeviceCertificates() {
    List<String> both = new ArrayList<>(PUBLIC_HALF);
    both.addAll(SIGN);
    return key(Setting.KEY_DEVICE_CA, both);
  }

  /// Writing logs of devices, and nothing else of the documents.
  List<PolicyStatement> writeDeviceLogs() {
    return List.of(
        allow(
            OBJECT_WRITE,
            List.of(stateful.buckets().documents().arnForObjects(Buckets.DEVICE_LOGS + "*"))),
        dataKey(new TreeSet<>(List.of("kms:Decrypt", "kms:GenerateDataKey"))));
  }

  static PolicyStatement allow(List<String> actions, List<String> resources) {
    return PolicyStatement.Builder.create().actions(actions).resources(resources).build();
  }

  private List<PolicyStatement> statements(Grant grant) {
    return switch (grant) {
      case ONLINE_KEYS_CREATE -> createOnlineKeys();
      case REGISTRY_ROLES_ASSUME -> List.of(assumeRegistryRoles());
      case ADVISORIES_MAINTAIN -> maintainAdvisories();
      case NVD_KEY_OPEN -> List.of(openNvdKey());
      case ONLINE_KEYS_SIGN -> List.of(signWithOnlineKeys("freshness", "publisher", "fleet"));
      case DIRECTOR_KEYS_SIGN -> List.of(signWithOnlineKeys("director", "manifest"));
      case IDENTITY_READ,
          IDENTITY_WRITE,
          FIRMWARE_READ,
          FIRMWARE_WRITE,
          FLEET_READ,
          FLEET_WRITE,
          EVIDENCE_READ,
          EVIDENCE_WRITE,
          UPLOADS_READ,
          UPLOADS_WRITE,
          DOCUMENTS_READ,
          DOCUMENTS_WRITE,
          ARTIFACTS_READ,
          ARTIFACTS_WRITE,
          REGISTRY_SECRETS_SEAL,
          REGISTRY_SECRETS_OPEN,
          ID_TOKEN_SIGN,
          ID_TOKEN_PUBLIC,
          TENANT_TOKEN_SIGN,
          TENANT_TOKEN_PUBLIC ->
          List.of(statement(grant));
    };
  }

  /// Making keys of two kinds with our tags, naming them, and giving up one that got no name: a key
  /// with an alias is in use and stays.
  private List<PolicyStatement> createOnlineKeys() {
    Map<String, Object> tagged = Map.of("aws:RequestTag/firmament", prefix);
    Map<String, Object> spec = new LinkedHashMap<>(tagged);
    spec.put("kms:KeySpec", List.of("ECC_NIST_P256", "ECC_NIST_EDWARDS25519"));
    spec.put("kms:KeyUsage", "SIGN_VERIFY");
    Map<String, Object> ours = Map.of("aws:ResourceTag/firmament", prefix);
    return List.of(
        allow(List.of("kms:CreateKey"), List.of("*"), Map.of("StringEquals", spec)),
        allow(List.of("kms:TagResource"), anyKey(), Map.of("StringEquals", tagged)),
        allow(List.of("kms:CreateAlias"), List.of(stateful.aliases(prefix)), Map.of()),
        allow(
            List.of("kms:CreateAlias", "kms:GetPublicKey"), anyKey(), Map.of("StringEquals", ours)),
        allow(
            List.of("kms:ScheduleKeyDeletion"),
            anyKey(),
            Map.of("StringEquals", ours, "Null", Map.of("kms:ResourceAliases", "true"))));
  }

  private PolicyStatement signWithOnlineKeys(String... kinds) {
    return allow(
        List.of("kms:GetPublicKey", "kms:Sign"),
        anyKey(),
        Map.of(
            "StringEquals",
            Map.of(
                "aws:ResourceTag/firmament",
                prefix,
                "aws:ResourceTag/firmament-role",
                List.of(kinds))));
  }

  /// The roles by which tenants let registries of theirs be read: those alone that are named so.
  /// Each asks for the tenant's id (`sts:ExternalId`) by its own trust policy.
  private PolicyStatement assumeRegistryRoles() {
    return allow(
        List.of("sts:AssumeRole"),
        List.of("arn:" + stateful.getPartition() + ":iam::*:role/" + REGISTRY_ROLES + "*"));
  }

  /// Indexes and feeds may be removed, which nothing else of the documents may.
  private List<PolicyStatement> maintainAdvisories() {
    Bucket documents = stateful.buckets().documents();
    List<String> actions = new ArrayList<>(List.of("s3:DeleteObject", "s3:GetObject"));
    actions.addAll(OBJECT_WRITE);
    return List.of(
        allow(List.of("s3:ListBucket"), List.of(documents.getBucketArn())),
        allow(actions, Buckets.ADVISORIES.stream().map(documents::arnForObjects).toList()));
  }

  /// The credentials for registries are under the same key, for other purposes.
  private PolicyStatement openNvdKey() {
    Key key = known("registries key", stateful.keys().get(Setting.KEY_REGISTRIES));
    return allow(
        List.of("kms:Decrypt"),
        List.of(key.getKeyArn()),
        Map.of("StringEquals", Map.of("kms:EncryptionContext:purpose", "nvd-api-key")));
  }

  private List<String> anyKey() {
    return List.of(stateful.anyKey());
  }

  private static PolicyStatement allow(
      List<String> actions, List<String> resources, Map<String, ?> conditions) {
    return PolicyStatement.Builder.create()
        .actions(actions)
        .resources(resources)
        .conditions(conditions)
        .build();
  }

  private PolicyStatement statement(Grant grant) {
    Buckets buckets = stateful.buckets();
    return switch (grant) {
      case ONLINE_KEYS_CREATE,
          ONLINE_KEYS_SIGN,
          DIRECTOR_KEYS_SIGN,
          REGISTRY_ROLES_ASSUME,
          ADVISORIES_MAINTAIN,
          NVD_KEY_OPEN ->
          throw new IllegalArgumentException(grant + " is more than one resource");
      case IDENTITY_READ -> readTable("identity");
      case IDENTITY_WRITE -> writeTable("identity");
      case FIRMWARE_READ -> readTable("firmware");
      case FIRMWARE_WRITE -> writeTable("firmware");
      case FLEET_READ -> readTable("fleet");
      case FLEET_WRITE -> writeTable("fleet");
      case EVIDENCE_READ -> readTable("evidence");
      case EVIDENCE_WRITE -> writeTable("evidence");
      case UPLOADS_READ -> objects(buckets.uploads(), OBJECT_READ);
      case UPLOADS_WRITE -> objects(buckets.uploads(), OBJECT_WRITE);
      case DOCUMENTS_READ -> objects(buckets.documents(), OBJECT_READ);
      case DOCUMENTS_WRITE -> objects(buckets.documents(), OBJECT_WRITE);
      case ARTIFACTS_READ -> objects(buckets.artifacts(), OBJECT_READ);
      case ARTIFACTS_WRITE -> objects(buckets.artifacts(), OBJECT_WRITE);
      case REGISTRY_SECRETS_SEAL -> key(Setting.KEY_REGISTRIES, List.of("kms:GenerateDataKey"));
      case REGISTRY_SECRETS_OPEN -> key(Setting.KEY_REGISTRIES, List.of("kms:Decrypt"));
      case ID_TOKEN_SIGN -> key(Setting.KEY_ID_TOKEN, SIGN);
      case ID_TOKEN_PUBLIC -> key(Setting.KEY_ID_TOKEN, PUBLIC_HALF);
      case TENANT_TOKEN_SIGN -> key(Setting.KEY_TENANT_TOKEN, SIGN);
      case TENANT_TOKEN_PUBLIC -> key(Setting.KEY_TENANT_TOKEN, PUBLIC_HALF);
    };
  }

  /// S3 decrypts in the caller's name; finishing a multipart upload reads its parts.
  private static List<String> dataKeyActions(Grant grant) {
    return switch (grant) {
      case UPLOADS_READ, DOCUMENTS_READ, ARTIFACTS_READ -> List.of("kms:Decrypt");
      case UPLOADS_WRITE, DOCUMENTS_WRITE, ARTIFACTS_WRITE, ADVISORIES_MAINTAIN ->
          List.of("kms:Decrypt", "kms:GenerateDataKey");
      case IDENTITY_READ,
          IDENTITY_WRITE,
          FIRMWARE_READ,
          FIRMWARE_WRITE,
          FLEET_READ,
          FLEET_WRITE,
          EVIDENCE_READ,
          EVIDENCE_WRITE,
          ONLINE_KEYS_CREATE,
          ONLINE_KEYS_SIGN,
          DIRECTOR_KEYS_SIGN,
          REGISTRY_SECRETS_SEAL,
          REGISTRY_SECRETS_OPEN,
          REGISTRY_ROLES_ASSUME,
          NVD_KEY_OPEN,
          ID_TOKEN_SIGN,
          ID_TOKEN_PUBLIC,
          TENANT_TOKEN_SIGN,
          TENANT_TOKEN_PUBLIC ->
          List.of();
    };
  }

  /// The table and its indexes, each by name.
  private PolicyStatement readTable(String name) {
    String arn = table(name).getTableArn();
    List<String> arns = new ArrayList<>(List.of(arn));
    for (TableDefinition.Index index : TableDefinition.named(name).indexes()) {
      arns.add(arn + "/index/" + index.name());
    }
    return allow(TABLE_READ, arns);
  }

  private PolicyStatement writeTable(String name) {
    return allow(TABLE_WRITE, List.of(table(name).getTableArn()));
  }

  private Table table(String name) {
    return known(name, stateful.tables().get(name));
  }

  private PolicyStatement key(Setting setting, List<String> actions) {
    Key key = known(setting.name(), stateful.keys().get(setting));
    return allow(actions, List.of(key.getKeyArn()));
  }

  private static PolicyStatement objects(Bucket bucket, List<String> actions) {
    return allow(actions, List.of(bucket.getBucketArn(), bucket.arnForObjects("*")));
  }

  private PolicyStatement dataKey(SequencedSet<String> actions) {
    String s3 = "s3." + stateful.getRegion() + "." + stateful.getUrlSuffix();
    return PolicyStatement.Builder.create()
        .actions(List.copyOf(actions))
        .resources(List.of(stateful.buckets().key().getKeyArn()))
        .conditions(Map.of("StringEquals", Map.of("kms:ViaService", s3)))
        .build();
  }

  private static <T> T known(String name, @Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the stateful stack has no " + name);
    }
    return value;
  }
}
