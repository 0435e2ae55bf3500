package io.firmament.analysis.inventory;

import io.avaje.jsonb.Json;
import io.firmament.analysis.identity.ImageIdentity;
import io.firmament.base.finding.Component;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an image holds; the same tree gives the same report, byte for byte.
///
/// @param components sorted by name, version and id
/// @param identity what the image is made for
/// @param notes what the reader should know about the completeness, each `code: text`, sorted
/// @param facts more of some components, in their order; null in a report of an older version
/// @param contents what else tells which code is in it; null in a report of an older version
@Json
public record InventoryReport(
    List<Component> components,
    ImageIdentity identity,
    List<String> notes,
    @Nullable List<ComponentFacts> facts,
    @Nullable ImageContents contents) {
  public InventoryReport {
    components = List.copyOf(components);
    notes = List.copyOf(notes);
    facts = facts == null ? null : List.copyOf(facts);
  }
}
