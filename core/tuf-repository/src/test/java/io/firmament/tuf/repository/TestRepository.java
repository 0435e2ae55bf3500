package io.firmament.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.trust.Signer;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Hashes;
import io.firmament.tuf.Json;
import io.firmament.tuf.MetaFile;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.Snapshot;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.Timestamp;
import io.firmament.tuf.TufException;
import io.firmament.tuf.client.ClientLimits;
import io.firmament.tuf.client.TrustedStore;
import io.firmament.tuf.client.TufClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A repository with all its keys: root 2 of 3 and targets 2 of 2 offline, the others online.
final class TestRepository {
  static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  static final Fleet PLANT = new Fleet("plant-7");

  final List<SoftwareSigner> rootKeys = keys(3);
  final List<SoftwareSigner> targetsKeys = keys(2);
  final SoftwareSigner snapshotKey = SoftwareSigner.generate();
  final SoftwareSigner timestampKey = SoftwareSigner.generate();
  final SoftwareSigner publisherKey = SoftwareSigner.generate();
  final SoftwareSigner directorKey = SoftwareSigner.generate();
  final SoftwareSigner fleetKey = SoftwareSigner.generate();
  final List<Signer> online =
      new ArrayList<>(List.of(snapshotKey, timestampKey, publisherKey, fleetKey));
  final MemoryStore store = new MemoryStore();

  /// Contents by the name of their file, as clients ask for it.
  final Map<String, byte[]> contents = new HashMap<>();

  private final Instant now;

  TestRepository() {
    this(NOW);
  }

  TestRepository(Instant now) {
    this.now = now;
  }

