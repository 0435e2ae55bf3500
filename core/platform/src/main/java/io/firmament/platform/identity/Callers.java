package io.firmament.platform.identity;

import io.firmament.base.ProductGroupId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Makes a [Caller] of a credential that was found good: reads what the user may do now, whatever
/// was true when the credential was given out.
public final class Callers {
  private final IdentityStore store;

  public Callers(IdentityStore store) {
    this.store = store;
  }

  /// A credential that was found good.
  ///
  /// @param limit the most it may do, whatever its user may
  public record Proven(
      TenantId tenant,
      UserId user,
      String email,
      Caller.Credential credential,
      Set<Permission> limit) {
    public Proven {
      limit = Set.copyOf(limit);
    }
  }

  /// Empty where the user is no longer a member of the tenant.
  public Optional<Caller> find(Proven proven) {
    return store
        .findMembership(proven.tenant(), proven.user())
        .map(membership -> caller(proven, store.groups(proven.tenant(), membership.groups())));
  }

  private static Caller caller(Proven proven, List<UserGroup> groups) {
    Set<Permission> tenant = EnumSet.noneOf(Permission.class);
    Set<Permission> everywhere = EnumSet.noneOf(Permission.class);
    Map<ProductGroupId, Set<Permission>> byGroup = new HashMap<>();
    for (UserGroup group : groups) {
      for (Role role : group.roles()) {
        tenant.addAll(held(role, Permission.Scope.TENANT, proven.limit()));
        Set<Permission> held = held(role, Permission.Scope.PRODUCT_GROUP, proven.limit());
        switch (group.reach()) {
          case UserGroup.Reach.Everywhere() -> everywhere.addAll(held);
          case UserGroup.Reach.Only(Set<ProductGroupId> some) ->
              some.forEach(
                  id ->
                      byGroup
                          .computeIfAbsent(id, key -> EnumSet.noneOf(Permission.class))
                          .addAll(held));
        }
      }
    }
    if (tenant.contains(Permission.TENANT_VIEW)
        && proven.limit().contains(Permission.FIRMWARE_VIEW)) {
      everywhere.add(Permission.FIRMWARE_VIEW);
    }
    return new Caller(
        proven.tenant(),
        proven.user(),
        proven.email(),
        proven.credential(),
        tenant,
        new ProductGroupAccess(everywhere, byGroup));
  }

  private static Set<Permission> held(Role role, Permission.Scope scope, Set<Permission> limit) {
    Set<Permission> held = EnumSet.noneOf(Permission.class);
    for (Permission permission : role.permissions()) {
      if (permission.scope() == scope && limit.contains(permission)) {
        held.add(permission);
      }
    }
    return held;
  }
}
