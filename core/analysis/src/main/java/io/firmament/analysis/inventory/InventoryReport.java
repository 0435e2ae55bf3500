package io.firmament.analysis.inventory;

import io.avaje.jsonb.Json;
import io.firmament.analysis.identity.ImageIdentity;
import io.firmament.base.finding.Component;
import java.util.List;

/// What an image holds; the same tree gives the same report, byte for byte.
///
/// @param components sorted by name, version and id
/// @param identity what the image is made for
/// @param notes what the reader should know about the completeness, each `code: text`, sorted
@Json
public record InventoryReport(
    List<Component> components, ImageIdentity identity, List<String> notes) {
  public InventoryReport {
    components = List.copyOf(components);
    notes = List.copyOf(notes);
  }
}
