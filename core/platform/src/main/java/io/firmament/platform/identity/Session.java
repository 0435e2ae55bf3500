package io.firmament.platform.identity;

import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import java.time.Instant;

/// A signed-in browser.
///
/// @param hash of the cookie's secret, which is not kept
/// @param email as typed at login
public record Session(
    Sha256 hash, TenantId tenant, UserId user, String email, Instant createdAt, Instant expiresAt) {
  public boolean hasExpired(Instant now) {
    return !now.isBefore(expiresAt);
  }
}
