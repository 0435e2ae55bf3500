package io.firmament.agent;

import io.firmament.aws.tuf.S3MetadataStore;
import io.firmament.base.Ids;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.device.DeviceServer;
import io.firmament.device.DirectorSigner;
import io.firmament.device.TestBucket;
import io.firmament.device.TestFleet;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.Command;
import io.firmament.platform.rollout.Fleet;
import io.firmament.platform.rollout.Groups;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.RolloutRunner;
import io.firmament.platform.rollout.Rollouts;
import io.firmament.trust.Signer;
import io.firmament.tuf.repository.Signers;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A platform that rolls out: the device service and the artifact server over TLS, the rollouts in
/// a real table, and a TUF repository in a real bucket.
final class TestRollouts implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 180;

  final TestFleet fleet;
  final TestRepository repository;

  private final Fleet view;

  TestRollouts(HeartbeatPolicy policy) throws IOException {
    AtomicReference<@Nullable TestRepository> made = new AtomicReference<>();
    fleet = TestFleet.withUpdates(policy, (tenant, bucket) -> updates(tenant, bucket, made));
    repository = Objects.requireNonNull(made.get());
    view = new Fleet(new Devices(fleet.store, Clock.systemUTC()), fleet.rollouts);
  }

  private static DeviceServer.Updates updates(
      TenantId tenant, TestBucket bucket, AtomicReference<@Nullable TestRepository> made) {
    TestRepository repository =
        new TestRepository(
            "default",
            new S3MetadataStore(bucket.s3(), TestBucket.NAME, "t/" + tenant + "/metadata/"),
            (path, content) -> bucket.put("t/" + tenant + "/targets/" + path, content),
            Instant.now());
    made.set(repository);
    DirectorSigner.Repositories repositories =
        new DirectorSigner.Repositories() {
          @Override
          public DirectorSigner.Said said(TenantId of, FleetName name) {
            Signer director = repository.director();
            return new DirectorSigner.Said(
                Optional.of(repository.targets()),
                Set.of(Signers.keyOf(director).id()),
                Optional.of(director));
          }

          @Override
          public Optional<DirectorSigner.Published> published(
              TenantId of, FleetName name, ArtifactRef artifact) {
            return Optional.ofNullable(
                    repository.ever.get(repository.path(artifact.id(), artifact.version())))
                .map(
                    file ->
                        new DirectorSigner.Published(
                            repository.path(artifact.id(), artifact.version()), file, "config"));
          }
        };
    return new DeviceServer.Updates(
        new DirectorSigner(repositories, Clock.systemUTC()), _ -> Optional.of(repository.root()));
  }

  void publish(String name, String version, String kind, byte[] content, String delivery) {
    repository.publish(name, version, kind, content, delivery, Instant.now());
    fleet.rollouts.putArtifact(
        fleet.tenant,
        new ArtifactFacts(new ArtifactRef(name, version), Optional.empty(), false, Map.of()));
  }

  /// Offers a version to devices.
  RolloutId rollOut(String name, String version, Map<String, Object> probe, String... devices) {
    String group = "g-" + UUID.randomUUID();
    new Groups(fleet.rollouts, view, Clock.systemUTC(), Ids.random())
        .create(
            fleet.operator,
            RolloutJson.readGroup(Map.of("name", group, "devices", List.of(devices))));
    RolloutId id =
        rollouts()
            .create(
                fleet.operator,
                RolloutJson.readWish(
                    Map.of(
                        "artifact",
                        Map.of("id", name, "version", version),
                        "group",
                        group,
                        "probe",
                        probe,
                        "strategy",
                        Map.of("dynamic", true, "max_failure_rate", new BigDecimal("0.9")))))
            .state()
            .rollout()
            .id();
    evaluate(id);
    return id;
  }

  void abortAndRevert(RolloutId id) {
    rollouts().command(fleet.operator, id, new Command.Abort(Command.Policy.REVERT));
    evaluate(id);
  }

  private Rollouts rollouts() {
    return new Rollouts(fleet.rollouts, view, Clock.systemUTC(), Ids.random());
  }

  void evaluate(RolloutId id) {
    new RolloutRunner(fleet.rollouts, view, Clock.systemUTC(), Ids.random()).run(fleet.tenant, id);
  }

  Assignment assignment(RolloutId id, String device) {
    return fleet.rollouts.findAssignment(fleet.tenant, id, new DeviceName(device)).orElseThrow();
  }

  /// Waits until a device has ended an attempt.
  Assignment awaitEnd(RolloutId id, String device, int attempt) throws InterruptedException {
    long giveUp = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
    while (true) {
      evaluate(id);
      Optional<Assignment> found =
          fleet.rollouts.findAssignment(fleet.tenant, id, new DeviceName(device));
      if (found.isPresent() && found.get().attempt() >= attempt && found.get().state().isFinal()) {
        return found.get();
      }
      if (System.nanoTime() > giveUp) {
        throw new AssertionError("never ended: " + found);
      }
      Thread.sleep(200);
    }
  }

  /// Waits until a device counts as alive.
  void awaitOnline(String name) throws InterruptedException {
    Devices devices = new Devices(fleet.store, Clock.systemUTC());
    for (int i = 0; i < PATIENCE_SECONDS * 20; i++) {
      boolean online =
          fleet.store.findDevice(fleet.tenant, new DeviceName(name)).isPresent()
              && devices.get(fleet.tenant, new DeviceName(name)).liveness()
                  == Devices.Liveness.ONLINE;
      if (online) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError(name + " did not come online");
  }

  @Override
  public void close() {
    fleet.close();
  }
}
