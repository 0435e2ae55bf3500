package io.firmament.platform.identity;

import io.firmament.base.ProductGroupId;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What a caller may do in which product groups.
///
/// @param everywhere permissions that hold in every product group of the tenant
/// @param byGroup further permissions, by product group
public record ProductGroupAccess(
    Set<Permission> everywhere, Map<ProductGroupId, Set<Permission>> byGroup) {
  public ProductGroupAccess {
    everywhere = Set.copyOf(everywhere);
    byGroup =
        byGroup.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> Set.copyOf(e.getValue())));
  }

  public boolean allows(Permission permission, ProductGroupId group) {
    return everywhere.contains(permission)
        || byGroup.getOrDefault(group, Set.of()).contains(permission);
  }

  public boolean allowsSomewhere(Permission permission) {
    return everywhere.contains(permission)
        || byGroup.values().stream().anyMatch(held -> held.contains(permission));
  }
}
