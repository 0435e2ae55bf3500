package io.firmament.platform.identity;

import java.util.Optional;

/// What a caller may do. Names, scopes and the roles that hold them are `schema/permissions.yaml`;
///     a
/// test holds the two to be the same set.
public enum Permission {
  TENANT_MANAGE("tenant.manage", Scope.TENANT),
  TENANT_VIEW("tenant.view", Scope.TENANT),
  FIRMWARE_UPLOAD("firmware.upload", Scope.PRODUCT_GROUP),
  FIRMWARE_VIEW("firmware.view", Scope.PRODUCT_GROUP),
  FIRMWARE_EDIT("firmware.edit", Scope.PRODUCT_GROUP),
  REPORTS_VIEW("reports.view", Scope.PRODUCT_GROUP),
  REPORTS_EDIT("reports.edit", Scope.PRODUCT_GROUP),
  REPORTS_SHARE("reports.share", Scope.PRODUCT_GROUP),
  CVES_VIEW("cves.view", Scope.TENANT),
  CVES_EDIT("cves.edit", Scope.TENANT),
  DEVICES_READ("devices.read", Scope.TENANT),
  DEVICES_WRITE("devices.write", Scope.TENANT),
  DEVICES_MANAGE("devices.manage", Scope.TENANT),
  ENROLL_READ("enroll.read", Scope.TENANT),
  ENROLL_MANAGE("enroll.manage", Scope.TENANT),
  LOGS_READ("logs.read", Scope.TENANT),
  LOGS_REQUEST("logs.request", Scope.TENANT),
  GROUPS_READ("groups.read", Scope.TENANT),
  GROUPS_WRITE("groups.write", Scope.TENANT),
  ROLLOUTS_READ("rollouts.read", Scope.TENANT),
  ROLLOUTS_WRITE("rollouts.write", Scope.TENANT),
  ROLLOUTS_APPROVE("rollouts.approve", Scope.TENANT),
  TRUST_READ("trust.read", Scope.TENANT),
  TRUST_MANAGE("trust.manage", Scope.TENANT),
  AUDIT_READ("audit.read", Scope.TENANT),
  ARTIFACTS_READ("artifacts.read", Scope.TENANT),
  ARTIFACTS_WRITE("artifacts.write", Scope.TENANT),
  ARTIFACTS_MANAGE("artifacts.manage", Scope.TENANT),
  REGISTRIES_READ("registries.read", Scope.TENANT),
  REGISTRIES_MANAGE("registries.manage", Scope.TENANT);

  /// Where a permission holds: in the whole tenant, or in the product groups of a user's groups.
  public enum Scope {
    TENANT,
    PRODUCT_GROUP
  }

  private final String id;
  private final Scope scope;

  Permission(String id, Scope scope) {
    this.id = id;
    this.scope = scope;
  }

  /// The name in answers and in the contract, `area.verb`.
  public String id() {
    return id;
  }

  public Scope scope() {
    return scope;
  }

  public static Optional<Permission> find(String id) {
    for (Permission permission : values()) {
      if (permission.id.equals(id)) {
        return Optional.of(permission);
      }
    }
    return Optional.empty();
  }
}
