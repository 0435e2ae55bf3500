package io.firmament.platform.identity;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.ProductGroupId;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import io.firmament.base.UserGroupId;
import io.firmament.base.UserId;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;

/// Creates a tenant with its first user, who is an administrator, and what every tenant has: a
/// product group and an analysis configuration named "Default".
public final class CreateTenant {
  private static final int MIN_PASSWORD = 12;

  private final IdentityStore store;
  private final PasswordHash passwords;
  private final Ids ids;
  private final Clock clock;

  public CreateTenant(IdentityStore store, PasswordHash passwords, Ids ids, Clock clock) {
    this.store = store;
    this.passwords = passwords;
    this.ids = ids;
    this.clock = clock;
  }

  public NewTenant create(String name, String email, Secret password) {
    require(!name.isBlank() && name.length() <= 100, "name", "must have 1 to 100 characters");
    require(
        email.length() <= 320 && email.strip().matches("[^@\\s]+@[^@\\s]+"),
        "email",
        "must be an e-mail address");
    require(
        password.reveal().length() >= MIN_PASSWORD,
        "password",
        "must have at least " + MIN_PASSWORD + " characters");
    Instant now = clock.instant();
    TenantId tenant = new TenantId(ids.next());
    NewTenant created =
        new NewTenant(
            new Tenant(tenant, name, now),
            new User(new UserId(ids.next()), email.strip(), passwords.hash(password), now),
            new UserGroup(
                tenant,
                new UserGroupId(ids.next()),
                "Administrators",
                Set.of(Role.ADMIN),
                new UserGroup.Reach.Everywhere()),
            new ProductGroup(tenant, new ProductGroupId(ids.next()), ProductGroup.DEFAULT_NAME),
            new AnalysisConfiguration(
                tenant,
                new AnalysisConfigurationId(ids.next()),
                AnalysisConfiguration.DEFAULT_NAME));
    return switch (store.createTenant(created)) {
      case CREATED -> created;
      case EMAIL_TAKEN -> throw IdentityProblem.EMAIL_TAKEN.with();
    };
  }

  private static void require(boolean condition, String field, String detail) {
    if (!condition) {
      throw BaseProblem.INVALID_FIELD.with("field", field, "detail", detail);
    }
  }
}
