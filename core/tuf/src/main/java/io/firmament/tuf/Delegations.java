package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Whom a targets role trusts for which paths (DELEGATIONS of 4.5), in order of precedence.
///
/// @param json as it stands in the file
/// @param keys by the id they are listed under; only keys whose id is right
/// @param succinct many roles said in few words (TAP 15), in place of `roles`
public record Delegations(
    Json.Obj json,
    Map<String, TufKey> keys,
    List<Delegation> roles,
    Optional<SuccinctRoles> succinct) {
  public Delegations {
    roles = List.copyOf(roles);
  }

  static Delegations read(Json.Obj json) throws TufException {
    Fields fields = new Fields(json, "4.5", "delegations");
    Optional<Json.Obj> succinct = fields.optionalObject("succinct_roles");
    List<Delegation> roles = new ArrayList<>();
    if (succinct.isPresent() == (json.get("roles") != null)) {
      throw new TufException(
          Reason.MALFORMED, "4.5", "delegations must have roles or succinct roles");
    }
    if (succinct.isEmpty()) {
      Set<String> names = new HashSet<>();
      for (Json.Obj role : fields.objects("roles")) {
        Delegation delegation = Delegation.read(role);
        if (!names.add(delegation.name())) {
          throw new TufException(
              Reason.MALFORMED, "4.5", "two delegations to a role of the same name");
        }
        roles.add(delegation);
      }
    }
    return new Delegations(
        json,
        TufKey.readAll(fields.object("keys")),
        roles,
        succinct.isPresent() ? Optional.of(SuccinctRoles.read(succinct.get())) : Optional.empty());
  }

  /// No delegations yet.
  public static Delegations none() {
    return of(Json.Obj.EMPTY.with("keys", Json.Obj.EMPTY).with("roles", new Json.Arr(List.of())));
  }

  /// The delegations that a path belongs to, in order of precedence.
  public List<Delegation> matching(String path) {
    if (succinct.isPresent()) {
      return List.of(succinct.get().delegation(path));
    }
    return roles.stream().filter(role -> role.matches(path)).toList();
  }

  /// The delegation to a role.
  public Optional<Delegation> role(String name) {
    return roles.stream().filter(role -> role.name().equals(name)).findFirst();
  }

  /// With a delegation in the place of the one to the same role, else at the end.
  public Delegations with(Delegation delegation, List<TufKey> itsKeys) {
    List<Delegation> changed = new ArrayList<>();
    boolean replaced = false;
    for (Delegation role : roles) {
      boolean same = role.name().equals(delegation.name());
      changed.add(same ? delegation : role);
      replaced |= same;
    }
    if (!replaced) {
      changed.add(delegation);
    }
    return with(changed, itsKeys);
  }

  /// Without the delegation to a role; its keys go unless another has them too.
  public Delegations without(String name) {
    return with(roles.stream().filter(role -> !role.name().equals(name)).toList(), List.of());
  }

  private Delegations with(List<Delegation> changed, List<TufKey> added) {
    Set<String> used = new LinkedHashSet<>();
    changed.forEach(role -> used.addAll(role.roleKeys().keyIds()));
    Json.Obj keyObjects = json.get("keys") instanceof Json.Obj object ? object : Json.Obj.EMPTY;
    for (TufKey key : added) {
      keyObjects = keyObjects.with(key.id(), key.json());
    }
    for (String keyId : List.copyOf(keyObjects.members().keySet())) {
      keyObjects = used.contains(keyId) ? keyObjects : keyObjects.without(keyId);
    }
    List<Json> entries = new ArrayList<>();
    changed.forEach(role -> entries.add(role.json()));
    return of(json.with("keys", keyObjects).with("roles", new Json.Arr(entries)));
  }

  private static Delegations of(Json.Obj json) {
    try {
      return read(json);
    } catch (TufException e) {
      throw new IllegalArgumentException("such delegations cannot be", e);
    }
  }
}
