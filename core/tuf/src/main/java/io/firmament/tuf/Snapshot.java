package io.firmament.tuf;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Snapshot metadata (4.4): the versions of all targets roles that belong together.
///
/// @param meta by METAPATH, for example `targets.json`
public record Snapshot(
    Json.Obj json, long version, Instant expires, SequencedMap<String, MetaFile> meta)
    implements Role {
  static Snapshot read(Json.Obj json) throws TufException {
    Header header = Header.read(json, RoleName.SNAPSHOT);
    return new Snapshot(
        json,
        header.version(),
        header.expires(),
        MetaFile.readAll(new Fields(json, "4.4", RoleName.SNAPSHOT).object("meta")));
  }

  /// The first snapshot of a repository.
  ///
  /// @param files the targets roles' files by role, each with its version
  public static Snapshot create(Instant expires, Map<String, VersionedFile> files) {
    Json.Obj first = Header.first(RoleName.SNAPSHOT, expires).with("meta", Json.Obj.EMPTY);
    return of(listing(first, files));
  }

  /// The next version of this snapshot, with some roles' files replaced; it never drops a role.
  ///
  /// @param minimumVersion of the result, which is otherwise one more than this
  public Snapshot next(Instant newExpires, long minimumVersion, Map<String, VersionedFile> files) {
    long next = Math.max(version + 1, minimumVersion);
    return of(listing(Role.renew(json, next, newExpires), files));
  }

  private static Json.Obj listing(Json.Obj json, Map<String, VersionedFile> files) {
    Json.Obj meta = json.get("meta") instanceof Json.Obj object ? object : Json.Obj.EMPTY;
    for (Map.Entry<String, VersionedFile> entry : files.entrySet()) {
      VersionedFile file = entry.getValue();
      meta =
          meta.with(
              RoleName.metaPath(entry.getKey()), MetaFile.describe(file.version(), file.bytes()));
    }
    return json.with("meta", meta);
  }

  private static Snapshot of(Json.Obj json) {
    try {
      return read(json);
    } catch (TufException e) {
      throw new IllegalArgumentException("such a snapshot cannot be", e);
    }
  }

  /// What is said of a targets role.
  public Optional<MetaFile> file(String role) {
    return Optional.ofNullable(meta.get(RoleName.metaPath(role)));
  }

  /// A metadata file and the version it is of.
  public record VersionedFile(long version, byte[] bytes) {}
}
