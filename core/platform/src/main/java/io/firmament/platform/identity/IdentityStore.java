package io.firmament.platform.identity;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.ApiTokenId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProductGroupId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserGroupId;
import io.firmament.base.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Tenants, users and their credentials. Every read sees every write that was answered before it,
/// so that what is deleted is refused at once.
public interface IdentityStore {
  /// What became of a new tenant.
  enum Creation {
    CREATED,
    EMAIL_TAKEN
  }

  Creation createTenant(NewTenant tenant);

  Optional<Tenant> findTenant(TenantId tenant);

  Optional<User> findUser(UserId user);

  /// Finds an account whatever the case of the address.
  Optional<User> findUserByEmail(String email);

  /// The tenants of a user, by tenant id.
  List<Membership> memberships(UserId user);

  Optional<Membership> findMembership(TenantId tenant, UserId user);

  /// The groups of these ids that exist.
  List<UserGroup> groups(TenantId tenant, Set<UserGroupId> ids);

  Page<ProductGroup> listProductGroups(TenantId tenant, PageRequest page);

  Optional<ProductGroup> findProductGroup(TenantId tenant, ProductGroupId id);

  Page<AnalysisConfiguration> listAnalysisConfigurations(TenantId tenant, PageRequest page);

  Optional<AnalysisConfiguration> findAnalysisConfiguration(
      TenantId tenant, AnalysisConfigurationId id);

  void putApiToken(ApiToken token);

  /// The tokens of one user in one tenant, expired ones too.
  Page<ApiToken> listApiTokens(TenantId tenant, UserId user, PageRequest page);

  /// Finds a token even if it has expired.
  Optional<ApiToken> findApiToken(TenantId tenant, Sha256 hash);

  /// False where the user has no such token in the tenant.
  boolean deleteApiToken(TenantId tenant, UserId user, ApiTokenId id);

  void putSession(Session session);

  /// Finds a session even if it has expired.
  Optional<Session> findSession(Sha256 hash);

  void deleteSession(Sha256 hash);

  /// Counts one attempt to sign in, atomically, and gives the number of attempts so far.
  ///
  /// @param window start of the period that attempts are counted in
  /// @param forgetAt from when on the count may be deleted
  int countAttempt(String email, Instant window, Instant forgetAt);

  /// Forgets the attempts of a period, after one that succeeded.
  void clearAttempts(String email, Instant window);
}
