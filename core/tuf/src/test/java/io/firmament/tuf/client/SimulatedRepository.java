package io.firmament.tuf.client;

import io.firmament.tuf.Hashes;
import io.firmament.tuf.Json;
import io.firmament.tuf.MetaFile;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.TestKey;
import io.firmament.tuf.TufTime;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// A repository that signs whatever it is told to, right or wrong, and notes what it is asked for.
final class SimulatedRepository {
  static final String ROOT = RoleName.ROOT;
  static final String TIMESTAMP = RoleName.TIMESTAMP;
  static final String SNAPSHOT = RoleName.SNAPSHOT;
  static final String TARGETS = RoleName.TARGETS;
  static final List<String> TOP_LEVEL = List.of(TARGETS, SNAPSHOT, TIMESTAMP, ROOT);

  /// What roles say next.
  final Map<String, Json.Obj> roles = new LinkedHashMap<>();

  /// All versions of all files, as they are served: `published.get(role).get(version - 1)`.
  final Map<String, List<byte[]>> published = new HashMap<>();

  final Map<String, List<TestKey>> signers = new HashMap<>();

  /// Target contents by path.
  final Map<String, byte[]> contents = new HashMap<>();

  /// The metadata files that were asked for: `2.root`, `timestamp`.
  final List<String> requests = new ArrayList<>();

  final List<String> targetRequests = new ArrayList<>();

  /// Whether snapshot and timestamp give lengths and hashes.
  boolean withHashes;

  private final Instant expires;

  SimulatedRepository(Instant now) {
    this.expires = now.plusSeconds(30L * 24 * 3600);
    for (String role : TOP_LEVEL) {
      roles.put(role, header(role, expires));
    }
    edit(TARGETS, json -> json.with("targets", Json.Obj.EMPTY));
    edit(SNAPSHOT, json -> json.with("meta", Json.Obj.EMPTY));
    edit(TIMESTAMP, json -> json.with("meta", Json.Obj.EMPTY));
    edit(
        ROOT,
        json ->
            json.with("consistent_snapshot", true)
                .with("keys", Json.Obj.EMPTY)
                .with("roles", Json.Obj.EMPTY));
    for (String role : TOP_LEVEL) {
      setKeys(role, 1, List.of());
      addKey(role, TestKey.ed25519());
    }
    publish(TARGETS, SNAPSHOT, TIMESTAMP, ROOT);
  }

  static Json.Obj header(String type, Instant expires) {
    return Json.Obj.EMPTY
        .with("_type", type)
        .with("spec_version", "1.0.31")
        .with("version", 1)
        .with("expires", TufTime.format(expires));
  }

  void edit(String role, UnaryOperator<Json.Obj> change) {
    roles.put(role, change.apply(role(role)));
  }

  /// Changes a member that is an object, or makes it.
  void edit(String role, String member, UnaryOperator<Json.Obj> change) {
    edit(role, json -> json.with(member, change.apply(object(json, member))));
  }

  Json.Obj role(String role) {
    return Optional.ofNullable(roles.get(role)).orElseThrow();
  }

  static Json.Obj object(Json.Obj json, String member) {
    return json.get(member) instanceof Json.Obj object ? object : Json.Obj.EMPTY;
  }

  long version(String role) {
    return ((Json.Int) Optional.ofNullable(role(role).get("version")).orElseThrow()).value();
  }

  void setVersion(String role, long version) {
    edit(role, json -> json.with("version", version));
  }

  void setExpires(String role, Instant when) {
    edit(role, json -> json.with("expires", TufTime.format(when)));
  }

  /// The files of a role that are served, by version; to be changed.
  List<byte[]> versions(String role) {
    return published.computeIfAbsent(role, name -> new ArrayList<>());
  }

  byte[] latest(String role) {
    return versions(role).getLast();
  }

  byte[] initialRoot() {
    return versions(ROOT).getFirst();
  }

  /// Gives a top-level role these keys and this threshold in root; signers stay.
  void setKeys(String role, int threshold, List<TestKey> keys) {
    edit(
        ROOT,
        "roles",
        all ->
            all.with(
                role,
                Json.Obj.EMPTY
                    .with("keyids", Json.Arr.ofTexts(keys.stream().map(TestKey::id).toList()))
                    .with("threshold", threshold)));
    keys.forEach(this::listKey);
  }

  private void listKey(TestKey key) {
    edit(ROOT, "keys", all -> all.with(key.id(), key.key().json()));
  }

  void setThreshold(String role, int threshold) {
    edit(ROOT, "roles", all -> all.with(role, object(all, role).with("threshold", threshold)));
  }

  /// Lists one more key id of a top-level role, whoever's it is.
  void addKeyId(String role, String keyId) {
    edit(
        ROOT,
        "roles",
        all -> {
          List<Json> keyIds = new ArrayList<>();
          if (object(all, role).get("keyids") instanceof Json.Arr before) {
            keyIds.addAll(before.elements());
          }
          keyIds.add(new Json.Text(keyId));
          return all.with(role, object(all, role).with("keyids", new Json.Arr(keyIds)));
        });
  }

