package io.firmament.analysis.inventory;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an image says of a component besides its identity.
///
/// @param id of the component
/// @param sha256 of its file in lower-case hex; null where it has not exactly one content
/// @param sha512 of the same file; null as the other
/// @param dependsOn ids of the components that it needs, sorted: libraries that its programs are
///     linked with, and packages that its package names
@Json
public record ComponentFacts(
    String id, @Nullable String sha256, @Nullable String sha512, List<String> dependsOn) {
  public ComponentFacts {
    dependsOn = List.copyOf(dependsOn);
  }
}
