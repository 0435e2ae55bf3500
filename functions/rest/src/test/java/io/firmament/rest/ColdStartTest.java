package io.firmament.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.AwsClients;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import io.firmament.schema.Setting;
import io.firmament.schema.TimerRole;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a function makes before it answers. No client can be made without a region, and none is
/// given here: whoever asks for one fails.
final class ColdStartTest {
  private static final Map<String, String> DEPLOYED = deployed();

  @Test
  void operationsThatKnowNobodyMakeNoClient() {
    for (String operation : List.of("getVersion", "openFirmwarePage", "openIssuesPage")) {
      assertEquals(Route.Auth.NONE, Contract.route(operation).auth());
      RestFunction function = new RestFunction(with("OPERATION", operation));
      String answer = text(function.handle(event(Contract.route(operation))));
      assertTrue(answer.contains("\"statusCode\":200"), answer);
    }
  }

  @Test
  void everyFunctionIsPutTogetherWithoutAClient() {
    for (Route route : Contract.routes()) {
      if (route.family().equals("rest") && route.placement().hasFunction()) {
        new RestFunction(with("OPERATION", route.operationId()));
      }
    }
  }

  @Test
  void everyTimerIsPutTogetherWithoutAClientAndNoOtherIs() {
    for (TimerRole role : TimerRole.values()) {
      new TimerFunction(with("OPERATION", role.id()));
    }
    assertThrows(
        IllegalStateException.class, () -> new TimerFunction(with("OPERATION", "getVersion")));
  }

  @Test
  void onlyThePortThatIsAskedForMakesAClient() {
    DeployedPorts ports = new DeployedPorts(DEPLOYED, AwsClients.of(DEPLOYED));
    ports.identity();
    ports.documents();
    ports.tenantTokenKey();
    assertThrows(IllegalStateException.class, ports::firmware, "its table is read at once");
  }

  @Test
  void allPortsOfAFunctionShareOneClientOfAService() {
    Map<String, String> environment =
        Map.of(
            "AWS_REGION", "eu-central-1",
            "AWS_ACCESS_KEY_ID", "test",
            "AWS_SECRET_ACCESS_KEY", "test");
    try (AwsClients one = AwsClients.of(environment);
        AwsClients other = AwsClients.of(environment)) {
      assertSame(one.dynamo(), one.dynamo());
      assertSame(one.s3(), one.s3());
      assertNotSame(one.dynamo(), other.dynamo());
    }
  }

  private static Map<String, String> deployed() {
    Map<String, String> settings = new HashMap<>();
    Arrays.stream(Setting.values()).forEach(s -> settings.put(s.variable(), "some"));
    return settings;
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> more = new HashMap<>(DEPLOYED);
    more.put(name, value);
    return more;
  }

  private static byte[] event(Route route) {
    return """
    {"version":"2.0","rawPath":"%s","rawQueryString":"",
     "headers":{"host":"api.example.com","x-forwarded-proto":"https"},
     "requestContext":{"requestId":"r","http":{"method":"%s","path":"%s"}},
     "isBase64Encoded":false}\
    """
        .formatted(route.pathTemplate(), route.method(), route.pathTemplate())
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] answer) {
    return new String(answer, StandardCharsets.UTF_8);
  }
}
