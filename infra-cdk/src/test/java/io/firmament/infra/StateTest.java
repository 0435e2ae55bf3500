package io.firmament.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firmament.schema.TableDefinition;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Tables, buckets, queues and keys.
class StateTest {
  private static final Synthesis CLOUD = Synthesis.byDefault();

  @Test
  void keepsTheContractsTablesSafe() {
    List<JsonNode> tables = CLOUD.properties("AWS::DynamoDB::Table");
    assertEquals(TableDefinition.all().size(), tables.size());
    for (JsonNode table : tables) {
      assertEquals("PAY_PER_REQUEST", table.path("BillingMode").asText());
      assertTrue(table.path("DeletionProtectionEnabled").asBoolean());
      assertTrue(
          table
              .path("PointInTimeRecoverySpecification")
              .path("PointInTimeRecoveryEnabled")
              .asBoolean());
      assertEquals(
          "expiresAt", table.path("TimeToLiveSpecification").path("AttributeName").asText());
      assertEquals("pk", table.path("KeySchema").get(0).path("AttributeName").asText());
      assertEquals("sk", table.path("KeySchema").get(1).path("AttributeName").asText());
      assertEquals(
          List.of("gsi1", "gsi2"),
          Synthesis.each(table.path("GlobalSecondaryIndexes"))
              .map(index -> index.path("IndexName").asText())
              .toList());
    }
  }

  @Test
  void retainsWhateverHoldsData() {
    for (String type :
        List.of(
            "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::ECR::Repository")) {
      assertTrue(!CLOUD.resources(type).isEmpty(), type);
      CLOUD
          .resources(type)
          .forEach((id, node) -> assertEquals("Retain", node.path("DeletionPolicy").asText(), id));
    }
  }

  @Test
  void opensNoBucket() {
    Map<String, JsonNode> buckets = CLOUD.resources("AWS::S3::Bucket");
    assertEquals(6, buckets.size());
    List<JsonNode> policies = CLOUD.properties("AWS::S3::BucketPolicy");
    buckets.forEach(
        (id, bucket) -> {
          JsonNode block = bucket.path("Properties").path("PublicAccessBlockConfiguration");
          assertEquals(4, block.size(), id);
          block.forEach(flag -> assertTrue(flag.asBoolean(), id));
          assertTrue(bucket.path("Properties").has("BucketEncryption"), id);
          String name = id.substring(id.indexOf('/') + 1);
          JsonNode policy =
              policies.stream()
                  .filter(p -> Synthesis.target(p.path("Bucket")).equals(name))
                  .findFirst()
                  .orElseThrow();
          assertTrue(
              policy.toString().contains("{\"Bool\":{\"aws:SecureTransport\":\"false\"}}"), id);
          assertFalse(
              bucket.path("Properties").path("LifecycleConfiguration").path("Rules").isEmpty(), id);
        });
  }

  @Test
  void announcesUploadsAndDocumentsAndVersionsEvidenceAndArtifacts() {
    Map<String, JsonNode> buckets = CLOUD.resources("AWS::S3::Bucket");
    buckets.forEach(
        (id, bucket) -> {
          JsonNode properties = bucket.path("Properties");
          assertEquals(
              id.contains("Uploads") || id.contains("Documents"),
              properties
                  .path("NotificationConfiguration")
                  .path("EventBridgeConfiguration")
                  .path("EventBridgeEnabled")
                  .asBoolean(),
              id);
          assertEquals(
              id.contains("Evidence") || id.contains("Artifacts"),
              properties.path("VersioningConfiguration").path("Status").asText().equals("Enabled"),
              id);
        });
  }

  /// An image goes to the first stage, and another index in use to who matches again: nothing else
  /// that is written is told to anybody.
  @Test
  void sendsWhatIsAnnouncedToTheQueueThatWaitsForIt() {
    Map<String, String> queues = new TreeMap<>();
    for (JsonNode rule : CLOUD.properties("AWS::Events::Rule")) {
      assertEquals(1, rule.path("Targets").size());
      queues.put(
          rule.path("EventPattern").path("detail").path("object").path("key").toString(),
          rule.path("Targets")
              .get(0)
              .path("Arn")
              .path("Fn::GetAtt")
              .get(0)
              .asText()
              .replaceFirst("Queue.*", ""));
    }
    assertEquals(
        Map.of(
            "[{\"wildcard\":\"uploads/*/firmware\"}]", "Unpack",
            "[\"advisories/current.json\"]", "Monitor",
            "[{\"wildcard\":\"advisories/tenants/*/changed.json\"}]", "Monitor"),
        queues);
  }

  @Test
  void givesAQueueTimeForARetryAndAPlaceForTheDead() {
    Map<String, JsonNode> queues = CLOUD.resources("AWS::SQS::Queue");
    assertEquals(2 * StageFunction.withQueue().size(), queues.size());
    for (StageFunction stage : StageFunction.withQueue()) {
      JsonNode queue = queue(queues, Stacks.capital(stage.id()) + "Queue");
      int timeout = timeout(stage.id());
      assertTrue(queue.path("VisibilityTimeout").asInt() >= 6 * timeout, stage.id());
      assertEquals(3, queue.path("RedrivePolicy").path("maxReceiveCount").asInt());
      assertTrue(
          queue
              .path("RedrivePolicy")
              .path("deadLetterTargetArn")
              .toString()
              .contains(Stacks.capital(stage.id()) + "DeadLetters"));
      JsonNode dead = queue(queues, Stacks.capital(stage.id()) + "DeadLetters");
      assertTrue(dead.path("VisibilityTimeout").asInt() >= 6 * timeout("dead-letter"));
      assertEquals(14 * 24 * 3600, dead.path("MessageRetentionPeriod").asInt());
    }
  }

  @Test
  void keepsSigningKeysByPurpose() {
    Map<String, Integer> specs = new TreeMap<>();
    for (JsonNode key : CLOUD.properties("AWS::KMS::Key")) {
      specs.merge(key.path("KeySpec").asText("SYMMETRIC"), 1, Integer::sum);
    }
    assertEquals(Map.of("RSA_2048", 2, "ECC_NIST_P256", 1, "SYMMETRIC", 2), specs);
  }

  private static JsonNode queue(Map<String, JsonNode> queues, String name) {
    return queues.entrySet().stream()
        .filter(e -> e.getKey().startsWith("Firmament-Stateful/" + name))
        .findFirst()
        .orElseThrow()
        .getValue()
        .path("Properties");
  }

  private static int timeout(String operation) {
    return CLOUD.properties("AWS::Lambda::Function").stream()
        .filter(f -> f.toString().contains("\"OPERATION\":\"" + operation + "\""))
        .findFirst()
        .orElseThrow()
        .path("Timeout")
        .asInt();
  }
}
