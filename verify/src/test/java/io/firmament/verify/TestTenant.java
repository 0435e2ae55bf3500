package io.firmament.verify;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.Ids;
import io.firmament.base.ProductGroupId;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import io.firmament.base.UserGroupId;
import io.firmament.base.UserId;
import io.firmament.edge.Tokens;
import io.firmament.platform.identity.AnalysisConfiguration;
import io.firmament.platform.identity.CreateTenant;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.PasswordHash;
import io.firmament.platform.identity.ProductGroup;
import io.firmament.platform.identity.Role;
import io.firmament.platform.identity.SecretSource;
import io.firmament.platform.identity.Session;
import io.firmament.platform.identity.Tenant;
import io.firmament.platform.identity.User;
import io.firmament.platform.identity.UserGroup;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/// A tenant of the running platform with one user, and credentials of that user.
record TestTenant(
    TenantId id,
    UserId user,
    String email,
    String password,
    ProductGroupId productGroup,
    AnalysisConfigurationId configuration) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Ids IDS = Ids.random();

  /// A tenant with an administrator who can sign in.
  static TestTenant create(String name) {
    String password = new SecretSource(RANDOM).next().reveal().substring(0, 20);
    String email = name + "-" + IDS.next() + "@example.com";
    NewTenant created =
        new CreateTenant(
                Running.platform().ports().identity(),
                new PasswordHash(RANDOM),
                IDS,
                Clock.systemUTC())
            .create(name, email, new Secret(password));
    return of(created, password);
  }

  /// A tenant whose one user holds just this role, and cannot sign in with a password.
  static TestTenant withRole(Role role) {
    Instant now = Instant.now();
    TenantId tenant = new TenantId(IDS.next());
    String email = role.id() + "-" + tenant + "@example.com";
    NewTenant created =
        new NewTenant(
            new Tenant(tenant, role.id(), now),
            new User(new UserId(IDS.next()), email, "none", now),
            new UserGroup(
                tenant,
                new UserGroupId(IDS.next()),
                role.id(),
                Set.of(role),
                new UserGroup.Reach.Everywhere()),
            new ProductGroup(tenant, new ProductGroupId(IDS.next()), ProductGroup.DEFAULT_NAME),
            new AnalysisConfiguration(
                tenant,
                new AnalysisConfigurationId(IDS.next()),
                AnalysisConfiguration.DEFAULT_NAME));
    Running.platform().ports().identity().createTenant(created);
    return of(created, "");
  }

  private static TestTenant of(NewTenant created, String password) {
    return new TestTenant(
        created.tenant().id(),
        created.admin().id(),
        created.admin().email(),
        password,
        created.productGroup().id(),
        created.configuration().id());
  }

  /// A tenant token as the three-step login gives it.
  String bearer() {
    return tokens(Clock.systemUTC()).tenantToken(subject(), id);
  }

  /// Whom the platform's tokens for this user name.
  Tokens.Subject subject() {
    return new Tokens.Subject(user, email, "web", "nonce");
  }

  /// What signs with the platform's keys, at another time where the clock says so.
  static Tokens tokens(Clock clock) {
    return new Tokens(
        Running.platform().ports().idTokenKey(),
        Running.platform().ports().tenantTokenKey(),
        clock);
  }

  /// The cookie's secret of a new session.
  String session() {
    return session(Duration.ofHours(1));
  }

  /// A session that ends after a time, which may be negative.
  String session(Duration life) {
    Secret secret = new SecretSource(RANDOM).next();
    Instant now = Instant.now();
    Running.platform()
        .ports()
        .identity()
        .putSession(
            new Session(secret.sha256(), id, user, email, now.minusSeconds(60), now.plus(life)));
    return secret.reveal();
  }

  /// A new API token.
  ApiToken apiToken() {
    return apiToken("{\"name\":\"test\"}");
  }

  /// The API token that this body asks for.
  ApiToken apiToken(String body) {
    Answer created = Call.json("POST", "/api/api-tokens", body).bearer(bearer()).send();
    return new ApiToken(created.at("id"), created.at("token"));
  }

  /// @param text what is sent as bearer
  record ApiToken(String id, String text) {}
}
