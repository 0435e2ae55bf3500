package io.firmament.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import io.firmament.schema.TimerRole;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The contract's routes, each with its own function, and nothing else.
class RoutesTest {
  private static final Synthesis CLOUD = Synthesis.byDefault();

  @Test
  void routesExactlyTheContractsOperationsToTheirOwnFunctions() {
    Map<String, String> expected = new TreeMap<>();
    for (Route route : Contract.routes()) {
      if (route.placement().hasFunction()) {
        expected.put(route.method() + " " + route.pathTemplate(), route.operationId());
      }
    }
    assertTrue(expected.size() > 20, "the contract is there");
    Map<String, String> found = new TreeMap<>();
    CLOUD
        .resources("AWS::ApiGatewayV2::Route")
        .forEach(
            (id, route) -> {
              String key = route.path("Properties").path("RouteKey").asText();
              assertEquals(null, found.put(key, operation(id, route)), key + " is routed twice");
            });
    assertEquals(expected, found);
  }

  @Test
  void hasNoFunctionBesidesTheContractsTheStagesAndTheTimers() {
    long operations = Contract.routes().stream().filter(r -> r.placement().hasFunction()).count();
    assertEquals(
        operations + StageFunction.values().length + TimerRole.values().length,
        CLOUD.resources("AWS::Lambda::Function").size());
    assertEquals(operations, CLOUD.resources("AWS::ApiGatewayV2::Integration").size());
  }

  @Test
  void givesAFunctionTheMemoryAndTimeOfTheContract() {
    for (Route route : Contract.routes()) {
      if (route.placement().hasFunction()) {
        JsonNode function = function(route.operationId());
        assertEquals(route.memoryMb(), function.path("MemorySize").asInt(), route.operationId());
        assertEquals(route.timeoutSeconds(), function.path("Timeout").asInt());
        assertEquals(Family.of(route.family()).handler(), function.path("Handler").asText());
      }
    }
  }

  @Test
  void sendsWhatIsStreamedToTheTransferService() {
    JsonNode distribution =
        CLOUD.properties("AWS::CloudFront::Distribution").getFirst().path("DistributionConfig");
    assertEquals(
        List.of(
            "/api/upload-firmware/*",
            "/api/firmwares/*/sbom",
            "/api/firmwares/*/vex",
            "/api/firmwares/*/download-file/*",
            "/api/v1/devices/*/logs/*/content",
            "/api/v1/artifacts/*/complete"),
        Synthesis.each(distribution.path("CacheBehaviors"))
            .map(behaviour -> behaviour.path("PathPattern").asText())
            .toList());
    for (JsonNode origin : distribution.path("Origins")) {
      boolean balancer = origin.has("VpcOriginConfig");
      boolean gateway = origin.path("DomainName").toString().contains("execute-api");
      assertTrue(balancer ^ gateway, origin.toString());
      String streamedTo =
          distribution.path("CacheBehaviors").get(0).path("TargetOriginId").asText();
      assertEquals(balancer, origin.path("Id").asText().equals(streamedTo));
    }
  }

  private static JsonNode function(String operation) {
    return CLOUD.properties("AWS::Lambda::Function").stream()
        .filter(f -> variable(f, "OPERATION").equals(operation))
        .findFirst()
        .orElseThrow();
  }

  private static String variable(JsonNode function, String name) {
    return function.path("Environment").path("Variables").path(name).asText();
  }

  /// Route, integration, alias, function: the operation at the end of the chain.
  private static String operation(String id, JsonNode route) {
    String stack = id.substring(0, id.indexOf('/'));
    JsonNode join = route.path("Properties").path("Target").path("Fn::Join").get(1);
    JsonNode integration = CLOUD.resource(stack, join.get(1).path("Ref").asText());
    JsonNode alias =
        CLOUD.resource(
            stack, Synthesis.target(integration.path("Properties").path("IntegrationUri")));
    assertEquals("live", alias.path("Properties").path("Name").asText());
    JsonNode function =
        CLOUD.resource(stack, Synthesis.target(alias.path("Properties").path("FunctionName")));
    return variable(function.path("Properties"), "OPERATION");
  }
}
