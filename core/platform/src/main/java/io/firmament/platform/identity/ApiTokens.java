package io.firmament.platform.identity;

import io.firmament.base.ApiTokenId;
import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The life of API tokens: created by a user for that user, shown once as `{tenant}/{secret}`,
/// never changed, deleted.
public final class ApiTokens {
  private static final int MAX_NAME = 100;

  private final IdentityStore store;
  private final SecretSource secrets;
  private final Ids ids;
  private final Clock clock;

  public ApiTokens(IdentityStore store, SecretSource secrets, Ids ids, Clock clock) {
    this.store = store;
    this.secrets = secrets;
    this.ids = ids;
    this.clock = clock;
  }

  /// What a user asks for.
  ///
  /// @param permissions ids of permissions; empty for all that the creator holds
  public record NewToken(
      String name, Optional<Set<String>> permissions, Optional<Instant> expiresAt) {}

  /// A token just created, with the text that is shown this once.
  public record CreatedToken(ApiToken token, Secret text) {}

  public CreatedToken create(Caller caller, NewToken wanted) {
    requireNotAToken(caller);
    Instant now = clock.instant();
    if (wanted.name().isBlank() || wanted.name().length() > MAX_NAME) {
      throw invalid("name", "must have 1 to " + MAX_NAME + " characters");
    }
    if (wanted.expiresAt().isPresent() && !wanted.expiresAt().get().isAfter(now)) {
      throw invalid("expires_at", "must be in the future");
    }
    Secret secret = secrets.next();
    ApiToken token =
        new ApiToken(
            caller.tenant(),
            new ApiTokenId(ids.next()),
            caller.user(),
            wanted.name(),
            secret.sha256(),
            permissions(caller, wanted.permissions()),
            now,
            wanted.expiresAt());
    store.putApiToken(token);
    return new CreatedToken(token, new Secret(caller.tenant() + "/" + secret.reveal()));
  }

  public Page<ApiToken> list(Caller caller, PageRequest page) {
    return store.listApiTokens(caller.tenant(), caller.user(), page);
  }

  public void delete(Caller caller, String id) {
    requireNotAToken(caller);
    boolean deleted =
        ApiTokenId.parse(id)
            .map(token -> store.deleteApiToken(caller.tenant(), caller.user(), token))
            .orElse(false);
    if (!deleted) {
      throw BaseProblem.NOT_FOUND.with("what", "API token");
    }
  }

  /// The token that a credential names, unless it has expired.
  public Optional<ApiToken> find(Secret credential) {
    String[] part = credential.reveal().split("/", 2);
    Optional<TenantId> tenant = TenantId.parse(part[0]);
    if (part.length != 2 || tenant.isEmpty()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    return store
        .findApiToken(tenant.get(), new Secret(part[1]).sha256())
        .filter(token -> !token.hasExpired(now));
  }

  /// A leaked token must not be able to mint others that outlive it.
  private static void requireNotAToken(Caller caller) {
    if (caller.credential() == Caller.Credential.API_TOKEN) {
      throw BaseProblem.SESSION_REQUIRED.with();
    }
  }

  private static Set<Permission> permissions(Caller caller, Optional<Set<String>> wanted) {
    if (wanted.isEmpty()) {
      return Arrays.stream(Permission.values())
          .filter(permission -> holds(caller, permission))
          .collect(Collectors.toUnmodifiableSet());
    }
    return wanted.get().stream()
        .map(id -> Permission.find(id).orElseThrow(() -> invalid("permissions", "unknown: " + id)))
        .peek(caller::require)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean holds(Caller caller, Permission permission) {
    return switch (permission.scope()) {
      case TENANT -> caller.may(permission);
      case PRODUCT_GROUP -> caller.access().allowsSomewhere(permission);
    };
  }

  private static RuntimeException invalid(String field, String detail) {
    return BaseProblem.INVALID_FIELD.with("field", field, "detail", detail);
  }
}
