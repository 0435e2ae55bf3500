package io.firmament.platform.identity;

import static io.firmament.platform.identity.Permission.ARTIFACTS_MANAGE;
import static io.firmament.platform.identity.Permission.ARTIFACTS_READ;
import static io.firmament.platform.identity.Permission.ARTIFACTS_WRITE;
import static io.firmament.platform.identity.Permission.AUDIT_READ;
import static io.firmament.platform.identity.Permission.CVES_EDIT;
import static io.firmament.platform.identity.Permission.CVES_VIEW;
import static io.firmament.platform.identity.Permission.DEVICES_MANAGE;
import static io.firmament.platform.identity.Permission.DEVICES_READ;
import static io.firmament.platform.identity.Permission.DEVICES_WRITE;
import static io.firmament.platform.identity.Permission.ENROLL_MANAGE;
import static io.firmament.platform.identity.Permission.ENROLL_READ;
import static io.firmament.platform.identity.Permission.FIRMWARE_EDIT;
import static io.firmament.platform.identity.Permission.FIRMWARE_UPLOAD;
import static io.firmament.platform.identity.Permission.FIRMWARE_VIEW;
import static io.firmament.platform.identity.Permission.GROUPS_READ;
import static io.firmament.platform.identity.Permission.GROUPS_WRITE;
import static io.firmament.platform.identity.Permission.LOGS_READ;
import static io.firmament.platform.identity.Permission.LOGS_REQUEST;
import static io.firmament.platform.identity.Permission.REGISTRIES_MANAGE;
import static io.firmament.platform.identity.Permission.REGISTRIES_READ;
import static io.firmament.platform.identity.Permission.REPORTS_EDIT;
import static io.firmament.platform.identity.Permission.REPORTS_SHARE;
import static io.firmament.platform.identity.Permission.REPORTS_VIEW;
import static io.firmament.platform.identity.Permission.ROLLOUTS_APPROVE;
import static io.firmament.platform.identity.Permission.ROLLOUTS_READ;
import static io.firmament.platform.identity.Permission.ROLLOUTS_WRITE;
import static io.firmament.platform.identity.Permission.TENANT_VIEW;
import static io.firmament.platform.identity.Permission.TRUST_MANAGE;
import static io.firmament.platform.identity.Permission.TRUST_READ;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// A named set of permissions that a user group gives its members; members of several groups get
/// the union. The sets are `schema`'s permissions.yaml, and a test holds the two to be the same.
public enum Role {
  ADMIN(Permission.values()),
  OBSERVER(TENANT_VIEW, FIRMWARE_VIEW, REPORTS_VIEW, CVES_VIEW, AUDIT_READ),
  ANALYST(
      FIRMWARE_UPLOAD,
      FIRMWARE_VIEW,
      FIRMWARE_EDIT,
      REPORTS_VIEW,
      REPORTS_EDIT,
      REPORTS_SHARE,
      CVES_VIEW,
      CVES_EDIT),
  EDITOR(FIRMWARE_VIEW, FIRMWARE_EDIT, REPORTS_VIEW, REPORTS_EDIT, CVES_VIEW),
  REPORTER(FIRMWARE_VIEW, REPORTS_VIEW, REPORTS_EDIT),
  UPLOADER(FIRMWARE_UPLOAD),
  VIEWER(FIRMWARE_VIEW, REPORTS_VIEW),
  COMPLIANCE(FIRMWARE_VIEW, REPORTS_VIEW),
  AUDITOR(TRUST_READ, AUDIT_READ),
  FLEET_VIEWER(
      TRUST_READ,
      DEVICES_READ,
      ENROLL_READ,
      GROUPS_READ,
      ROLLOUTS_READ,
      ARTIFACTS_READ,
      REGISTRIES_READ),
  FLEET_OPERATOR(
      TRUST_READ,
      DEVICES_READ,
      DEVICES_WRITE,
      DEVICES_MANAGE,
      ENROLL_READ,
      ENROLL_MANAGE,
      GROUPS_READ,
      GROUPS_WRITE,
      ROLLOUTS_READ,
      ROLLOUTS_WRITE,
      ARTIFACTS_READ,
      ARTIFACTS_WRITE,
      ARTIFACTS_MANAGE,
      REGISTRIES_READ,
      REGISTRIES_MANAGE,
      LOGS_READ,
      LOGS_REQUEST),
  FLEET_APPROVER(
      TRUST_READ,
      DEVICES_READ,
      DEVICES_WRITE,
      DEVICES_MANAGE,
      ENROLL_READ,
      ENROLL_MANAGE,
      GROUPS_READ,
      GROUPS_WRITE,
      ROLLOUTS_READ,
      ROLLOUTS_WRITE,
      ROLLOUTS_APPROVE,
      ARTIFACTS_READ,
      ARTIFACTS_WRITE,
      ARTIFACTS_MANAGE,
      REGISTRIES_READ,
      REGISTRIES_MANAGE,
      LOGS_READ,
      LOGS_REQUEST),
  FLEET_ADMIN(
      TRUST_READ,
      TRUST_MANAGE,
      DEVICES_READ,
      DEVICES_WRITE,
      DEVICES_MANAGE,
      ENROLL_READ,
      ENROLL_MANAGE,
      GROUPS_READ,
      GROUPS_WRITE,
      ROLLOUTS_READ,
      ROLLOUTS_WRITE,
      ROLLOUTS_APPROVE,
      AUDIT_READ,
      ARTIFACTS_READ,
      ARTIFACTS_WRITE,
      ARTIFACTS_MANAGE,
      REGISTRIES_READ,
      REGISTRIES_MANAGE,
      LOGS_READ,
      LOGS_REQUEST),
  FLEET_AUDITOR(
      TRUST_READ,
      DEVICES_READ,
      ENROLL_READ,
      GROUPS_READ,
      ROLLOUTS_READ,
      AUDIT_READ,
      ARTIFACTS_READ,
      REGISTRIES_READ,
      LOGS_READ);

  // Set.of is immutable; its type cannot say so.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Set<Permission> permissions;

  Role(Permission... permissions) {
    this.permissions = Set.of(permissions);
  }

  /// The name in answers and in the contract, `fleet-viewer`.
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public Set<Permission> permissions() {
    return permissions;
  }

  public static Optional<Role> find(String id) {
    for (Role role : values()) {
      if (role.id().equals(id)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
