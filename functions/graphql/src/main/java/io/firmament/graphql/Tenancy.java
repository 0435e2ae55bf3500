package io.firmament.graphql;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.ApiTokenId;
import io.firmament.base.ProductGroupId;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import io.firmament.platform.identity.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the API needs to know of a tenant beyond the caller.
public interface Tenancy {
  Tenant tenant(TenantId tenant);

  List<ProductGroup> productGroups(TenantId tenant);

  List<AnalysisConfiguration> analysisConfigurations(TenantId tenant);

  /// The caller's own tokens.
  List<ApiToken> apiTokens(Caller caller);

  CreatedApiToken createApiToken(Caller caller, String name, Optional<Instant> expiresAt);

  /// Refuses where the caller has no such token.
  void deleteApiToken(Caller caller, ApiTokenId id);

  /// A tenant's name.
  record Tenant(TenantId id, String name) {}

  /// A product group's name.
  record ProductGroup(ProductGroupId id, String name) {}

  /// An analysis configuration's name.
  record AnalysisConfiguration(AnalysisConfigurationId id, String name) {}

  /// A token without its secret.
  record ApiToken(ApiTokenId id, String name, Instant createdAt, Optional<Instant> expiresAt) {}

  /// A token at the only moment that its secret can be read.
  record CreatedApiToken(ApiTokenId id, String name, Secret token, Optional<Instant> expiresAt) {}
}
