package io.firmament.platform.identity;

/// Everything a tenant begins with; it comes into being in one transaction or not at all.
///
/// @param admin the first user
/// @param group the first group, which the first user is a member of
public record NewTenant(
    Tenant tenant,
    User admin,
    UserGroup group,
    ProductGroup productGroup,
    AnalysisConfiguration configuration) {}
