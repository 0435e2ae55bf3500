package io.firmament.aws.artifact;

import static io.firmament.aws.artifact.TestCatalogue.LAB;
import static io.firmament.aws.artifact.TestCatalogue.PLANT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.AnalysisId;
import io.firmament.base.ArtifactId;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.base.TenantId;
import io.firmament.base.finding.Severity;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactAnalyses;
import io.firmament.platform.artifact.ArtifactKeys;
import io.firmament.platform.artifact.ArtifactProblem;
import io.firmament.platform.artifact.ImageAnalysis;
import io.firmament.platform.artifact.Publishing;
import io.firmament.platform.artifact.SignedTargets;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Rollout;
import io.firmament.platform.trust.RepositoryProblem;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.client.ClientLimits;
import io.firmament.tuf.client.FileStore;
import io.firmament.tuf.client.TufClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Publishing and withdrawing over DynamoDB, S3 and a TUF repository, stopped everywhere.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublishingTest {
  private static final byte[] IMAGE = "an image of a router".getBytes(StandardCharsets.UTF_8);
  private static final String USER = "user:operator";
  private static final Set<Artifact.State> LISTED_MAYBE =
      Set.of(Artifact.State.PUBLISHING, Artifact.State.WITHDRAWING);

  private final MovableClock clock = new MovableClock();
  private final TestCatalogue catalogue = new TestCatalogue(clock);

  @AfterAll
  void end() {
    catalogue.close();
  }

  @Test
  void aDeviceFindsWhatIsPublishedWithTheFactsOfItsDelivery(@TempDir Path folder) throws Exception {
    TenantId tenant = catalogue.begun();
    Artifact artifact = catalogue.uploaded(tenant, "1.0", IMAGE, PLANT);
    Artifact published = catalogue.publishing().publish(USER, tenant, artifact.id());
    assertEquals(Artifact.State.PUBLISHED, published.state());
    assertEquals(Optional.of(published), catalogue.store.find(tenant, artifact.id()));
    assertEquals(
        published.facts(), catalogue.rollouts.findArtifact(tenant, artifact.ref()), "for rollouts");
    assertEquals(
        List.of("artifact.created", "artifact.published", "artifact.publishing"),
        catalogue.audits(tenant).stream().map(AuditEvent::action).sorted().toList());
    TufClient device = device(tenant, folder);
    device.refresh();
    io.firmament.tuf.client.Target target =
        device.find("fleets/plant-7/router-os/1.0/firmware.bin");
    assertEquals("fleet-plant-7", target.role());
    String custom =
        new String(target.file().custom().orElseThrow().toBytes(), StandardCharsets.UTF_8);
    assertTrue(custom.contains("\"artifact\""), custom);
    assertTrue(custom.contains("\"router-os\"") && custom.contains("\"firmware\""), custom);
    Path file = folder.resolve("firmware.bin");
    device.download(target, file);
    assertArrayEquals(IMAGE, Files.readAllBytes(file));
  }

  /// A device with its pinned root, which fetches from the bucket.
  private TufClient device(TenantId tenant, Path folder) throws Exception {
    String base = "t/" + tenant + "/";
    FileStore trusted = new FileStore(folder.resolve("trusted"), 1 << 20);
    TufClient.initialize(trusted, content(base + "metadata/1.root.json").orElseThrow());
    return new TufClient(
        trusted,
        (uri, sink) -> {
          Optional<byte[]> found = content(base + uri.getRawPath().substring(1));
          if (found.isPresent()) {
            sink.write(found.get());
          }
          return found.isPresent();
        },
        URI.create("http://repo/metadata/"),
        URI.create("http://repo/targets/"),
        ClientLimits.DEFAULT,
        clock);
  }

  private Optional<byte[]> content(String key) throws IOException {
    Optional<InputStream> found = catalogue.artifacts.read(key);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = found.get()) {
      return Optional.of(in.readAllBytes());
    }
  }

  @Test
  void whatAnArtifactProvidesIsKnownOnceItIsPublishedAndStaysWhenItIsWithdrawn() {
    TenantId tenant = catalogue.begun();
    Artifact artifact = catalogue.providing(tenant, "boot", "2.0", Map.of("bootloader", "2"));
    assertEquals(Map.of(), catalogue.rollouts.provided(tenant));
    catalogue.publishing().publish(USER, tenant, artifact.id());
    Map<ArtifactRef, SortedMap<String, String>> known =
        Map.of(artifact.ref(), new TreeMap<>(Map.of("bootloader", "2")));
    assertEquals(known, catalogue.rollouts.provided(tenant));
    catalogue.publishing().withdraw(USER, tenant, artifact.id(), Optional.empty());
    assertEquals(known, catalogue.rollouts.provided(tenant));
    assertEquals(Map.of(), catalogue.rollouts.provided(TestCatalogue.tenant()));
  }

  @Test
  void stoppedAnywhereNothingIsHalfPublishedAndCallingAgainFinishes() throws IOException {
    int steps = steps(catalogue.begun());
    assertTrue(steps > 15, "steps: " + steps);
    for (int step = 0; step <= steps; step++) {
      TenantId tenant = catalogue.begun();
      Artifact artifact = catalogue.uploaded(tenant, "1.0", IMAGE, PLANT, LAB);
      SteppedPorts ports = stopping(step, steps);
      assertThrows(
          SteppedPorts.Stopped.class, () -> through(ports).publish(USER, tenant, artifact.id()));
      assertConsistent(tenant, artifact.id());
      catalogue.publishing().publish(USER, tenant, artifact.id());
      assertPublished(tenant, artifact.id());
    }
  }

  /// Before each of the writes, and after the last: nothing but writes can be seen between two.
  private static SteppedPorts stopping(int step, int steps) {
    return step < steps ? new SteppedPorts(step, false) : new SteppedPorts(steps - 1, true);
  }

  @Test
  void theSweepFinishesWhatNobodyCallsFor() throws IOException {
    TenantId tenant = catalogue.begun();
    published(tenant, "first");
    int steps = steps(tenant);
    for (int step = 0; step <= steps; step++) {
      Artifact artifact = catalogue.uploaded(tenant, "1." + step, IMAGE, PLANT, LAB);
      SteppedPorts ports = stopping(step, steps);
      assertThrows(
          SteppedPorts.Stopped.class, () -> through(ports).publish(USER, tenant, artifact.id()));
      Artifact.State left = state(tenant, artifact.id());
      catalogue.publishing().sweep(100);
      assertEquals(left, state(tenant, artifact.id()), "somebody may still be at it");
      clock.advance(Duration.ofMinutes(16));
      catalogue.publishing().sweep(100);
      if (left == Artifact.State.DRAFT) {
        assertEquals(left, state(tenant, artifact.id()), "its owner may still change their mind");
        assertConsistent(tenant, artifact.id());
      } else {
        assertPublished(tenant, artifact.id());
      }
    }
  }

  @Test
  void stoppedAnywhereAWithdrawalIsFinishedByTheNextOrByTheSweep() throws IOException {
    TenantId tenant = catalogue.begun();
    Artifact counted = published(tenant, "first");
    SteppedPorts counting = SteppedPorts.counting();
    through(counting).withdraw(USER, tenant, counted.id(), Optional.empty());
    int steps = counting.steps();
    assertTrue(steps > 6, "steps: " + steps);
    for (int step = 0; step <= steps; step++) {
      for (boolean swept : new boolean[] {false, true}) {
        Artifact artifact = published(tenant, step + (swept ? "-swept" : "-again"));
        SteppedPorts ports = stopping(step, steps);
        assertThrows(
            SteppedPorts.Stopped.class,
            () -> through(ports).withdraw(USER, tenant, artifact.id(), Optional.empty()));
        assertConsistent(tenant, artifact.id());
        if (swept && state(tenant, artifact.id()) == Artifact.State.WITHDRAWING) {
          clock.advance(Duration.ofMinutes(16));
          catalogue.publishing().sweep(100);
        } else {
          catalogue.publishing().withdraw(USER, tenant, artifact.id(), Optional.empty());
        }
        assertEquals(Artifact.State.WITHDRAWN, state(tenant, artifact.id()));
        assertConsistent(tenant, artifact.id());
      }
    }
  }

  @Test
  void aStragglerThatSignsWhatIsWithdrawnIsUndone() {
    TenantId tenant = catalogue.begun();
    Artifact artifact = published(tenant, "1.0");
    Publishing publishing = catalogue.publishing();
    publishing.withdraw(USER, tenant, artifact.id(), Optional.empty());
    SignedTargets.Target target =
        new SignedTargets.Target(
            artifact.path(PLANT), IMAGE.length, artifact.content().sha256(), Map.of());
    catalogue.signing().publish(tenant, PLANT, target);
    assertTrue(listed(tenant, artifact, PLANT));
    clock.advance(Duration.ofMinutes(61));
    assertTrue(publishing.sweep(100) > 0);
    assertFalse(listed(tenant, artifact, PLANT));
    assertFalse(
        catalogue.store.due(clock.instant().plus(Duration.ofDays(1)), 100).stream()
            .anyMatch(due -> due.id().equals(artifact.id())),
        "nothing more is to be done");
  }

  @Test
  void aPublicationThatMeetsAWithdrawalTakesBackWhatItSigned() {
    TenantId tenant = catalogue.begun();
    Artifact artifact = catalogue.uploaded(tenant, "1.0", IMAGE, PLANT, LAB);
    SignedTargets real = catalogue.signing();
    Publishing slow =
        new Publishing(
            catalogue.store,
            new SignedTargets() {
              private boolean met;

              @Override
              public boolean begun(TenantId of) {
                return real.begun(of);
              }

              @Override
              public Signing publish(TenantId of, FleetName fleet, Target target) {
                if (!met) {
                  met = true;
                  catalogue.publishing().withdraw(USER, of, artifact.id(), Optional.empty());
                }
                return real.publish(of, fleet, target);
              }

              @Override
              public Signing withdraw(TenantId of, FleetName fleet, String path) {
                return real.withdraw(of, fleet, path);
              }

              @Override
              public Optional<Listed> find(TenantId of, FleetName fleet, String path) {
                return real.find(of, fleet, path);
              }
            },
            catalogue.rollouts,
            catalogue.artifacts,
            catalogue.uploads,
            clock,
            catalogue.ids);
    refused(ArtifactProblem.ARTIFACT_NOT_IN_STATE, () -> slow.publish(USER, tenant, artifact.id()));
    assertFalse(listed(tenant, artifact, PLANT));
    assertFalse(listed(tenant, artifact, LAB));
    assertEquals(Optional.empty(), catalogue.rollouts.findArtifact(tenant, artifact.ref()));
  }

  @Test
  void whatARolloutGivesOutIsNotWithdrawnAndRolloutsOfWhatIsWithdrawnDoNotBegin() {
    TenantId tenant = catalogue.begun();
    Artifact artifact = published(tenant, "7.0");
    Rollout rollout = catalogue.rollout(artifact.ref(), tenant);
    assertTrue(catalogue.add(rollout));
    ProblemException refusal =
        refused(
            ArtifactProblem.ARTIFACT_IN_ROLLOUT,
            () -> catalogue.publishing().withdraw(USER, tenant, artifact.id(), Optional.empty()));
    assertEquals(
        "artifact router-os 7.0 is given out by rollout " + rollout.id() + ", which is pending",
        refusal.getMessage());
    assertEquals(
        Artifact.State.PUBLISHED,
        catalogue.store.find(tenant, artifact.id()).orElseThrow().state());
    assertTrue(listed(tenant, artifact, PLANT));
    catalogue.abort(rollout);
    catalogue.publishing().withdraw(USER, tenant, artifact.id(), Optional.empty());
    assertFalse(listed(tenant, artifact, PLANT));
    assertFalse(catalogue.add(catalogue.rollout(artifact.ref(), tenant)));
  }

  @Test
  void aRolloutThatBeginsWhileItsArtifactIsBeingWithdrawnKeepsIt() throws IOException {
    TenantId tenant = catalogue.begun();
    Artifact artifact = published(tenant, "8.0");
    // Somebody looked before the rollout began, and marked the artifact after.
    Rollout rollout = catalogue.rollout(artifact.ref(), tenant);
    assertTrue(catalogue.add(rollout));
    Artifact marked = catalogue.withdrawing(artifact);
    refused(
        ArtifactProblem.ARTIFACT_IN_ROLLOUT,
        () -> catalogue.publishing().withdraw(USER, tenant, marked.id(), Optional.empty()));
    assertConsistent(tenant, artifact.id());
    assertEquals(
        Artifact.State.PUBLISHED,
        catalogue.store.find(tenant, artifact.id()).orElseThrow().state());
    catalogue.abort(rollout);
    catalogue.publishing().withdraw(USER, tenant, artifact.id(), Optional.empty());
    assertFalse(listed(tenant, artifact, LAB));
  }

  @Test
  void manyAtOncePublishOnce() throws Exception {
    TenantId tenant = catalogue.begun();
    Artifact artifact = catalogue.uploaded(tenant, "1.0", IMAGE, PLANT);
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<Artifact>> all =
          java.util.stream.IntStream.range(0, 4)
              .mapToObj(
                  _ ->
                      pool.submit(
                          () -> {
                            start.await();
                            return catalogue.publishing().publish(USER, tenant, artifact.id());
                          }))
              .toList();
      start.countDown();
      for (Future<Artifact> each : all) {
        assertEquals(Artifact.State.PUBLISHED, each.get(60, TimeUnit.SECONDS).state());
      }
    }
    assertEquals(1, audited(tenant, artifact.id(), "artifact.published"));
  }

  @Test
  void refusesAFileThatIsMissingOrAnother() {
    TenantId tenant = catalogue.begun();
    Publishing publishing = catalogue.publishing();
    Artifact missing = catalogue.draft(tenant, "router-os", "1.0", IMAGE);
    catalogue.add(missing);
    refused(
        ArtifactProblem.ARTIFACT_NOT_UPLOADED,
        () -> publishing.publish(USER, tenant, missing.id()));
    byte[] shorter = "short".getBytes(StandardCharsets.UTF_8);
    byte[] changed = IMAGE.clone();
    changed[3] ^= 1;
    for (byte[] wrong : List.of(shorter, changed)) {
      catalogue.uploads.write(missing.content().source(), "application/octet-stream", wrong);
      refused(
          ArtifactProblem.ARTIFACT_CONTENT_DIFFERS,
          () -> publishing.publish(USER, tenant, missing.id()));
      assertEquals(Artifact.State.DRAFT, state(tenant, missing.id()));
      assertEquals(
          Optional.empty(),
          catalogue.artifacts.find(blob(missing, FleetName.DEFAULT)),
          "wrong bytes are nowhere under a hash");
    }
    catalogue.uploads.write(missing.content().source(), "application/octet-stream", IMAGE);
    assertEquals(Artifact.State.PUBLISHED, publishing.publish(USER, tenant, missing.id()).state());
  }

  @Test
  void saysThatTheCeremonyIsToBeRun() {
    TenantId tenant = TestCatalogue.tenant();
    Artifact artifact = catalogue.uploaded(tenant, "1.0", IMAGE);
    refused(
        RepositoryProblem.REPOSITORY_NOT_BEGUN,
        () -> catalogue.publishing().publish(USER, tenant, artifact.id()));
    assertEquals(Artifact.State.DRAFT, state(tenant, artifact.id()));
    assertEquals(Optional.empty(), catalogue.rollouts.findArtifact(tenant, artifact.ref()));
  }

  @Test
  void saysForWhichFleetsItIsSignedAndForWhichNot() {
    TenantId tenant = catalogue.begun();
    Artifact artifact = catalogue.uploaded(tenant, "1.0", IMAGE, LAB, PLANT);
    SignedTargets real = catalogue.signing();
    SignedTargets.Target squatter =
        new SignedTargets.Target(
            artifact.path(LAB), 1, io.firmament.base.Sha256.of(new byte[] {1}), Map.of());
    real.publish(tenant, LAB, squatter);
    ProblemException refusal =
        refused(
            ArtifactProblem.ARTIFACT_NOT_SIGNED,
            () -> catalogue.publishing().publish(USER, tenant, artifact.id()));
    assertEquals("plant-7", refusal.facts().get("done"));
    assertTrue(
        String.valueOf(refusal.facts().get("detail")).startsWith("fleet lab: CONTENT_DIFFERS"),
        () -> refusal.facts().toString());
    assertEquals(Artifact.State.PUBLISHING, state(tenant, artifact.id()));
    assertEquals(Optional.empty(), catalogue.rollouts.findArtifact(tenant, artifact.ref()));
    real.withdraw(tenant, LAB, artifact.path(LAB));
    catalogue.publishing().publish(USER, tenant, artifact.id());
    assertTrue(listed(tenant, artifact, LAB));
  }

  @Test
  void aFleetWithoutAKeyIsNamed() {
    TenantId tenant = catalogue.begun();
    FleetName elsewhere = new FleetName("Elsewhere_2");
    Artifact artifact = catalogue.uploaded(tenant, "1.0", IMAGE, LAB, elsewhere);
    ProblemException refusal =
        refused(
            ArtifactProblem.ARTIFACT_NOT_SIGNED,
            () -> catalogue.publishing().publish(USER, tenant, artifact.id()));
    assertEquals("lab", refusal.facts().get("done"));
    assertEquals(
        "fleet Elsewhere_2: fleet Elsewhere_2 has no key to sign with",
        refusal.facts().get("detail"));
    catalogue.publishing().withdraw(USER, tenant, artifact.id(), Optional.empty());
    assertFalse(listed(tenant, artifact, LAB));
    assertEquals(Artifact.State.WITHDRAWN, state(tenant, artifact.id()));
  }

  @Test
  void aDraftThatIsGivenUpFreesItsNameAndIsNeverSigned() {
    TenantId tenant = catalogue.begun();
    Artifact artifact = catalogue.uploaded(tenant, "1.0", IMAGE);
    Publishing publishing = catalogue.publishing();
    assertEquals(
        Artifact.State.DISCARDED,
        publishing.withdraw(USER, tenant, artifact.id(), Optional.empty()).state());
    refused(
        ArtifactProblem.ARTIFACT_NOT_IN_STATE,
        () -> publishing.publish(USER, tenant, artifact.id()));
    Artifact next = catalogue.uploaded(tenant, "1.0", IMAGE);
    publishing.publish(USER, tenant, next.id());
    publishing.withdraw(USER, tenant, artifact.id(), Optional.empty());
    assertEquals(
        Optional.of(next.id()), catalogue.store.find(tenant, next.ref()).map(Artifact::id));
    assertTrue(catalogue.rollouts.findArtifact(tenant, next.ref()).isPresent());
  }

  @Test
  void whatAnAnalysisFoundReachesTheGateWheneverItComes() {
    TenantId tenant = catalogue.begun();
    ArtifactAnalyses analyses = new ArtifactAnalyses(catalogue.store, clock, catalogue.ids);
    for (boolean before : new boolean[] {true, false}) {
      Artifact artifact = catalogue.uploaded(tenant, before ? "1.0" : "2.0", IMAGE);
      ImageAnalysis found = analysis(artifact, Map.of(Severity.CRITICAL, 2, Severity.LOW, 5));
      if (before) {
        analyses.record(found);
        assertEquals(Optional.empty(), catalogue.rollouts.findArtifact(tenant, artifact.ref()));
      }
      catalogue.publishing().publish(USER, tenant, artifact.id());
      analyses.record(found);
      analyses.record(found);
      assertEquals(
          Optional.of(found.open()),
          catalogue
              .rollouts
              .findArtifact(tenant, artifact.ref())
              .map(ArtifactFacts::openVulnerabilities));
      assertEquals(1, audited(tenant, artifact.id(), "artifact.analysed"));
    }
  }

  @Test
  void theAnalysisOfAnotherImageSaysNothing() {
    TenantId tenant = catalogue.begun();
    Artifact artifact = catalogue.uploaded(tenant, "1.0", IMAGE);
    ImageAnalysis found = analysis(artifact, Map.of(Severity.CRITICAL, 2));
    new ArtifactAnalyses(catalogue.store, clock, catalogue.ids)
        .record(
            new ImageAnalysis(
                tenant,
                found.firmware(),
                found.analysis(),
                io.firmament.base.Sha256.of(new byte[1]),
                found.open(),
                Map.of()));
    assertEquals(
        Optional.empty(),
        catalogue.store.find(tenant, artifact.id()).orElseThrow().image().orElseThrow().analysis());
  }

  private static ImageAnalysis analysis(Artifact artifact, Map<Severity, Integer> open) {
    return new ImageAnalysis(
        artifact.tenant(),
        artifact.image().orElseThrow().firmware(),
        new AnalysisId(UUID.randomUUID()),
        artifact.content().sha256(),
        open,
        Map.of());
  }

  // ---- what must hold

  /// How many writes a publication to two fleets has.
  private int steps(TenantId tenant) {
    Artifact artifact = catalogue.uploaded(tenant, "counted", IMAGE, PLANT, LAB);
    SteppedPorts counting = SteppedPorts.counting();
    through(counting).publish(USER, tenant, artifact.id());
    return counting.steps();
  }

  private Artifact published(TenantId tenant, String version) {
    Artifact artifact = catalogue.uploaded(tenant, version, IMAGE, PLANT, LAB);
    return catalogue.publishing().publish(USER, tenant, artifact.id());
  }

  private Publishing through(SteppedPorts ports) {
    return new Publishing(
        ports.of(catalogue.store),
        catalogue.signing(ports::of),
        catalogue.rollouts,
        ports.of(catalogue.artifacts),
        catalogue.uploads,
        clock,
        catalogue.ids);
  }

  /// Published means signed for every fleet, withdrawn means for none; what is listed can be
  /// fetched; and rollouts know what is published and nothing else.
  private void assertConsistent(TenantId tenant, ArtifactId id) throws IOException {
    Artifact artifact = catalogue.store.find(tenant, id).orElseThrow();
    for (FleetName fleet : artifact.fleets()) {
      boolean listed = listed(tenant, artifact, fleet);
      if (!LISTED_MAYBE.contains(artifact.state())) {
        assertEquals(artifact.state() == Artifact.State.PUBLISHED, listed, artifact::toString);
      }
      if (listed) {
        assertArrayEquals(IMAGE, content(blob(artifact, fleet)).orElseThrow());
      }
    }
    assertEquals(artifact.facts(), catalogue.rollouts.findArtifact(tenant, artifact.ref()));
    assertTrue(
        catalogue
            .artifacts
            .find("t/" + tenant + "/metadata/" + RoleName.TIMESTAMP + ".json")
            .isPresent());
  }

  private void assertPublished(TenantId tenant, ArtifactId id) throws IOException {
    assertEquals(Artifact.State.PUBLISHED, state(tenant, id));
    assertConsistent(tenant, id);
    assertEquals(1, audited(tenant, id, "artifact.published"));
  }

  private long audited(TenantId tenant, ArtifactId id, String action) {
    return catalogue.audits(tenant).stream()
        .filter(event -> event.subject().equals("artifact:" + id))
        .filter(event -> event.action().equals(action))
        .count();
  }

  private boolean listed(TenantId tenant, Artifact artifact, FleetName fleet) {
    return catalogue
        .signing()
        .find(tenant, fleet, artifact.path(fleet))
        .equals(
            Optional.of(
                new SignedTargets.Listed(
                    artifact.content().length(), artifact.content().sha256())));
  }

  private static String blob(Artifact artifact, FleetName fleet) {
    return ArtifactKeys.blob(artifact.tenant(), artifact.path(fleet), artifact.content().sha256());
  }

  private Artifact.State state(TenantId tenant, ArtifactId id) {
    return catalogue.store.find(tenant, id).orElseThrow().state();
  }

  private static ProblemException refused(
      Problem problem, org.junit.jupiter.api.function.Executable call) {
    ProblemException refusal = assertThrows(ProblemException.class, call);
    assertEquals(problem, refusal.problem(), refusal::getMessage);
    return refusal;
  }
}
