package io.firmament.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.ProblemException;
import io.firmament.platform.firmware.Firmware;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Hostile queries, and another tenant's ids.
class GraphqlLimitsTest {
  private static TestPlatform platform;
  private static TestTenant tenant;
  private static TestTenant other;

  @BeforeAll
  static void seed() {
    platform = TestPlatform.start();
    tenant = platform.tenant("Acme");
    other = platform.tenant("Other");
  }

  @AfterAll
  static void close() {
    platform.close();
  }

  @Test
  void refusesDeepNesting() {
    String nested = "{ firmware(id: \"x\") " + "{ product { firmwareTimeline { firmware ".repeat(10)
        + "{ id }" + " } } }".repeat(10) + " }";
    assertEquals("query_too_large", code(nested));
    assertTrue(isRefused("{".repeat(50_000)));
  }

  @Test
  void refusesTooManyAliases() {
    String aliases =
        IntStream.range(0, 150)
            .mapToObj(i -> "a" + i + ": tenant { id }")
            .collect(Collectors.joining(" "));
    assertEquals("query_too_large", code("{ " + aliases + " }"));
    String tokens = aliases.repeat(100);
    assertTrue(isRefused("{ " + tokens + " }"));
  }

  @Test
  void refusesFragmentsThatFormACycleOrExpandWithoutEnd() {
    assertEquals(
        "query_invalid", code("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"));
    String bomb =
        IntStream.range(0, 40)
            .mapToObj(
                i -> "fragment f%d on Query { ...f%d ...f%d }".formatted(i, i + 1, i + 1))
            .collect(Collectors.joining(" "));
    assertEquals(
        "query_too_large", code("{ ...f0 } " + bomb + " fragment f40 on Query { tenant { id } }"));
  }

  @Test
  void refusesHugeText() {
    assertTrue(isRefused("{ firmware(id: \"" + "x".repeat(500_000) + "\") { id } }"));
  }

  @Test
  void findsNothingByAnotherTenantsIds() {
    Firmware theirs = other.complete("Router", "1", SampleFindings.first());
    Json found =
        platform.data(
            tenant.admin(),
            "query($id: ID!) { firmware(id: $id) { id } allFirmwares { id } }",
            "id",
            theirs.id().toString());
    assertTrue(found.at("firmware").isNull());
    assertEquals(List.of(), found.at("allFirmwares").list());
    String compare =
        "query($id: ID!) { compareFirmwareAnalyses(base: $id, other: $id) { issues { new { id } } } }";
    assertEquals(
        platform.query(tenant.admin(), compare, "id", UUID.randomUUID().toString()).toString(),
        platform.query(tenant.admin(), compare, "id", theirs.id().toString()).toString());
  }

  @Test
  void answersAnIntrospectionQueryAndAWarmUp() {
    platform.operation().warmUp();
    assertFalse(query("{ __schema { types { name fields { name type { name } } } } }").has("errors"));
  }

  private static String code(String query) {
    return query(query).at("errors", 0, "extensions", "code").text();
  }

  /// Whether the query is refused, as a request that is none or with errors.
  private static boolean isRefused(String query) {
    try {
      return query(query).has("errors");
    } catch (ProblemException refusal) {
      return refusal.problem().code().equals("malformed_request");
    }
  }

  private static Json query(String query) {
    return platform.query(tenant.admin(), query);
  }
}
