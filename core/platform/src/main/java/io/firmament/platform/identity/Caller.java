package io.firmament.platform.identity;

import io.firmament.base.BaseProblem;
import io.firmament.base.ProductGroupId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import java.util.Set;

/// Who is calling, after authentication: every operation and resolver gets one, and every store
///     call
/// is made within its tenant.
///
/// @param tenant the tenant the credential is for
/// @param user whose credential it is
/// @param email the user's e-mail address exactly as typed at login or registration
/// @param credential how the caller showed who it is
/// @param tenantPermissions the permissions that hold in the whole tenant
/// @param access what holds in which product groups
public record Caller(
    TenantId tenant,
    UserId user,
    String email,
    Credential credential,
    Set<Permission> tenantPermissions,
    ProductGroupAccess access) {
  /// How a caller showed who it is.
  public enum Credential {
    /// A tenant token: a JWT of five minutes to an hour, from a password login.
    TENANT_TOKEN,
    /// An API token of the firmware API, or an API key of the fleet API.
    API_TOKEN,
    /// The session cookie of `/api/v1/auth/login`.
    SESSION
  }

  public Caller {
    tenantPermissions = Set.copyOf(tenantPermissions);
  }

  public boolean may(Permission permission) {
    return tenantPermissions.contains(permission);
  }

  public boolean may(Permission permission, ProductGroupId group) {
    return access.allows(permission, group);
  }

  /// Refuses with the permission's name unless the caller holds it in the tenant, or, for a
  /// permission given per product group, in at least one group.
  public void require(Permission permission) {
    boolean held =
        switch (permission.scope()) {
          case TENANT -> may(permission);
          case PRODUCT_GROUP -> access.allowsSomewhere(permission);
        };
    if (!held) {
      throw BaseProblem.MISSING_PERMISSION.with("permission", permission.id());
    }
  }
}
