package io.firmament.registry;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.RegistryId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.registry.Registry;
import io.firmament.platform.registry.RegistryStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Registries in memory, for tests of what is above a store.
final class MemoryRegistryStore implements RegistryStore {
  private final Map<RegistryId, Registry> registries = new LinkedHashMap<>();

  @Override
  public boolean add(Registry registry, AuditEvent audit) {
    boolean taken =
        registries.values().stream()
            .anyMatch(
                other ->
                    other.tenant().equals(registry.tenant())
                        && other.host().equals(registry.host()));
    return !taken && registries.put(registry.id(), registry) == null;
  }

  @Override
  public Optional<Registry> find(TenantId tenant, RegistryId id) {
    return Optional.ofNullable(registries.get(id))
        .filter(registry -> registry.tenant().equals(tenant));
  }

  @Override
  public Page<Registry> list(TenantId tenant, PageRequest page) {
    return Page.last(
        registries.values().stream().filter(each -> each.tenant().equals(tenant)).toList());
  }

  @Override
  public long count(TenantId tenant) {
    return registries.size();
  }

  @Override
  public boolean replace(Registry registry, AuditEvent audit) {
    Registry next =
        new Registry(
            registry.tenant(),
            registry.id(),
            registry.host(),
            registry.label(),
            registry.access(),
            registry.sealed(),
            registry.createdBy(),
            registry.createdAt(),
            registry.changedAt(),
            registry.version() + 1);
    return registries.replace(registry.id(), next) != null;
  }

  @Override
  public boolean remove(Registry registry, AuditEvent audit) {
    return registries.remove(registry.id()) != null;
  }
}
