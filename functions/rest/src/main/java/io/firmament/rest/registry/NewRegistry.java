package io.firmament.rest.registry;

import io.avaje.jsonb.Json;
import io.firmament.base.BaseProblem;
import io.firmament.base.Secret;
import io.firmament.platform.registry.Access;
import io.firmament.platform.registry.Registries;
import org.jspecify.annotations.Nullable;

/// A registry as it is asked for, and what is to change of one.
@Json(naming = Json.Naming.LowerUnderscore)
record NewRegistry(
    @Nullable String host,
    @Nullable String name,
    @Nullable String provider,
    @Nullable String username,
    @Nullable String password,
    @Nullable String role,
    @Nullable String serviceAccountKey) {
  /// Anonymous unless it says otherwise.
  Registries.Credentials credentials() {
    return new Registries.Credentials(
        provider == null ? Access.Anonymous.PROVIDER : provider,
        username,
        secret(password),
        role,
        secret(serviceAccountKey));
  }

  /// Whether there are new credentials in it. They are whole: half of them are refused, for nobody
  /// could tell what the other half is.
  boolean changesCredentials() {
    if (provider != null) {
      return true;
    }
    if (username != null || password != null || role != null || serviceAccountKey != null) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "provider", "detail", "is needed with new credentials");
    }
    return false;
  }

  private static @Nullable Secret secret(@Nullable String text) {
    return text == null ? null : new Secret(text);
  }

  /// Shows no secret.
  @Override
  public String toString() {
    return "NewRegistry[" + host + "]";
  }
}
