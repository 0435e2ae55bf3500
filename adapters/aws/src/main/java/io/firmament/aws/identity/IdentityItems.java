package io.firmament.aws.identity;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.ApiTokenId;
import io.firmament.base.ProductGroupId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserGroupId;
import io.firmament.base.UserId;
import io.firmament.platform.identity.AnalysisConfiguration;
import io.firmament.platform.identity.ApiToken;
import io.firmament.platform.identity.Membership;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroup;
import io.firmament.platform.identity.Role;
import io.firmament.platform.identity.Session;
import io.firmament.platform.identity.Tenant;
import io.firmament.platform.identity.User;
import io.firmament.platform.identity.UserGroup;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Identity records as items, and back.
final class IdentityItems {
  private IdentityItems() {}

  static Item of(Tenant tenant) {
    return Item.of(IdentityKeys.tenant(tenant.id()), IdentityKeys.TENANT)
        .with("tenant", tenant.id())
        .with("name", tenant.name())
        .with("createdAt", tenant.createdAt());
  }

  static Tenant tenant(Item item) {
    return new Tenant(
        TenantId.of(item.text("tenant")), item.text("name"), item.instant("createdAt"));
  }

  static Item of(User user) {
    return Item.of(IdentityKeys.user(user.id()), IdentityKeys.USER)
        .with("user", user.id())
        .with("email", user.email())
        .with("passwordHash", user.passwordHash())
        .with("createdAt", user.createdAt());
  }

  static User user(Item item) {
    return new User(
        UserId.of(item.text("user")),
        item.text("email"),
        item.text("passwordHash"),
        item.instant("createdAt"));
  }

  static Item of(Membership membership) {
    return Item.of(IdentityKeys.user(membership.user()), IdentityKeys.MEMBER + membership.tenant())
        .with("tenant", membership.tenant())
        .with("tenantName", membership.tenantName())
        .with("user", membership.user())
        .withAll("groups", membership.groups().stream().map(UserGroupId::toString).toList());
  }

  static Membership membership(Item item) {
    return new Membership(
        TenantId.of(item.text("tenant")),
        item.text("tenantName"),
        UserId.of(item.text("user")),
        item.texts("groups").stream().map(UserGroupId::of).collect(Collectors.toUnmodifiableSet()));
  }

  static Item of(UserGroup group) {
    Item item =
        Item.of(IdentityKeys.tenant(group.tenant()), IdentityKeys.GROUP + group.id())
            .with("tenant", group.tenant())
            .with("id", group.id())
            .with("name", group.name())
            .withAll("roles", group.roles().stream().map(Role::id).toList());
    return switch (group.reach()) {
      case UserGroup.Reach.Everywhere() -> item;
      case UserGroup.Reach.Only(Set<ProductGroupId> some) ->
          item.withAll("productGroups", some.stream().map(ProductGroupId::toString).toList());
    };
  }

  static UserGroup group(Item item) {
    UserGroup.Reach reach =
        item.has("productGroups")
            ? new UserGroup.Reach.Only(
                item.texts("productGroups").stream()
                    .map(ProductGroupId::of)
                    .collect(Collectors.toUnmodifiableSet()))
            : new UserGroup.Reach.Everywhere();
    return new UserGroup(
        TenantId.of(item.text("tenant")),
        UserGroupId.of(item.text("id")),
        item.text("name"),
        item.texts("roles").stream()
            .map(id -> Role.find(id).orElseThrow())
            .collect(Collectors.toUnmodifiableSet()),
        reach);
  }

  static Item of(ProductGroup group) {
    return Item.of(IdentityKeys.tenant(group.tenant()), IdentityKeys.PRODUCT_GROUP + group.id())
        .with("tenant", group.tenant())
        .with("id", group.id())
        .with("name", group.name());
  }

  static ProductGroup productGroup(Item item) {
    return new ProductGroup(
        TenantId.of(item.text("tenant")), ProductGroupId.of(item.text("id")), item.text("name"));
  }

  static Item of(AnalysisConfiguration configuration) {
    return Item.of(
            IdentityKeys.tenant(configuration.tenant()),
            IdentityKeys.CONFIGURATION + configuration.id())
        .with("tenant", configuration.tenant())
        .with("id", configuration.id())
        .with("name", configuration.name());
  }

  static AnalysisConfiguration configuration(Item item) {
    return new AnalysisConfiguration(
        TenantId.of(item.text("tenant")),
        AnalysisConfigurationId.of(item.text("id")),
        item.text("name"));
  }

  /// The token under its secret's hash; [#listed] is the same in its user's list.
  static Item of(ApiToken token) {
    return fill(
        Item.of(IdentityKeys.apiToken(token.tenant(), token.hash()), IdentityKeys.API_TOKEN),
        token);
  }

  static Item listed(ApiToken token) {
    return fill(
        Item.of(
            IdentityKeys.tenant(token.tenant()),
            IdentityKeys.listedApiToken(token.user(), token.id())),
        token);
  }

  private static Item fill(Item item, ApiToken token) {
    return item.with("tenant", token.tenant())
        .with("id", token.id())
        .with("user", token.user())
        .with("name", token.name())
        .with("hash", token.hash())
        .withAll("permissions", token.permissions().stream().map(Permission::id).toList())
        .with("createdAt", token.createdAt())
        .with("validUntil", token.expiresAt());
  }

  static ApiToken apiToken(Item item) {
    return new ApiToken(
        TenantId.of(item.text("tenant")),
        ApiTokenId.of(item.text("id")),
        UserId.of(item.text("user")),
        item.text("name"),
        new Sha256(item.text("hash")),
        item.texts("permissions").stream()
            .map(Permission::find)
            .flatMap(Optional::stream)
            .collect(Collectors.toUnmodifiableSet()),
        item.instant("createdAt"),
        item.find("validUntil").map(Instant::parse));
  }

  static Item of(Session session) {
    return Item.of(IdentityKeys.session(session.hash()), IdentityKeys.SESSION)
        .with("hash", session.hash())
        .with("tenant", session.tenant())
        .with("user", session.user())
        .with("email", session.email())
        .with("createdAt", session.createdAt())
        .with("validUntil", session.expiresAt())
        .expiringAt(session.expiresAt());
  }

  static Session session(Item item) {
    return new Session(
        new Sha256(item.text("hash")),
        TenantId.of(item.text("tenant")),
        UserId.of(item.text("user")),
        item.text("email"),
        item.instant("createdAt"),
        item.instant("validUntil"));
  }
}
