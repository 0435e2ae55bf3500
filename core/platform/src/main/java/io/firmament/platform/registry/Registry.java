package io.firmament.platform.registry;

import io.firmament.base.RegistryId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.rollout.Invalid;
import io.firmament.platform.secret.Sealed;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A container registry that a tenant has connected; one per host.
///
/// @param label what people call it; at most 100 characters
/// @param sealed its secret, where the access has one
/// @param changedAt when the credentials were set
/// @param version counts the changes; a write names the version it is based on
public record Registry(
    TenantId tenant,
    RegistryId id,
    RegistryHost host,
    String label,
    Access access,
    @Nullable Sealed sealed,
    UserId createdBy,
    Instant createdAt,
    Instant changedAt,
    long version) {
  public static final int MAX_LABEL = 100;

  public Registry {
    Invalid.unless(
        label.length() <= MAX_LABEL && label.chars().noneMatch(Character::isISOControl),
        "name",
        "has at most " + MAX_LABEL + " characters, none of control");
    if (access.hasSecret() != (sealed != null)) {
      throw new IllegalArgumentException("a secret is there or not, as the access has one");
    }
  }

  public Optional<Sealed> findSealed() {
    return Optional.ofNullable(sealed);
  }

  /// What its secret is sealed for.
  SortedMap<String, String> context() {
    return context(tenant, id);
  }

  static SortedMap<String, String> context(TenantId tenant, RegistryId id) {
    SortedMap<String, String> context = new TreeMap<>();
    context.put("purpose", "registry-credentials");
    context.put("registry", id.toString());
    context.put("tenant", tenant.toString());
    return context;
  }
}
