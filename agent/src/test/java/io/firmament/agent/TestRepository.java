package io.firmament.agent;

import io.firmament.trust.Signer;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.Hashes;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.Root;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.Director;
import io.firmament.tuf.repository.Fleet;
import io.firmament.tuf.repository.MetadataStore;
import io.firmament.tuf.repository.Outcome;
import io.firmament.tuf.repository.Publisher;
import io.firmament.tuf.repository.Schedule;
import io.firmament.tuf.repository.Signers;
import io.firmament.tuf.repository.TufRepository;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/// A tenant's repository with all its keys in memory, and a fleet in it.
public final class TestRepository {
  private final SoftwareSigner rootKey = SoftwareSigner.generate();
  private final SoftwareSigner targetsKey = SoftwareSigner.generate();
  private final SoftwareSigner onlineKey = SoftwareSigner.generate();
  private volatile SoftwareSigner directorKey = SoftwareSigner.generate();
  private final Fleet fleet;
  private final MetadataStore store;
  private final TufRepository repository;
  private final BiConsumer<String, byte[]> contents;

  /// @param contents takes contents of targets, by the path under which clients ask for them
  public TestRepository(
      String fleet, MetadataStore store, BiConsumer<String, byte[]> contents, Instant now) {
    this.fleet = new Fleet(fleet);
    this.store = store;
    this.contents = contents;
    this.repository = new TufRepository(store, Signers.of(List.of(onlineKey)), Schedule.DEFAULT);
    Root root =
        Root.create(
            now.plusSeconds(86_400 * 365),
            Map.of(
                RoleName.ROOT, keys(rootKey),
                RoleName.TARGETS, keys(targetsKey),
                RoleName.SNAPSHOT, keys(onlineKey),
                RoleName.TIMESTAMP, keys(onlineKey)));
    Targets targets =
        Publisher.firstTargets(now.plusSeconds(86_400 * 365), keys(onlineKey), keys(directorKey));
    published(repository.begin(signed(root, rootKey), signed(targets, targetsKey), now));
    published(repository.addFleet(this.fleet, keys(onlineKey), now));
  }

  private static Root.Assignment keys(Signer signer) {
    return new Root.Assignment(List.of(Signers.keyOf(signer)), 1);
  }

  private static <R extends Role> Metadata<R> signed(R role, Signer signer) {
    Metadata<R> unsigned = Metadata.unsigned(role);
    return unsigned.with(
        new RoleSignature(
            Signers.keyOf(signer).id(),
            HexFormat.of().formatHex(signer.sign(unsigned.signedBytes()))));
  }

  private static void published(Outcome outcome) {
    if (!(outcome instanceof Outcome.Published) && !(outcome instanceof Outcome.Unchanged)) {
      throw new AssertionError(outcome);
    }
  }

  /// What was published, by its path, withdrawn or not.
  final Map<String, TargetFile> ever = new ConcurrentHashMap<>();

  /// What devices pin.
  public byte[] root() {
    return store.read("1.root.json").orElseThrow().file();
  }

  /// What the fleet's role lists.
  public Targets targets() {
    return repository.state().orElseThrow().role(fleet.role()).orElseThrow();
  }

  /// Has the targets that are published name another key of the director.
  public void rotateDirector(Instant now) {
    directorKey = SoftwareSigner.generate();
    Targets next =
        Director.delegateTo(
            repository.state().orElseThrow().role(RoleName.TARGETS).orElseThrow(),
            keys(directorKey));
    published(
        repository.publishTargets(
            signed(
                next.next(now.plusSeconds(86_400 * 365), repository.nextTargetsVersion()),
                targetsKey),
            now));
  }

  /// The key of the director.
  public Signer director() {
    return directorKey;
  }

  /// Signs anew what is due.
  public void renew(Instant now) {
    published(repository.renew(now));
  }

  public String path(String name, String version) {
    return fleet.path(name, version, "file");
  }

  /// Publishes a version.
  ///
  /// @param delivery members of the signed `artifact` besides name, version and kind
  public TargetFile publish(
      String name, String version, String kind, byte[] content, String delivery, Instant now) {
    String path = path(name, version);
    String hash = Hashes.sha256(content);
    contents.accept(path.replace("/file", "/" + hash + ".file"), content);
    Json.Obj artifact =
        json(
            "{\"name\":\"%s\",\"version\":\"%s\",\"kind\":\"%s\"%s}"
                .formatted(name, version, kind, delivery.isEmpty() ? "" : "," + delivery));
    TargetFile file =
        TargetFile.of(content.length, hash, Optional.of(Json.Obj.EMPTY.with("artifact", artifact)));
    published(repository.publish(fleet, Map.of(path, file), Set.of(), now));
    ever.put(path, file);
    return file;
  }

  public void withdraw(String name, String version, Instant now) {
    published(repository.publish(fleet, Map.of(), Set.of(path(name, version)), now));
  }

  /// What the director says.
  public byte[] sign(DeviceAssignment assignment) {
    return Director.sign(assignment, directorKey);
  }

  static Json.Obj json(String text) {
    try {
      return JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8));
    } catch (TufException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /// Metadata in memory.
  public static final class Memory implements MetadataStore {
    private final Map<String, Stored> files = new LinkedHashMap<>();

    @Override
    public synchronized Optional<Stored> read(String name) {
      return Optional.ofNullable(files.get(name));
    }

    @Override
    public synchronized boolean create(String name, byte[] file) {
      return files.putIfAbsent(name, new Stored(file, "1")) == null;
    }

    @Override
    public synchronized Optional<String> replace(String name, Optional<String> tag, byte[] file) {
      if (!read(name).map(Stored::tag).equals(tag)) {
        return Optional.empty();
      }
      String next = tag.map(old -> old + "1").orElse("1");
      files.put(name, new Stored(file, next));
      return Optional.of(next);
    }
  }
}
