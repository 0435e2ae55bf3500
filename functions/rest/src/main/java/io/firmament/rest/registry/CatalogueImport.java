package io.firmament.rest.registry;

import io.firmament.base.ProblemException;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactJson;
import io.firmament.platform.artifact.ArtifactProblem;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.artifact.Artifacts;
import io.firmament.platform.artifact.Manifest;
import io.firmament.platform.artifact.Wish;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.registry.ContainerImport;
import io.firmament.platform.registry.Sbom;
import io.firmament.rest.artifact.SbomFacts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Publishes images as artifacts of the catalogue. It can be stopped anywhere and called again:
/// what was begun goes on, and an SBOM that is missing is attached.
public final class CatalogueImport implements ContainerImport {
  private final ArtifactStore store;
  private final Artifacts artifacts;

  public CatalogueImport(ArtifactStore store, Artifacts artifacts) {
    this.store = store;
    this.artifacts = artifacts;
  }

  @Override
  public Outcome publish(Caller caller, Pinned pinned) {
    Wish wish = ArtifactJson.readWish(json(pinned));
    Optional<Artifact> known = store.find(caller.tenant(), wish.ref());
    if (known.isEmpty()) {
      Artifact artifact = artifacts.create(caller, wish).artifact();
      return new Outcome(State.PUBLISHED, attached(caller, artifact, pinned));
    }
    Artifact artifact = known.get();
    if (!artifact.manifest().equals(wish.manifest())) {
      throw ArtifactProblem.ARTIFACT_EXISTS.with("artifact", wish.ref());
    }
    State state =
        artifact.state() == Artifact.State.PUBLISHED ? State.THERE_ALREADY : State.PUBLISHED;
    return new Outcome(state, attached(caller, artifacts.complete(caller, artifact.id()), pinned));
  }

  /// The same request as for any artifact, so that the same is refused.
  private static Map<String, Object> json(Pinned pinned) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", pinned.name());
    json.put("version", pinned.version());
    json.put("kind", Manifest.Kind.CONTAINER.word());
    json.put("container", Map.of("reference", pinned.image().reference().toString()));
    if (!pinned.fleets().isEmpty()) {
      json.put("fleets", pinned.fleets().stream().map(FleetName::value).toList());
    }
    json.put(
        "notes",
        "Imported as "
            + pinned.image().reference().repository()
            + ":"
            + pinned.tag()
            + " for "
            + String.join(
                ", ",
                pinned.image().platforms().stream()
                    .map(variant -> variant.platform().toString())
                    .limit(20)
                    .toList()));
    return json;
  }

  /// Whether there is an SBOM. One that is not valid is none: the image is published all the same.
  private boolean attached(Caller caller, Artifact artifact, Pinned pinned) {
    if (artifact.sbom().isPresent() || pinned.sbom().isEmpty()) {
      return artifact.sbom().isPresent();
    }
    Sbom sbom = pinned.sbom().get();
    try {
      artifacts.attach(
          caller,
          artifact.id(),
          SbomFacts.of(sbom.content()),
          sbom.content(),
          Optional.of(artifact.revision()));
      return true;
    } catch (ProblemException e) {
      if (e.problem() == ArtifactProblem.ARTIFACT_SBOM_INVALID) {
        return false;
      }
      throw e;
    }
  }
}
