package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Root metadata (4.3): the keys and thresholds of the top-level roles.
///
/// @param keys by the id they are listed under; only keys whose id is right
public record Root(
    Json.Obj json,
    long version,
    Instant expires,
    boolean consistentSnapshot,
    Map<String, TufKey> keys,
    Map<String, RoleKeys> roles)
    implements Role {
  static Root read(Json.Obj json) throws TufException {
    Header header = Header.read(json, RoleName.ROOT);
    Fields fields = new Fields(json, "4.3", RoleName.ROOT);
    Map<String, RoleKeys> roles = new LinkedHashMap<>();
    for (Map.Entry<String, Json> entry : fields.object("roles").members().entrySet()) {
      if (!(entry.getValue() instanceof Json.Obj role)) {
        throw new TufException(Reason.MALFORMED, "4.3", "a role that is no object");
      }
      roles.put(entry.getKey(), RoleKeys.read(role, "role " + entry.getKey()));
    }
    if (!roles.keySet().containsAll(RoleName.TOP_LEVEL)) {
      throw new TufException(Reason.MALFORMED, "4.3", "root does not list all top-level roles");
    }
    return new Root(
        json,
        header.version(),
        header.expires(),
        fields.bool("consistent_snapshot", false),
        TufKey.readAll(fields.object("keys")),
        Collections.unmodifiableMap(roles));
  }

  /// The first version of a repository's root, with consistent snapshots.
  public static Root create(Instant expires, Map<String, Assignment> roles) {
    Json.Obj json =
        Header.first(RoleName.ROOT, expires)
            .with("consistent_snapshot", true)
            .with("keys", Json.Obj.EMPTY)
            .with("roles", Json.Obj.EMPTY);
    return assign(json, roles);
  }

  /// The next version of this root.
  ///
  /// @param changed the roles that get other keys or another threshold; the others keep theirs
  public Root next(Instant newExpires, Map<String, Assignment> changed) {
    return assign(Role.renew(json, version + 1, newExpires), changed);
  }

  private static Root assign(Json.Obj json, Map<String, Assignment> assigned) {
    Json.Obj roles = (Json.Obj) Objects.requireNonNull(json.get("roles"));
    Json.Obj keys = (Json.Obj) Objects.requireNonNull(json.get("keys"));
    for (Map.Entry<String, Assignment> entry : assigned.entrySet()) {
      Json old = roles.get(entry.getKey());
      Json.Obj role = old instanceof Json.Obj object ? object : Json.Obj.EMPTY;
      roles = roles.with(entry.getKey(), entry.getValue().roleKeys().writeTo(role));
      for (TufKey key : entry.getValue().keys()) {
        keys = keys.with(key.id(), key.json());
      }
    }
    Set<String> used = new LinkedHashSet<>();
    try {
      for (Map.Entry<String, Json> role : roles.members().entrySet()) {
        used.addAll(RoleKeys.read((Json.Obj) role.getValue(), role.getKey()).keyIds());
      }
      for (String keyId : List.copyOf(keys.members().keySet())) {
        keys = used.contains(keyId) ? keys : keys.without(keyId);
      }
      return read(json.with("keys", keys).with("roles", roles));
    } catch (TufException e) {
      throw new IllegalArgumentException("such a root cannot be", e);
    }
  }

  /// The keys of a top-level role.
  public RoleKeys role(String name) {
    RoleKeys role = roles.get(name);
    if (role == null) {
      throw new IllegalArgumentException("no top-level role " + name);
    }
    return role;
  }

  /// Checks metadata of a top-level role.
  ///
  /// @throws TufException with [Reason#NOT_SIGNED]
  public void verify(String role, Metadata<?> metadata, String clause) throws TufException {
    role(role).verify(metadata, keys, clause, role);
  }

  /// Whether a key that the role has here is no longer the role's in the other root. Keys that are
  /// only added take no trust away.
  public boolean revokes(Root next, String role) {
    return !next.role(role).keyIds().containsAll(role(role).keyIds());
  }

  /// The keys that a role is to have, and how many of them must sign.
  public record Assignment(List<TufKey> keys, int threshold) {
    public Assignment {
      keys = List.copyOf(keys);
    }

    public RoleKeys roleKeys() {
      Set<String> keyIds = new LinkedHashSet<>();
      keys.forEach(key -> keyIds.add(key.id()));
      if (keyIds.size() < threshold) {
        throw new IllegalArgumentException(
            threshold + " signatures cannot come from " + keyIds.size() + " keys");
      }
      return new RoleKeys(keyIds, threshold);
    }
  }
}
