package io.firmament.analysis.sbom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.advisory.Components;
import io.firmament.analysis.identity.ImageIdentity;
import io.firmament.analysis.inventory.ComponentFacts;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexStatement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InventorySbomTest {
  private static final Sha256 HASH = Sha256.of(new byte[] {1});
  private static final List<Component> COMPONENTS =
      List.of(Components.of("acme", "a", "1"), Components.of("acme", "b", "1"));

  @Test
  void takesHashesAndDependenciesFromTheInventory() {
    InventoryReport inventory =
        report(
            List.of(
                new ComponentFacts("c-a", HASH.hex(), "ab", List.of("c-b", "c-gone")),
                new ComponentFacts("c-b", null, null, List.of())));
    SbomDocument document = document(inventory, true);
    assertEquals(Map.of("c-a", new SbomHashes(HASH, "ab")), document.hashes());
    assertEquals(Map.of("c-a", List.of("c-b")), document.dependencies());
    assertEquals(SbomCompleteness.UNKNOWN, document.completeness());
    assertEquals(SbomCompleteness.INCOMPLETE, document(inventory, false).completeness());
  }

  @Test
  void readsAnInventoryThatWasStoredBeforeThereWereFacts() {
    var type = Jsonb.builder().build().type(InventoryReport.class);
    String stored = type.toJson(report(null));
    assertEquals(report(null), type.fromJson(stored));
    assertEquals(Map.of(), document(type.fromJson(stored), true).hashes());
    InventoryReport full = report(List.of(new ComponentFacts("c-a", null, null, List.of("c-b"))));
    assertEquals(full, type.fromJson(type.toJson(full)));
  }

  @Test
  void saysOfAMatchOnlyWhatAReasonJustifies() {
    Map<String, VexStatement> statements =
        AssessedStatements.of(
            List.of(
                match("hidden", -6, "range: x", "platform-contradicted: y"),
                match("unsure", -2, "platform-contradicted: y"),
                match("unreadable", -3, "unreadable-version: z")));
    assertEquals(List.of("hidden"), List.copyOf(statements.keySet()));
    VexStatement statement = Objects.requireNonNull(statements.get("hidden"));
    assertEquals(VexStatement.State.NOT_AFFECTED, statement.state());
    assertEquals(VexStatement.Justification.REQUIRES_ENVIRONMENT, statement.justification());
    assertTrue(statement.detail().contains("platform-contradicted: y"));
  }

  private static CveMatch match(String id, int score, String... reasons) {
    return new CveMatch(
        id,
        "CVE-2000-0001",
        List.of(),
        "c-a",
        "",
        null,
        null,
        null,
        false,
        score,
        List.of(reasons),
        null,
        null,
        null,
        List.of());
  }

  private static InventoryReport report(@Nullable List<ComponentFacts> facts) {
    return new InventoryReport(
        COMPONENTS,
        new ImageIdentity(null, null, null, null, null, null, null, null, null),
        List.of(),
        facts,
        null);
  }

  private static SbomDocument document(InventoryReport inventory, boolean complete) {
    return new InventorySbom(new SbomSubject("x", null, null, HASH, null), inventory, complete)
        .document(List.of(), new SbomTool("v", "t", "1"), Instant.EPOCH);
  }
}
