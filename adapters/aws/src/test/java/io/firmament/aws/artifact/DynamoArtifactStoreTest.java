package io.firmament.aws.artifact;

import static io.firmament.aws.artifact.TestCatalogue.LAB;
import static io.firmament.aws.artifact.TestCatalogue.PLANT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.artifact.Manifest;
import io.firmament.platform.artifact.Terms;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Selector;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The catalogue's store.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DynamoArtifactStoreTest {
  private static final byte[] FILE = {1, 2, 3};
  private static final ArtifactStore.Filter ALL = ArtifactStore.Filter.none();

  private final MovableClock clock = new MovableClock();
  private final TestCatalogue catalogue = new TestCatalogue(clock);
  private final ArtifactStore store = catalogue.store;

  @AfterAll
  void end() {
    catalogue.close();
  }

  @Test
  void keepsEveryKindWithAllThatIsSaidOfIt() {
    TenantId tenant = TestCatalogue.tenant();
    Manifest.Model model =
        new Manifest.Model(
            Manifest.Model.Framework.ONNX,
            List.of(new Manifest.Model.Tensor("image", "float32", List.of(-1, 3, 224, 224))),
            new TreeMap<>(Map.of("top1", new BigDecimal("0.931"))),
            new Manifest.Model.Hardware(
                Optional.of("nvidia-jetson-xavier-nx"),
                Optional.of("arm64"),
                List.of("nvidia-gpu"),
                OptionalLong.of(4L << 30)));
    List<Manifest> manifests =
        List.of(
            new Manifest.Firmware(),
            model,
            new Manifest.Container("registry.example.com:5000/a/b@sha256:" + "0a".repeat(32)),
            new Manifest.Config(Optional.empty()),
            config(new Manifest.Reload.None()),
            config(new Manifest.Reload.Systemd("app@1.service")),
            config(new Manifest.Reload.Command(List.of("/usr/bin/reload", "-f"))));
    for (int i = 0; i < manifests.size(); i++) {
      Artifact draft =
          catalogue.draft(
              tenant, new ArtifactRef("thing", "1." + i), manifests.get(i), FILE, LAB, PLANT);
      Artifact artifact = with(draft, terms());
      catalogue.add(artifact);
      assertEquals(Optional.of(artifact), store.find(tenant, artifact.id()));
      assertEquals(Optional.of(artifact), store.find(tenant, artifact.ref()));
      assertEquals(Optional.empty(), store.find(TestCatalogue.tenant(), artifact.id()));
      assertEquals(Optional.empty(), store.find(TestCatalogue.tenant(), artifact.ref()));
    }
  }

  private static Manifest config(Manifest.Reload reload) {
    return new Manifest.Config(
        Optional.of(new Manifest.Config.Delivery("/etc/app/app.conf", "0640", reload)));
  }

  private static Terms terms() {
    return new Terms(
        true,
        Optional.of(Selector.parse("architecture == arm64")),
        new TreeMap<>(Map.of("rootfs", "2")),
        new TreeMap<>(Map.of("bootloader", List.of("3", "4"))),
        List.of("1.0", "1.5~rc1"),
        Optional.of(LocalDate.of(2031, 12, 31)),
        "what is new\nand what is not");
  }

  private static Artifact with(Artifact draft, Terms terms) {
    return new Artifact(
        draft.tenant(),
        draft.id(),
        draft.ref(),
        draft.manifest(),
        draft.fleets(),
        draft.content(),
        terms,
        draft.state(),
        draft.image(),
        Optional.of(
            new Artifact.Sbom(
                "application/vnd.cyclonedx+json", "CycloneDX 1.6", 3, Sha256.of(FILE), 3)),
        draft.author(),
        draft.createdAt(),
        draft.changedAt(),
        Optional.of(draft.createdAt()),
        Optional.of(draft.createdAt()),
        draft.revision());
  }

  @Test
  void aNameAndVersionAreOneArtifacts() {
    TenantId tenant = TestCatalogue.tenant();
    Artifact first = catalogue.draft(tenant, "app", "1", FILE);
    Artifact second = catalogue.draft(tenant, "app", "1", FILE);
    assertTrue(store.add(first, catalogue.audit(tenant, "first")));
    assertFalse(store.add(second, catalogue.audit(tenant, "second")));
    assertEquals(Optional.empty(), store.find(tenant, second.id()));
    assertEquals(1, catalogue.audits(tenant).size(), "a refused one is not audited");
    TenantId other = TestCatalogue.tenant();
    assertTrue(
        store.add(catalogue.draft(other, "app", "1", FILE), catalogue.audit(other, "theirs")));
  }

  @Test
  void whoeverIsLateWithAnUpdateIsRefused() {
    TenantId tenant = TestCatalogue.tenant();
    Artifact artifact = catalogue.draft(tenant, "app", "1", FILE);
    catalogue.add(artifact);
    assertTrue(store.update(artifact, catalogue.audit(tenant, "changed")));
    assertFalse(store.update(artifact, catalogue.audit(tenant, "late")));
    assertEquals(2, store.find(tenant, artifact.id()).orElseThrow().revision());
    assertFalse(store.postpone(artifact, Optional.of(clock.instant())));
    assertEquals(
        List.of("artifact.created", "changed"),
        catalogue.audits(tenant).stream().map(event -> event.action()).sorted().toList());
  }

  @Test
  void listsNewestFirstByPagesAndFilters() {
    TenantId tenant = TestCatalogue.tenant();
    for (int i = 0; i < 6; i++) {
      clock.advance(Duration.ofSeconds(1));
      catalogue.add(
          i % 2 == 0
              ? catalogue.draft(tenant, "even", "v" + i, FILE, PLANT)
              : catalogue.draft(
                  tenant,
                  new ArtifactRef("odd", "v" + i),
                  new Manifest.Config(Optional.empty()),
                  FILE,
                  LAB,
                  PLANT));
    }
    assertEquals(List.of("v5", "v4", "v3", "v2", "v1", "v0"), all(tenant, ALL, 50));
    for (int limit = 1; limit <= 7; limit++) {
      assertEquals(List.of("v5", "v4", "v3", "v2", "v1", "v0"), all(tenant, ALL, limit));
      assertEquals(List.of("v4", "v2", "v0"), all(tenant, named("even"), limit));
      assertEquals(List.of("v5", "v3", "v1"), all(tenant, inFleet(LAB), limit));
    }
    assertEquals(
        List.of("v5", "v3", "v1"),
        all(
            tenant,
            new ArtifactStore.Filter(
                Optional.of(Manifest.Kind.CONFIG), Optional.of("odd"), Optional.of(PLANT)),
            2));
    assertEquals(List.of(), all(tenant, named("none"), 2));
    assertEquals(
        List.of("v2"),
        versions(store.list(tenant, named("even"), new PageRequest(1, Optional.empty(), 1))));
    assertEquals(
        List.of(), versions(store.list(tenant, ALL, new PageRequest(1, Optional.empty(), 6))));
    assertEquals(6, store.count(tenant, ALL));
    assertEquals(3, store.count(tenant, inFleet(LAB)));
    assertEquals(0, store.count(TestCatalogue.tenant(), ALL));
    for (String cursor : List.of("%", "AAAA", "bm8")) {
      ProblemException refusal =
          assertThrows(
              ProblemException.class,
              () -> store.list(tenant, ALL, new PageRequest(1, Optional.of(new Cursor(cursor)))));
      assertEquals(BaseProblem.INVALID_CURSOR, refusal.problem());
    }
  }

  private static ArtifactStore.Filter named(String name) {
    return new ArtifactStore.Filter(Optional.empty(), Optional.of(name), Optional.empty());
  }

  private static ArtifactStore.Filter inFleet(FleetName fleet) {
    return new ArtifactStore.Filter(Optional.empty(), Optional.empty(), Optional.of(fleet));
  }

  private List<String> all(TenantId tenant, ArtifactStore.Filter filter, int limit) {
    List<String> found = new ArrayList<>();
    PageRequest request = new PageRequest(limit, Optional.empty());
    while (true) {
      Page<Artifact> page = store.list(tenant, filter, request);
      assertTrue(page.items().size() <= limit);
      found.addAll(versions(page));
      if (page.next().isEmpty()) {
        return found;
      }
      request = request.after(page.next().get());
    }
  }

  private static List<String> versions(Page<Artifact> page) {
    return page.items().stream().map(each -> each.ref().version()).toList();
  }

  @Test
  void findsWhatIsMadeOfAFirmware() {
    TenantId tenant = TestCatalogue.tenant();
    Artifact artifact = catalogue.draft(tenant, "app", "1", FILE);
    catalogue.add(artifact);
    catalogue.add(catalogue.draft(tenant, "app", "2", FILE));
    assertEquals(
        List.of(artifact.id()),
        store.ofFirmware(tenant, artifact.image().orElseThrow().firmware()));
    assertEquals(
        List.of(),
        store.ofFirmware(TestCatalogue.tenant(), artifact.image().orElseThrow().firmware()));
  }
}