  void addKey(String role, TestKey key) {
    addKeyId(role, key.id());
    listKey(key);
    signers(role).add(key);
  }

  List<TestKey> signers(String role) {
    return signers.computeIfAbsent(role, name -> new ArrayList<>());
  }

  /// Takes all keys from a top-level role and gives it one new.
  void rotateKeys(String role) {
    setKeys(role, 1, List.of());
    signers(role).clear();
    addKey(role, TestKey.ed25519());
  }

  /// Signs and serves the next version of each role, and names it in the one above.
  void publish(String... names) {
    for (String role : names) {
      List<byte[]> versions = versions(role);
      if (!versions.isEmpty()) {
        setVersion(role, version(role) + 1);
      }
      byte[] file = sign(role);
      versions.add(file);
      Json.Obj meta =
          withHashes
              ? MetaFile.describe(version(role), file)
              : Json.Obj.EMPTY.with("version", version(role));
      if (role.equals(SNAPSHOT)) {
        edit(TIMESTAMP, json -> json.with("meta", Json.Obj.EMPTY.with("snapshot.json", meta)));
      } else if (!role.equals(ROOT) && !role.equals(TIMESTAMP)) {
        edit(SNAPSHOT, "meta", all -> all.with(RoleName.metaPath(role), meta));
      }
    }
  }

  /// Serves something else as the latest version of a role.
  void replaceLatest(String role, byte[] file) {
    List<byte[]> versions = versions(role);
    versions.set(versions.size() - 1, file);
  }

  byte[] sign(String role) {
    return sign(role(role), signers(role));
  }

  static byte[] sign(Json.Obj signed, List<TestKey> keys) {
    List<Json> signatures = new ArrayList<>();
    keys.forEach(key -> signatures.add(key.over(signed).json()));
    return Json.Obj.EMPTY
        .with("signatures", new Json.Arr(signatures))
        .with("signed", signed)
        .toBytes();
  }

  void addTarget(String role, String path, byte[] content) {
    contents.put(path, content);
    edit(
        role,
        "targets",
        all ->
            all.with(
                path,
                Json.Obj.EMPTY
                    .with("length", content.length)
                    .with("hashes", Json.Obj.EMPTY.with("sha256", Hashes.sha256(content)))));
  }

  /// Delegates to a role with a new key of its own, at the end of the delegator's list.
  TestKey delegate(String delegator, String name, boolean terminating, String... paths) {
    TestKey key = TestKey.ed25519();
    delegate(delegator, name, terminating, List.of(key), 1, paths);
    signers(name).add(key);
    return key;
  }

  void delegate(
      String delegator,
      String name,
      boolean terminating,
      List<TestKey> keys,
      int threshold,
      String... paths) {
    roles.computeIfAbsent(name, role -> header("targets", expires).with("targets", Json.Obj.EMPTY));
    Json.Obj delegation =
        Json.Obj.EMPTY
            .with("name", name)
            .with("keyids", Json.Arr.ofTexts(keys.stream().map(TestKey::id).toList()))
            .with("threshold", threshold)
            .with("terminating", terminating)
            .with("paths", Json.Arr.ofTexts(List.of(paths)));
    edit(
        delegator,
        "delegations",
        all -> {
          Json.Obj listed = object(all, "keys");
          for (TestKey key : keys) {
            listed = listed.with(key.id(), key.key().json());
          }
          List<Json> delegations = new ArrayList<>();
          if (all.get("roles") instanceof Json.Arr before) {
            delegations.addAll(before.elements());
          }
          delegations.add(delegation);
          return all.with("keys", listed).with("roles", new Json.Arr(delegations));
        });
  }

  /// A file by the path of its URL after the repository's.
  synchronized Optional<byte[]> serve(String path) {
    if (path.startsWith("metadata/") && path.endsWith(".json")) {
      String name = path.substring("metadata/".length(), path.length() - ".json".length());
      requests.add(name);
      int dot = name.indexOf('.');
      boolean root = name.matches("\\d+\\.root");
      if (name.equals(TIMESTAMP) || (!isConsistent() && !root)) {
        List<byte[]> versions = published.getOrDefault(decode(name), List.of());
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.getLast());
      }
      if (dot < 0) {
        return Optional.empty();
      }
      List<byte[]> versions = published.getOrDefault(decode(name.substring(dot + 1)), List.of());
      long version = Long.parseLong(name.substring(0, dot));
      return version < 1 || version > versions.size()
          ? Optional.empty()
          : Optional.of(versions.get((int) version - 1));
    }
    if (path.startsWith("targets/")) {
      String name = path.substring("targets/".length());
      targetRequests.add(name);
      int slash = name.lastIndexOf('/') + 1;
      String plain =
          isConsistent()
              ? name.substring(0, slash) + name.substring(name.indexOf('.', slash) + 1)
              : name;
      return Optional.ofNullable(contents.get(decode(plain)));
    }
    return Optional.empty();
  }

  private boolean isConsistent() {
    return role(ROOT).get("consistent_snapshot") instanceof Json.Bool(boolean set) && set;
  }

  private static String decode(String encoded) {
    return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
  }
}
