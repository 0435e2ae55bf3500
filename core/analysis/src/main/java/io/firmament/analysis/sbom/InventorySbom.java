package io.firmament.analysis.sbom;

import io.firmament.analysis.inventory.ComponentFacts;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.base.Sha256;
import io.firmament.base.finding.CveMatch;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes the SBOM of an inventory.
///
/// @param complete whether the whole image could be unpacked
public record InventorySbom(SbomSubject subject, InventoryReport inventory, boolean complete) {
  /// The document with what the impact assessment says of the matches.
  public SbomDocument document(List<CveMatch> matches, SbomTool tool, Instant timestamp) {
    Map<String, SbomHashes> hashes = new HashMap<>();
    Map<String, List<String>> dependencies = new HashMap<>();
    List<ComponentFacts> facts = inventory.facts() == null ? List.of() : inventory.facts();
    for (ComponentFacts each : facts) {
      if (each.sha256() != null) {
        hashes.put(each.id(), new SbomHashes(new Sha256(each.sha256()), each.sha512()));
      }
      dependencies.put(each.id(), each.dependsOn());
    }
    return SbomDocument.of(subject, inventory.components(), matches, tool, timestamp)
        .withHashes(hashes)
        .withDependencies(dependencies)
        .withCompleteness(complete ? SbomCompleteness.UNKNOWN : SbomCompleteness.INCOMPLETE)
        .withStatements(AssessedStatements.of(matches));
  }
}
