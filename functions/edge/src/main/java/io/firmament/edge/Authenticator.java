package io.firmament.edge;

import io.firmament.base.BaseProblem;
import io.firmament.base.Secret;
import io.firmament.platform.identity.ApiTokens;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Callers;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.Session;
import io.firmament.schema.Route;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds out who calls, and whether the route is open to that caller. The functions and the
/// transfer service share it.
public final class Authenticator {
  private static final Set<Permission> ALL = Set.of(Permission.values());
  private static final String BEARER = "bearer ";

  private final IdentityStore store;
  private final ApiTokens apiTokens;
  private final Callers callers;
  private final Tokens tokens;
  private final Clock clock;

  public Authenticator(IdentityStore store, ApiTokens apiTokens, Tokens tokens, Clock clock) {
    this.store = store;
    this.apiTokens = apiTokens;
    this.callers = new Callers(store);
    this.tokens = tokens;
    this.clock = clock;
  }

  /// The caller, who holds the route's permission; empty only for a route that needs no credential.
  ///
  /// @param headers by lower-case name
  public Optional<Caller> authenticate(Route route, Map<String, String> headers) {
    Optional<Caller> caller =
        switch (route.auth()) {
          case NONE -> Optional.empty();
          case TENANT -> Optional.of(bearer(headers));
          case SESSION -> Optional.of(session(headers));
          case SESSION_OR_KEY ->
              Optional.of(
                  headers.containsKey("authorization") ? bearer(headers) : session(headers));
        };
    caller.ifPresent(who -> route.permission().ifPresent(id -> who.require(permission(id))));
    return caller;
  }

  private Caller bearer(Map<String, String> headers) {
    String header = headers.getOrDefault("authorization", "");
    if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw unauthenticated("send a token as Authorization: Bearer");
    }
    String credential = header.substring(BEARER.length()).strip();
    Optional<Callers.Proven> proven =
        credential.contains("/") ? apiToken(new Secret(credential)) : tenantToken(credential);
    return proven
        .flatMap(callers::find)
        .orElseThrow(() -> unauthenticated("the token is unknown, expired or deleted"));
  }

  private Optional<Callers.Proven> tenantToken(String credential) {
    return tokens
        .verifyTenantToken(credential)
        .map(
            who ->
                new Callers.Proven(
                    who.tenant(), who.user(), who.email(), Caller.Credential.TENANT_TOKEN, ALL));
  }

  private Optional<Callers.Proven> apiToken(Secret credential) {
    return apiTokens
        .find(credential)
        .flatMap(
            token ->
                store
                    .findUser(token.user())
                    .map(
                        user ->
                            new Callers.Proven(
                                token.tenant(),
                                token.user(),
                                user.email(),
                                Caller.Credential.API_TOKEN,
                                token.permissions())));
  }

  private Caller session(Map<String, String> headers) {
    Optional<Secret> cookie = SessionCookie.in(headers);
    if (cookie.isEmpty() && headers.containsKey("authorization")) {
      throw BaseProblem.SESSION_REQUIRED.with();
    }
    Optional<Session> session =
        cookie
            .flatMap(secret -> store.findSession(secret.sha256()))
            .filter(found -> !found.hasExpired(clock.instant()));
    return session
        .flatMap(
            found ->
                callers.find(
                    new Callers.Proven(
                        found.tenant(),
                        found.user(),
                        found.email(),
                        Caller.Credential.SESSION,
                        ALL)))
        .orElseThrow(() -> unauthenticated("no valid session; sign in"));
  }

  private static Permission permission(String id) {
    return Permission.find(id)
        .orElseThrow(() -> new IllegalStateException("the contract names a permission " + id));
  }

  private static RuntimeException unauthenticated(String detail) {
    return BaseProblem.UNAUTHENTICATED.with("detail", detail);
  }
}
