package io.firmament.rest.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.ProblemException;
import io.firmament.base.RegistryId;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactProblem;
import io.firmament.platform.artifact.Manifest;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.registry.ContainerImport;
import io.firmament.platform.registry.Digest;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.registry.FakeRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Images from a registry on their way into the signed metadata.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatalogueImportTest {
  private static final String CYCLONEDX = "application/vnd.cyclonedx+json";
  private static final String SBOM =
      """
      {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
       "components":[{"type":"library","name":"zlib","version":"1.3"}]}
      """;

  private final ArtifactPlatform under = new ArtifactPlatform();
  private final FakeRegistry fake = FakeRegistry.start();
  private final Registries registries = under.platform.registries();

  @AfterAll
  void end() {
    fake.close();
    under.close();
  }

  private RegistryId connected(Caller caller) {
    return registries
        .create(
            caller,
            fake.host(),
            "",
            new Registries.Credentials("anonymous", null, null, null, null))
        .id();
  }

  private Registries.Imported imported(
      Caller caller, RegistryId registry, String repository, String tag, String... fleets) {
    return registries
        .importImages(
            caller,
            registry,
            new Registries.Wish(repository, List.of(tag), null, null, List.of(fleets)))
        .getFirst();
  }

  private Artifact artifact(Caller caller, String name, String version) {
    return under.artifacts().find(caller.tenant(), new ArtifactRef(name, version)).orElseThrow();
  }

  @Test
  void publishesAnImagePinnedAndSignedWithItsSbom() throws Exception {
    Caller caller = under.begun();
    RegistryId registry = connected(caller);
    Digest image = fake.image("team/one", "1.0", "linux", "arm64");
    fake.referrer("team/one", image, CYCLONEDX, CYCLONEDX, SBOM.getBytes(StandardCharsets.UTF_8));
    Registries.Imported first = imported(caller, registry, "team/one", "1.0", "plant");
    assertEquals(Optional.empty(), first.problem().map(ProblemException::getMessage));
    assertEquals(
        Optional.of(new ContainerImport.Outcome(ContainerImport.State.PUBLISHED, true)),
        first.outcome());
    Artifact artifact = artifact(caller, "one", "1.0");
    assertEquals(Artifact.State.PUBLISHED, artifact.state());
    assertEquals(List.of(new FleetName("plant")), artifact.fleets());
    assertEquals(new Manifest.Container(fake.host() + "/team/one@" + image), artifact.manifest());
    assertEquals(1, artifact.sbom().orElseThrow().components());
    assertEquals(
        Optional.of(new ContainerImport.Outcome(ContainerImport.State.THERE_ALREADY, true)),
        imported(caller, registry, "team/one", "1.0", "plant").outcome(),
        "said again it changes nothing");
  }

  @Test
  void publishesNoOtherImageUnderAVersionThatIsTaken() throws Exception {
    Caller caller = under.begun();
    RegistryId registry = connected(caller);
    fake.image("team/two", "1.0", "linux", "arm64");
    assertTrue(imported(caller, registry, "team/two", "1.0").problem().isEmpty());
    fake.image("team/two", "1.0", "linux", "amd64");
    assertEquals(
        Optional.of(ArtifactProblem.ARTIFACT_EXISTS),
        imported(caller, registry, "team/two", "1.0").problem().map(ProblemException::problem),
        "the tag has moved on, and what is published has not");
  }

  @Test
  void publishesWithoutAnSbomThatIsNone() throws Exception {
    Caller caller = under.begun();
    RegistryId registry = connected(caller);
    Digest image = fake.image("team/three", "1.0", "linux", "arm64");
    fake.referrer("team/three", image, CYCLONEDX, CYCLONEDX, "{}".getBytes(StandardCharsets.UTF_8));
    assertEquals(
        Optional.of(new ContainerImport.Outcome(ContainerImport.State.PUBLISHED, false)),
        imported(caller, registry, "team/three", "1.0").outcome());
  }

  @Test
  void refusesWhatCannotBeAnArtifactOrCannotBeSigned() throws Exception {
    Caller caller = under.begun();
    RegistryId registry = connected(caller);
    fake.image("team/four", "_odd", "linux", "arm64");
    assertEquals(
        Optional.of(ArtifactProblem.ARTIFACT_PATTERN),
        imported(caller, registry, "team/four", "_odd").problem().map(ProblemException::problem));
    Caller early = under.administrator();
    RegistryId theirs = connected(early);
    fake.image("team/five", "1", "linux", "arm64");
    Registries.Imported refused = imported(early, theirs, "team/five", "1");
    assertTrue(refused.problem().isPresent());
    assertTrue(
        under.artifacts().find(early.tenant(), new ArtifactRef("five", "1")).isEmpty(),
        "without a repository there is not even a draft");
  }
}
