package io.firmament.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.ProblemException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphqlRequestTest {
  @Test
  void takesNullVariablesAsNone() {
    GraphqlRequest request = parse("{\"query\": \"{ tenant { id } }\", \"variables\": null}");
    assertEquals("{ tenant { id } }", request.query());
    assertEquals(Map.of(), request.variables());
    assertEquals(Optional.empty(), request.operationName());
  }

  @Test
  void readsEveryKindOfVariable() {
    GraphqlRequest request =
        parse(
            """
            {"operationName": "q", "extensions": {"x": [1]}, "variables":
             {"n": null, "t": "ü\\n", "b": true, "i": 12, "big": 9007199254740993, "d": 1.5,
              "l": [1, [2]], "o": {"a": {}}}, "query": "q"}
            """);
    assertEquals(Optional.of("q"), request.operationName());
    assertTrue(request.variables().containsKey("n"));
    assertEquals("ü\n", request.variables().get("t"));
    assertEquals(true, request.variables().get("b"));
    assertEquals(BigInteger.valueOf(12), request.variables().get("i"));
    assertEquals(new BigInteger("9007199254740993"), request.variables().get("big"));
    assertEquals(new BigDecimal("1.5"), request.variables().get("d"));
    assertEquals("[1, [2]]", String.valueOf(request.variables().get("l")));
    assertEquals(Map.of("a", Map.of()), request.variables().get("o"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "[{\"query\": \"{ a }\"}]",
        "\"{ a }\"",
        "12",
        "{",
        "{}",
        "{\"query\"",
        "{\"query\":",
        "{\"query\": ",
        "{\"query\": \"{ a }",
        "{\"query\": null}",
        "{\"query\": \"  \"}",
        "{\"query\": 12}",
        "{\"query\": {\"a\": 1}}",
        "{\"query\": \"{ a }\", \"variables\": []}",
        "{\"query\": \"{ a }\", \"variables\": \"{}\"}",
        "{\"query\": \"{ a }\", \"variables\": {\"x\": 1e999999999}}",
        "{\"query\": \"{ a }\", \"variables\": {\"x\": nil}}",
        "{\"query\": \"{ a }\", \"operationName\": 1}",
        "\u0000\u0001\u0002",
        "query { a }"
      })
  void refusesWhatIsNoRequest(String body) {
    assertEquals("malformed_request", refusal(body.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void refusesDeepNestingWithoutExhaustingTheStack() {
    String open = "{\"query\": \"{ a }\", \"variables\": {\"x\": ";
    assertEquals(
        "malformed_request",
        refusal((open + "[".repeat(500_000)).getBytes(StandardCharsets.UTF_8)));
    assertEquals(
        "malformed_request",
        refusal((open + "{\"x\":".repeat(500_000)).getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void neverFailsOtherThanByRefusalOnTruncatedOrFlippedBytes() {
    byte[] good =
        "{\"query\": \"{ a }\", \"variables\": {\"x\": [1, 2.5, true, null, \"\\u00fc\"]}}"
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < good.length; i++) {
      acceptsOrRefuses(Arrays.copyOf(good, i));
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = good.clone();
        flipped[i] ^= (byte) (1 << bit);
        acceptsOrRefuses(flipped);
      }
    }
  }

  private static void acceptsOrRefuses(byte[] body) {
    try {
      GraphqlRequest.parse(body);
    } catch (ProblemException e) {
      assertEquals("malformed_request", e.problem().code());
    }
  }

  private static String refusal(byte[] body) {
    return assertThrows(ProblemException.class, () -> GraphqlRequest.parse(body)).problem().code();
  }

  private static GraphqlRequest parse(String body) {
    return GraphqlRequest.parse(body.getBytes(StandardCharsets.UTF_8));
  }
}
