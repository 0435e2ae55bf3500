package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Targets metadata (4.5), top-level or of a delegated role: target files, and whom the role trusts
/// for which paths.
///
/// @param targets by TARGETPATH
public record Targets(
    Json.Obj json,
    long version,
    Instant expires,
    SequencedMap<String, TargetFile> targets,
    Optional<Delegations> delegations)
    implements Role {
  static Targets read(Json.Obj json) throws TufException {
    Header header = Header.read(json, RoleName.TARGETS);
    Fields fields = new Fields(json, "4.5", RoleName.TARGETS);
    SequencedMap<String, TargetFile> targets = new LinkedHashMap<>();
    for (Map.Entry<String, Json> entry : fields.object("targets").members().entrySet()) {
      if (!(entry.getValue() instanceof Json.Obj target)) {
        throw new TufException(Reason.MALFORMED, "4.5", "a target that is no object");
      }
      targets.put(entry.getKey(), TargetFile.read(target));
    }
    Optional<Json.Obj> delegations = fields.optionalObject("delegations");
    return new Targets(
        json,
        header.version(),
        header.expires(),
        Collections.unmodifiableSequencedMap(targets),
        delegations.isPresent()
            ? Optional.of(Delegations.read(delegations.get()))
            : Optional.empty());
  }

  /// The first version of a targets role that lists nothing yet.
  public static Targets create(Instant expires) {
    return of(Header.first(RoleName.TARGETS, expires).with("targets", Json.Obj.EMPTY));
  }

  /// The next version of this role.
  ///
  /// @param minimumVersion of the result, which is otherwise one more than this
  public Targets next(Instant newExpires, long minimumVersion) {
    return of(Role.renew(json, Math.max(version + 1, minimumVersion), newExpires));
  }

  /// This version with some targets set and others removed.
  public Targets with(Map<String, TargetFile> set, Set<String> removed) {
    Json.Obj entries = json.get("targets") instanceof Json.Obj object ? object : Json.Obj.EMPTY;
    for (String path : removed) {
      entries = entries.without(path);
    }
    SequencedMap<String, Json> all = new LinkedHashMap<>(entries.members());
    set.forEach((path, target) -> all.put(path, target.json()));
    return of(json.with("targets", new Json.Obj(all)));
  }

  /// This version with other delegations.
  public Targets with(Delegations changed) {
    return of(json.with("delegations", changed.json()));
  }

  private static Targets of(Json.Obj json) {
    try {
      return read(json);
    } catch (TufException e) {
      throw new IllegalArgumentException("such targets cannot be", e);
    }
  }
}
