package io.firmament.rest.registry;

import io.avaje.jsonb.Json;
import io.firmament.base.ProblemException;
import io.firmament.platform.registry.ContainerImport;
import io.firmament.platform.registry.Registries;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What became of the tags of an import.
@Json
record ImportedBody(List<Item> items) {
  /// What became of one tag.
  ///
  /// @param sbom whether the artifact has an SBOM now
  /// @param state `published`, `there_already` or `refused`
  /// @param code why it was refused
  @Json
  record Item(
      String tag,
      String name,
      String version,
      String reference,
      String digest,
      List<ImageBody.OfPlatform> platforms,
      boolean sbom,
      String state,
      @Nullable String code,
      @Nullable String error) {
    static Item of(Registries.Imported imported) {
      ContainerImport.Pinned pinned = imported.pinned();
      return new Item(
          pinned.tag().value(),
          pinned.name(),
          pinned.version(),
          pinned.image().reference().toString(),
          pinned.image().digest().toString(),
          ImageBody.OfPlatform.all(pinned.image()),
          imported.outcome().filter(ContainerImport.Outcome::sbom).isPresent(),
          imported
              .outcome()
              .map(outcome -> outcome.state().name().toLowerCase(Locale.ROOT))
              .orElse("refused"),
          imported.problem().map(refusal -> refusal.problem().code()).orElse(null),
          imported.problem().map(ProblemException::getMessage).orElse(null));
    }
  }
}
