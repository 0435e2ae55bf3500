package io.firmament.platform.identity;

import io.firmament.base.ProductGroupId;
import io.firmament.base.TenantId;
import io.firmament.base.UserGroupId;
import java.util.Set;

/// Users of a tenant who hold the same roles in the same product groups.
public record UserGroup(
    TenantId tenant, UserGroupId id, String name, Set<Role> roles, Reach reach) {
  /// The product groups that the permissions of a group's roles hold in.
  public sealed interface Reach {
    /// All there are and all there will be.
    record Everywhere() implements Reach {}

    /// The named ones.
    record Only(Set<ProductGroupId> productGroups) implements Reach {
      public Only {
        productGroups = Set.copyOf(productGroups);
      }
    }
  }

  public UserGroup {
    roles = Set.copyOf(roles);
  }
}
