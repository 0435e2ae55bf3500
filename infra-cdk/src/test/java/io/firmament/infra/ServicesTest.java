package io.firmament.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firmament.schema.Contract;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The two Fargate services, their doors, and what changes without them.
class ServicesTest {
  private static final Synthesis CLOUD = Synthesis.byDefault();

  @Test
  void runsTwoServicesOnArm() {
    assertEquals(2, CLOUD.resources("AWS::ECS::Service").size());
    Set<String> names = new TreeSet<>();
    for (JsonNode task : CLOUD.properties("AWS::ECS::TaskDefinition")) {
      assertEquals("ARM64", task.path("RuntimePlatform").path("CpuArchitecture").asText());
      JsonNode container = task.path("ContainerDefinitions").get(0);
      assertTrue(container.path("ReadonlyRootFilesystem").asBoolean());
      assertEquals(120, container.path("StopTimeout").asInt());
      assertEquals("CMD", container.path("HealthCheck").path("Command").get(0).asText());
      names.add(container.path("Name").asText());
    }
    assertEquals(Set.of("device", "transfer"), names);
  }

  @Test
  void asksTheTransferServiceUnderAPathThatItAnswers() {
    assertEquals(
        Set.of("/healthz", ""),
        CLOUD.properties("AWS::ElasticLoadBalancingV2::TargetGroup").stream()
            .map(group -> group.path("HealthCheckPath").asText())
            .collect(Collectors.toSet()));
  }

  /// What the contract grants to the operations that it answers, and not one action more.
  @Test
  void givesATaskItsGrantsAndNoMore() {
    Map<String, Set<String>> actions = new TreeMap<>();
    CLOUD
        .resources("AWS::IAM::Role")
        .forEach(
            (id, role) -> {
              if (id.contains("TaskRole")) {
                Set<String> found = new TreeSet<>();
                for (JsonNode policy : role.path("Properties").path("Policies")) {
                  for (JsonNode statement : policy.path("PolicyDocument").path("Statement")) {
                    found.addAll(Synthesis.texts(statement.path("Action")));
                    assertTrue(
                        Synthesis.each(statement.path("Resource"))
                            .noneMatch(resource -> resource.asText().equals("*")),
                        id);
                  }
                }
                actions.put(id.replaceAll(".*/|TaskRole.*", ""), found);
              }
            });
    Set<String> table =
        Set.of(
            "dynamodb:BatchGetItem",
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem");
    Set<String> device = new TreeSet<>(table);
    device.addAll(Set.of("kms:Decrypt", "kms:GetPublicKey", "kms:Sign"));
    // Artifacts that devices fetch.
    device.addAll(Set.of("s3:GetObject", "s3:ListBucket"));
    // Logs that devices send.
    device.addAll(
        Set.of(
            "kms:GenerateDataKey",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
            "s3:PutObject"));
    Set<String> transfer = new TreeSet<>(table);
    transfer.addAll(
        Set.of(
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "kms:GetPublicKey",
            // Artifacts are published where their files are looked at.
            "kms:Sign",
            "s3:AbortMultipartUpload",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:ListMultipartUploadParts",
            "s3:PutObject"));
    assertEquals(Map.of("Device", device, "Transfer", transfer), actions);
  }

  @Test
  void paysForNoNatGateway() {
    assertEquals(0, CLOUD.resources("AWS::EC2::NatGateway").size());
    assertEquals(
        2,
        CLOUD.properties("AWS::EC2::VPCEndpoint").stream()
            .filter(e -> e.path("VpcEndpointType").asText().equals("Gateway"))
            .count());
  }

  @Test
  void passesDevicesThroughAndKeepsTheOtherDoorInside() {
    for (JsonNode balancer : CLOUD.properties("AWS::ElasticLoadBalancingV2::LoadBalancer")) {
      boolean network = balancer.path("Type").asText().equals("network");
      assertEquals(network ? "internet-facing" : "internal", balancer.path("Scheme").asText());
    }
    assertEquals(
        Set.of("TCP 443", "TCP 9446", "TCP 9447", "HTTP 80"),
        CLOUD.properties("AWS::ElasticLoadBalancingV2::Listener").stream()
            .map(l -> l.path("Protocol").asText() + " " + l.path("Port").asInt())
            .collect(Collectors.toSet()));
  }

  @Test
  void letsOnlyTheirBalancersReachTheTasks() {
    for (JsonNode group : CLOUD.properties("AWS::EC2::SecurityGroup")) {
      if (group.path("GroupDescription").asText().endsWith("service")) {
        assertTrue(group.path("SecurityGroupIngress").isMissingNode(), group.toString());
      }
    }
    assertEquals(4, CLOUD.resources("AWS::EC2::SecurityGroupIngress").size());
  }

  @Test
  void isGoneWhereItIsSwitchedOff() {
    Synthesis small = Synthesis.of(Map.of("services", "false"));
    for (String type :
        List.of(
            "AWS::ECS::Service",
            "AWS::EC2::VPC",
            "AWS::CloudFront::Distribution",
            "AWS::ElasticLoadBalancingV2::LoadBalancer")) {
      assertEquals(0, small.resources(type).size(), type);
    }
    assertEquals(
        Contract.routes().stream().filter(r -> r.placement().hasFunction()).count(),
        small.resources("AWS::ApiGatewayV2::Route").size());
  }

  @Test
  void answersToTheUsersName() {
    Synthesis own =
        Synthesis.of(
            Map.of(
                "domainName", "firmament.example.com",
                "certificateArn", "arn:aws:acm:us-east-1:111122223333:certificate/edge",
                "regionalCertificateArn", "arn:aws:acm:eu-central-1:111122223333:certificate/here",
                "deviceImage", "sha256:" + "ab".repeat(32)));
    JsonNode distribution =
        own.properties("AWS::CloudFront::Distribution").getFirst().path("DistributionConfig");
    assertEquals("firmament.example.com", distribution.path("Aliases").get(0).asText());
    assertEquals(
        "TLSv1.2_2021",
        distribution.path("ViewerCertificate").path("MinimumProtocolVersion").asText());
    assertTrue(
        own.properties("AWS::ElasticLoadBalancingV2::Listener").stream()
            .anyMatch(l -> l.path("Protocol").asText().equals("HTTPS")));
    assertTrue(
        own.properties("AWS::Lambda::Function").stream()
            .allMatch(
                f ->
                    f.path("Environment")
                        .path("Variables")
                        .path("FIRMAMENT_PUBLIC_URL")
                        .asText()
                        .equals("https://firmament.example.com")));
    assertTrue(
        own.properties("AWS::ECS::TaskDefinition").stream()
            .anyMatch(t -> t.toString().contains("@sha256:abab")));
    assertEquals(List.of(), Nag.read(own).unexplained());
  }

  @Test
  void refusesADomainWithoutItsCertificates() {
    Map<String, String> half = Map.of("domainName", "firmament.example.com");
    assertThrows(IllegalArgumentException.class, () -> Synthesis.of(half));
  }
}
