package io.firmament.platform.registry;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.RegistryId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import java.util.Optional;

/// The registries of all tenants. Every write stands in one transaction with its audit event.
public interface RegistryStore {
  /// How many registries are counted at most.
  long COUNTED = 10_000;

  /// Keeps a new registry.
  ///
  /// @return false, and nothing is written, where the tenant has connected its host already
  boolean add(Registry registry, AuditEvent audit);

  Optional<Registry> find(TenantId tenant, RegistryId id);

  /// By id.
  Page<Registry> list(TenantId tenant, PageRequest page);

  /// How many [#list] lists, at most [#COUNTED].
  long count(TenantId tenant);

  /// Replaces what the registry is; its host stays.
  ///
  /// @param registry with the version that the change is based on
  /// @return false, and nothing is written, where it was changed or removed in the meantime
  boolean replace(Registry registry, AuditEvent audit);

  /// Takes the registry and its secret away.
  ///
  /// @return false, and nothing is written, where it was changed or removed in the meantime
  boolean remove(Registry registry, AuditEvent audit);
}
