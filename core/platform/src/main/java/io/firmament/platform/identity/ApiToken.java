package io.firmament.platform.identity;

import io.firmament.base.ApiTokenId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// A long-lived credential of a user in a tenant: an API token of the firmware API, an API key of
/// the fleet API.
///
/// @param hash of the secret, which is not kept
/// @param permissions the most it can do; what its user may no longer do, it may not either
public record ApiToken(
    TenantId tenant,
    ApiTokenId id,
    UserId user,
    String name,
    Sha256 hash,
    Set<Permission> permissions,
    Instant createdAt,
    Optional<Instant> expiresAt) {
  public ApiToken {
    permissions = Set.copyOf(permissions);
  }

  public boolean hasExpired(Instant now) {
    return expiresAt.isPresent() && !now.isBefore(expiresAt.get());
  }
}
