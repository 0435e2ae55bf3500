package io.firmament.platform.identity;

import io.firmament.base.TenantId;
import io.firmament.base.UserGroupId;
import io.firmament.base.UserId;
import java.util.Set;

/// That a user belongs to a tenant, and to which of its groups.
///
/// @param tenantName a copy, so that a login lists tenants in one read
public record Membership(TenantId tenant, String tenantName, UserId user, Set<UserGroupId> groups) {
  public Membership {
    groups = Set.copyOf(groups);
  }
}
