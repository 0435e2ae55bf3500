package io.firmament.rest.identity;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The bodies of this package's operations, as the contract has them. In what is received any
/// component may be missing.
final class Bodies {
  private Bodies() {}

  @Json
  record LoginRequest(@Nullable String email) {}

  @Json
  record LoginMode(String mode) {}

  @Json(naming = Json.Naming.LowerUnderscore)
  record AuthorizeRequest(
      @Nullable String email,
      @Nullable String password,
      @Nullable String clientId,
      @Nullable String nonce) {}

  @Json(naming = Json.Naming.LowerUnderscore)
  record Authorized(String idToken, @Nullable String policiesAcceptedAt) {}

  @Json(naming = Json.Naming.LowerUnderscore)
  record TenantTokenRequest(
      @Nullable String idToken,
      @Nullable String clientId,
      @Nullable String tenantId,
      @Nullable String nonce) {}

  @Json
  record Named(String id, String name) {}

  @Json(naming = Json.Naming.LowerUnderscore)
  record TenantToken(
      String tenantToken,
      String userEmail,
      List<String> roles,
      List<Named> userGroups,
      List<Named> productGroups) {}

  @Json(naming = Json.Naming.LowerUnderscore)
  record NewApiToken(
      @Nullable String name, @Nullable List<String> permissions, @Nullable String expiresAt) {}

  /// @param expiresAt absent for a token that never expires
  /// @param token in the answer to the creation alone
  @Json(naming = Json.Naming.LowerUnderscore)
  record ApiTokenBody(
      String id,
      String name,
      List<String> permissions,
      String createdAt,
      @Nullable String expiresAt,
      @Nullable String token) {}

  @Json
  record ApiTokenPage(List<ApiTokenBody> items, int limit, @Nullable String next) {}

  @Json(naming = Json.Naming.LowerUnderscore)
  record FleetLoginRequest(
      @Nullable String email, @Nullable String password, @Nullable String tenantId) {}

  @Json
  record Me(String email, Named tenant, List<String> permissions, String credential) {}

  @Json
  record Version(String api, String platform) {}
}