  static List<SoftwareSigner> keys(int count) {
    List<SoftwareSigner> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(SoftwareSigner.generate());
    }
    return keys;
  }

  static Root.Assignment assign(int threshold, List<? extends Signer> signers) {
    return new Root.Assignment(signers.stream().map(Signers::keyOf).toList(), threshold);
  }

  static Root.Assignment assign(Signer... signers) {
    return assign(1, List.of(signers));
  }

  TufRepository repository() {
    return repository(store);
  }

  TufRepository repository(MetadataStore through) {
    return new TufRepository(through, Signers.of(online), Schedule.DEFAULT);
  }

  /// The next root, with another key of both snapshot and timestamp.
  Root withFreshness(Signer signer) {
    return state()
        .root()
        .signed()
        .next(
            Schedule.DEFAULT.root().expiry(now),
            Map.of(RoleName.SNAPSHOT, assign(signer), RoleName.TIMESTAMP, assign(signer)));
  }

  /// Serves what somebody with the keys of snapshot and timestamp can sign, so that devices take no
  /// honest version any more: both under versions that are never reached.
  ///
  /// @return serves again what was served before
  Runnable runAhead() throws TufException {
    long far = 1L << 40;
    RepositoryState state = state();
    byte[] honest = store.read("timestamp.json").orElseThrow().file();
    Snapshot snapshot =
        state.snapshot().signed().next(Schedule.DEFAULT.snapshot().expiry(now), far, Map.of());
    byte[] snapshotFile = sign(snapshot, List.of(snapshotKey)).toBytes();
    store.put(RoleName.fileName(far, RoleName.SNAPSHOT), snapshotFile);
    Timestamp next =
        state
            .timestamp()
            .signed()
            .next(Schedule.DEFAULT.timestamp().expiry(now), far, snapshotFile);
    Metadata<Timestamp> ahead =
        Metadata.timestamp(
            Json.Obj.EMPTY
                .with("signatures", new Json.Arr(List.of()))
                .with("signed", next.json().with("version", far))
                .toBytes());
    store.put(
        "timestamp.json", ahead.with(Signers.sign(timestampKey, ahead.signedBytes())).toBytes());
    return () -> store.put("timestamp.json", honest);
  }

  Root firstRoot() {
    return Root.create(
        Schedule.DEFAULT.root().expiry(now),
        Map.of(
            RoleName.ROOT, assign(2, rootKeys),
            RoleName.TARGETS, assign(2, targetsKeys),
            RoleName.SNAPSHOT, assign(snapshotKey),
            RoleName.TIMESTAMP, assign(timestampKey)));
  }

  Targets firstTargets() {
    return Publisher.firstTargets(
        Schedule.DEFAULT.targets().expiry(now), assign(publisherKey), assign(directorKey));
  }

  static <R extends Role> Metadata<R> sign(R role, List<? extends Signer> signers) {
    return Signers.of(signers)
        .sign("", role, signers.stream().map(signer -> Signers.keyOf(signer).id()).toList());
  }

  /// Begins with a fleet in it.
  TestRepository begun() {
    published(
        repository().begin(sign(firstRoot(), rootKeys), sign(firstTargets(), targetsKeys), now));
    published(repository().addFleet(PLANT, assign(fleetKey), now));
    return this;
  }

  static RepositoryState published(Outcome outcome) {
    return assertInstanceOf(Outcome.Published.class, outcome, outcome::toString).state();
  }

  static Outcome.Reason refused(Outcome outcome) {
    return assertInstanceOf(Outcome.Refused.class, outcome, outcome::toString).reason();
  }

  /// Makes a target of a fleet and puts its content in place.
  Map<String, TargetFile> target(Fleet fleet, String version, byte[] content) {
    String path = fleet.path("router", version, "firmware.bin");
    String hash = Hashes.sha256(content);
    contents.put(path.substring(0, path.lastIndexOf('/') + 1) + hash + ".firmware.bin", content);
    return Map.of(path, TargetFile.of(content.length, hash, Optional.empty()));
  }

  RepositoryState publish(String version) {
    return published(
        repository().publish(PLANT, target(PLANT, version, bytes(version)), Set.of(), now));
  }

  static byte[] bytes(String version) {
    return ("content of " + version).getBytes(StandardCharsets.UTF_8);
  }

  RepositoryState state() {
    return repository().state().orElseThrow();
  }

  /// A device that came with the first root.
  Device device() {
    return new Device(store.read("1.root.json").orElseThrow().file());
  }

  /// Every version of the timestamp that was ever served follows on the one before it, and so does
  /// what it stands for: there is one history and no fork.
  void assertOneHistory() throws TufException {
    long version = 0;
    Map<String, MetaFile> older = Map.of();
    long olderSnapshot = 0;
    for (byte[] file : store.timestamps()) {
      Timestamp timestamp = Metadata.timestamp(file).signed();
      assertEquals(version + 1, timestamp.version());
      version++;
      assertTrue(timestamp.snapshot().version() >= olderSnapshot);
      olderSnapshot = timestamp.snapshot().version();
      byte[] snapshotFile =
          store.read(RoleName.fileName(olderSnapshot, RoleName.SNAPSHOT)).orElseThrow().file();
      timestamp.snapshot().verifyContent(snapshotFile, "5.5.2", "snapshot");
      Snapshot snapshot = Metadata.snapshot(snapshotFile).signed();
      for (Map.Entry<String, MetaFile> entry : snapshot.meta().entrySet()) {
        MetaFile meta = entry.getValue();
        byte[] role = store.read(meta.version() + "." + entry.getKey()).orElseThrow().file();
        meta.verifyContent(role, "5.6.2", entry.getKey());
        MetaFile before = older.get(entry.getKey());
        assertTrue(before == null || before.version() <= meta.version(), entry.getKey());
      }
      assertTrue(snapshot.meta().keySet().containsAll(older.keySet()));
      older = snapshot.meta();
    }
  }

  /// A client with its store in memory.
  final class Device {
    final Map<String, byte[]> trusted = new HashMap<>();

    Device(byte[] root) {
      trusted.put(RoleName.ROOT, root);
    }

    private Device(Map<String, byte[]> trusted) {
      this.trusted.putAll(trusted);
    }

    Device copy() {
      return new Device(trusted);
    }

    TufClient at(Instant time) {
      TrustedStore own =
          new TrustedStore() {
            @Override
            public Optional<byte[]> read(String role) {
              return Optional.ofNullable(trusted.get(role));
            }

            @Override
            public void write(String role, byte[] file) {
              trusted.put(role, file);
            }

            @Override
            public void delete(String role) {
              trusted.remove(role);
            }
          };
      return new TufClient(
          own,
          (uri, sink) -> {
            Optional<byte[]> file = serve(uri.getRawPath());
            if (file.isPresent()) {
              sink.write(file.get());
            }
            return file.isPresent();
          },
          URI.create("http://repo/metadata/"),
          URI.create("http://repo/targets/"),
          ClientLimits.DEFAULT,
          Clock.fixed(time, ZoneOffset.UTC));
    }

    Root root() throws TufException {
      return Metadata.root(Optional.ofNullable(trusted.get(RoleName.ROOT)).orElseThrow()).signed();
    }

    TufClient refreshed() throws TufException {
      TufClient client = at(now);
      client.refresh();
      return client;
    }

    boolean finds(String version) throws TufException {
      try {
        refreshed().find(PLANT.path("router", version, "firmware.bin"));
        return true;
      } catch (TufException e) {
        assertEquals(TufException.Reason.NO_SUCH_TARGET, e.reason(), e::getMessage);
        return false;
      }
    }
  }

  /// A file by the path of its URL.
  Optional<byte[]> serve(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return path.startsWith("/metadata/")
        ? store.read(name).map(MetadataStore.Stored::file)
        : Optional.ofNullable(contents.get(path.substring("/targets/".length())));
  }

  /// Signs and serves what a role says, with snapshot and timestamp for it, whatever it says: what
  /// somebody with these keys could do.
  void forge(String role, Targets targets, Signer signer) {
    RepositoryState state = state();
    byte[] file = sign(targets, List.of(signer)).toBytes();
    store.put(RoleName.fileName(targets.version(), role), file);
    Snapshot snapshot =
        state
            .snapshot()
            .signed()
            .next(
                Schedule.DEFAULT.snapshot().expiry(now),
                0,
                Map.of(role, new Snapshot.VersionedFile(targets.version(), file)));
    byte[] snapshotFile = sign(snapshot, List.of(snapshotKey)).toBytes();
    store.put(RoleName.fileName(snapshot.version(), RoleName.SNAPSHOT), snapshotFile);
    Timestamp timestamp =
        state
            .timestamp()
            .signed()
            .next(Schedule.DEFAULT.timestamp().expiry(now), snapshot.version(), snapshotFile);
    store.put("timestamp.json", sign(timestamp, List.of(timestampKey)).toBytes());
  }

  static byte[] flipped(byte[] file, int at) {
    byte[] changed = Arrays.copyOf(file, file.length);
    changed[at] ^= 1;
    return changed;
  }
}
