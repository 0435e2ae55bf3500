package io.firmament.graphql;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.ApiTokenId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProductGroupId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserGroupId;
import io.firmament.base.UserId;
import io.firmament.platform.identity.AnalysisConfiguration;
import io.firmament.platform.identity.ApiToken;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.Membership;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.ProductGroup;
import io.firmament.platform.identity.Session;
import io.firmament.platform.identity.Tenant;
import io.firmament.platform.identity.User;
import io.firmament.platform.identity.UserGroup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The part of the identity store that the GraphQL API uses, in memory.
final class MemoryIdentityStore implements IdentityStore {
  private final Map<TenantId, Tenant> tenants = new LinkedHashMap<>();
  private final List<ProductGroup> groups = new ArrayList<>();
  private final List<AnalysisConfiguration> configurations = new ArrayList<>();
  private final List<ApiToken> tokens = new ArrayList<>();

  void add(ProductGroup group) {
    groups.add(group);
  }

  @Override
  public Creation createTenant(NewTenant tenant) {
    tenants.put(tenant.tenant().id(), tenant.tenant());
    groups.add(tenant.productGroup());
    configurations.add(tenant.configuration());
    return Creation.CREATED;
  }

  @Override
  public Optional<Tenant> findTenant(TenantId tenant) {
    return Optional.ofNullable(tenants.get(tenant));
  }

  @Override
  public Page<ProductGroup> listProductGroups(TenantId tenant, PageRequest page) {
    return Page.last(groups.stream().filter(each -> each.tenant().equals(tenant)).toList());
  }

  @Override
  public Page<AnalysisConfiguration> listAnalysisConfigurations(TenantId tenant, PageRequest page) {
    return Page.last(configurations.stream().filter(e -> e.tenant().equals(tenant)).toList());
  }

  @Override
  public void putApiToken(ApiToken token) {
    tokens.add(token);
  }

  @Override
  public Page<ApiToken> listApiTokens(TenantId tenant, UserId user, PageRequest page) {
    return Page.last(
        tokens.stream()
            .filter(each -> each.tenant().equals(tenant) && each.user().equals(user))
            .toList());
  }

  @Override
  public Optional<ApiToken> findApiToken(TenantId tenant, Sha256 hash) {
    return tokens.stream()
        .filter(each -> each.tenant().equals(tenant) && each.hash().equals(hash))
        .findFirst();
  }

  @Override
  public boolean deleteApiToken(TenantId tenant, UserId user, ApiTokenId id) {
    return tokens.removeIf(
        each -> each.tenant().equals(tenant) && each.user().equals(user) && each.id().equals(id));
  }

  @Override
  public Optional<User> findUser(UserId user) {
    throw unused();
  }

  @Override
  public Optional<User> findUserByEmail(String email) {
    throw unused();
  }

  @Override
  public List<Membership> memberships(UserId user) {
    throw unused();
  }

  @Override
  public Optional<Membership> findMembership(TenantId tenant, UserId user) {
    throw unused();
  }

  @Override
  public List<UserGroup> groups(TenantId tenant, Set<UserGroupId> ids) {
    throw unused();
  }

  @Override
  public Optional<ProductGroup> findProductGroup(TenantId tenant, ProductGroupId id) {
    throw unused();
  }

  @Override
  public Optional<AnalysisConfiguration> findAnalysisConfiguration(
      TenantId tenant, AnalysisConfigurationId id) {
    throw unused();
  }

  @Override
  public void putSession(Session session) {
    throw unused();
  }

  @Override
  public Optional<Session> findSession(Sha256 hash) {
    throw unused();
  }

  @Override
  public void deleteSession(Sha256 hash) {
    throw unused();
  }

  @Override
  public int countAttempt(String email, Instant window, Instant forgetAt) {
    throw unused();
  }

  @Override
  public void clearAttempts(String email, Instant window) {
    throw unused();
  }

  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException("the GraphQL API does not ask for this");
  }
}
