package io.firmament.rest.registry;

import io.avaje.jsonb.Json;
import io.firmament.platform.registry.Access;
import io.firmament.platform.registry.Registry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A registry as it is answered: without its secret.
///
/// @param username of `token`
/// @param role of `ecr`
/// @param externalId of `ecr`: what the role is to ask for
/// @param serviceAccount of `gar`
@Json(naming = Json.Naming.LowerUnderscore)
record RegistryBody(
    String id,
    String host,
    String name,
    String provider,
    @Nullable String username,
    @Nullable String role,
    @Nullable String externalId,
    @Nullable String serviceAccount,
    String createdAt,
    String credentialsChangedAt) {
  static RegistryBody of(Registry registry) {
    return switch (registry.access()) {
      case Access.Anonymous _ -> of(registry, null, null, null);
      case Access.Password(String username) -> of(registry, username, null, null);
      case Access.AwsRole(String role) -> of(registry, null, role, null);
      case Access.ServiceAccount(String email) -> of(registry, null, null, email);
    };
  }

  private static RegistryBody of(
      Registry registry,
      @Nullable String username,
      @Nullable String role,
      @Nullable String serviceAccount) {
    return new RegistryBody(
        registry.id().toString(),
        registry.host().value(),
        registry.label(),
        registry.access().provider(),
        username,
        role,
        role == null ? null : Access.AwsRole.externalId(registry.tenant()),
        serviceAccount,
        registry.createdAt().toString(),
        registry.changedAt().toString());
  }

  /// A page of registries.
  ///
  /// @param total of all pages
  /// @param next absent on the last page
  @Json
  record Page(List<RegistryBody> items, int limit, int offset, long total, @Nullable String next) {}
}
