package io.firmament.aws.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.AwsEngine;
import io.firmament.aws.AwsUnderTest;
import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.ApiTokenId;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.ProductGroupId;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import io.firmament.base.UserGroupId;
import io.firmament.base.UserId;
import io.firmament.platform.identity.AnalysisConfiguration;
import io.firmament.platform.identity.ApiToken;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.Membership;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroup;
import io.firmament.platform.identity.Role;
import io.firmament.platform.identity.Session;
import io.firmament.platform.identity.Tenant;
import io.firmament.platform.identity.User;
import io.firmament.platform.identity.UserGroup;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every identity store does.
abstract class IdentityStoreContract {
  private static final Instant NOW = Instant.parse("2026-05-04T10:00:00Z");

  abstract IdentityStore store();

  abstract AwsUnderTest aws();

  @Test
  void findsEverythingATenantBeginsWith() {
    NewTenant created = tenant("Begin@Example.com");
    assertEquals(IdentityStore.Creation.CREATED, store().createTenant(created));
    TenantId id = created.tenant().id();
    User admin = created.admin();
    assertEquals(Optional.of(created.tenant()), store().findTenant(id));
    assertEquals(Optional.of(admin), store().findUser(admin.id()));
    assertEquals(
        List.of(new Membership(id, "Acme", admin.id(), Set.of(created.group().id()))),
        store().memberships(admin.id()));
    assertEquals(
        List.of(created.group()), store().groups(id, Set.of(created.group().id(), group())));
    assertEquals(
        List.of(created.productGroup()),
        store().listProductGroups(id, PageRequest.first()).items());
    assertEquals(
        List.of(created.configuration()),
        store().listAnalysisConfigurations(id, PageRequest.first()).items());
    assertEquals(
        Optional.of(created.productGroup()),
        store().findProductGroup(id, created.productGroup().id()));
    assertEquals(
        Optional.of(created.configuration()),
        store().findAnalysisConfiguration(id, created.configuration().id()));
  }

  @Test
  void findsAnAccountWhateverTheCaseOfItsAddress() {
    NewTenant created = tenant("Case@Example.com");
    store().createTenant(created);
    assertEquals(Optional.of(created.admin()), store().findUserByEmail("cASE@example.COM"));
    assertEquals(Optional.empty(), store().findUserByEmail("case@example.org"));
    assertEquals(Optional.empty(), store().findUserByEmail("x".repeat(5000)));
  }

  @Test
  void leavesNothingOfATenantWhoseAddressIsTaken() {
    store().createTenant(tenant("taken@example.com"));
    NewTenant second = tenant("TAKEN@example.com");
    assertEquals(IdentityStore.Creation.EMAIL_TAKEN, store().createTenant(second));
    assertEquals(Optional.empty(), store().findTenant(second.tenant().id()));
    assertEquals(Optional.empty(), store().findUser(second.admin().id()));
    assertEquals(List.of(), store().memberships(second.admin().id()));
  }

  @Test
  void keepsTenantsApart() {
    NewTenant one = tenant("one@example.com");
    NewTenant two = tenant("two@example.com");
    store().createTenant(one);
    store().createTenant(two);
    TenantId other = two.tenant().id();
    assertEquals(Optional.empty(), store().findMembership(other, one.admin().id()));
    assertEquals(Optional.empty(), store().findProductGroup(other, one.productGroup().id()));
    assertEquals(
        Optional.empty(), store().findAnalysisConfiguration(other, one.configuration().id()));
    assertEquals(List.of(), store().groups(other, Set.of(one.group().id())));
    ApiToken token = token(one, "t", Optional.empty());
    store().putApiToken(token);
    assertEquals(Optional.empty(), store().findApiToken(other, token.hash()));
    assertFalse(store().deleteApiToken(other, one.admin().id(), token.id()));
    assertFalse(store().deleteApiToken(one.tenant().id(), two.admin().id(), token.id()));
    assertEquals(Optional.of(token), store().findApiToken(one.tenant().id(), token.hash()));
  }

  @Test
  void deletesATokenFromItsListAndFromItsHash() {
    NewTenant created = tenant("tokens@example.com");
    ApiToken token = token(created, "ci", Optional.of(NOW.plusSeconds(60)));
    store().putApiToken(token);
    TenantId tenant = token.tenant();
    assertEquals(Optional.of(token), store().findApiToken(tenant, token.hash()));
    assertEquals(
        List.of(token), store().listApiTokens(tenant, token.user(), PageRequest.first()).items());
    assertTrue(store().deleteApiToken(tenant, token.user(), token.id()));
    assertEquals(Optional.empty(), store().findApiToken(tenant, token.hash()));
    assertEquals(
        List.of(), store().listApiTokens(tenant, token.user(), PageRequest.first()).items());
    assertFalse(store().deleteApiToken(tenant, token.user(), token.id()));
  }

  @Test
  void pagesThroughTokensOnceEach() {
    NewTenant created = tenant("pages@example.com");
    Set<ApiTokenId> put = new HashSet<>();
    for (int i = 0; i < 7; i++) {
      ApiToken token = token(created, "t" + i, Optional.empty());
      store().putApiToken(token);
      put.add(token.id());
    }
    TenantId tenant = created.tenant().id();
    UserId user = created.admin().id();
    Set<ApiTokenId> seen = new HashSet<>();
    PageRequest page = new PageRequest(3, Optional.empty());
    Page<ApiToken> found = store().listApiTokens(tenant, user, page);
    while (true) {
      assertTrue(found.items().size() <= 3);
      found.items().forEach(token -> assertTrue(seen.add(token.id())));
      if (found.next().isEmpty()) {
        break;
      }
      found = store().listApiTokens(tenant, user, page.after(found.next().get()));
    }
    assertEquals(put, seen);
  }

  @Test
  void refusesACursorOfAnotherListOrOfNone() {
    NewTenant created = tenant("cursor@example.com");
    for (int i = 0; i < 2; i++) {
      store().putApiToken(token(created, "t" + i, Optional.empty()));
    }
    TenantId tenant = created.tenant().id();
    Cursor cursor =
        store()
            .listApiTokens(tenant, created.admin().id(), new PageRequest(1, Optional.empty()))
            .next()
            .orElseThrow();
    PageRequest foreign = PageRequest.first().after(cursor);
    assertThrows(ProblemException.class, () -> store().listProductGroups(tenant, foreign));
    PageRequest nonsense = PageRequest.first().after(new Cursor("!!"));
    assertThrows(ProblemException.class, () -> store().listProductGroups(tenant, nonsense));
  }

  @Test
  void keepsASessionUntilItIsDeleted() {
    NewTenant created = tenant("session@example.com");
    Session session =
        new Session(
            new Secret(UUID.randomUUID().toString()).sha256(),
            created.tenant().id(),
            created.admin().id(),
            "Session@Example.com",
            NOW,
            NOW.plusSeconds(3600));
    store().putSession(session);
    assertEquals(Optional.of(session), store().findSession(session.hash()));
    store().deleteSession(session.hash());
    assertEquals(Optional.empty(), store().findSession(session.hash()));
    store().deleteSession(session.hash());
  }

  @Test
  void countsEveryAttemptOnceEvenAtTheSameTime() {
    aws().assume(AwsEngine.Capability.ATOMIC_UPDATES);
    Set<Integer> counts = ConcurrentHashMap.newKeySet();
    IntStream.range(0, 12)
        .parallel()
        .forEach(i -> counts.add(store().countAttempt("Guess@x.org", NOW, NOW.plusSeconds(600))));
    assertEquals(12, counts.size());
    assertEquals(13, store().countAttempt("guess@X.ORG", NOW, NOW.plusSeconds(600)));
    assertEquals(
        1, store().countAttempt("guess@x.org", NOW.plusSeconds(300), NOW.plusSeconds(900)));
    store().clearAttempts("guess@x.org", NOW);
    assertEquals(1, store().countAttempt("guess@x.org", NOW, NOW.plusSeconds(600)));
  }

  private static UserGroupId group() {
    return new UserGroupId(UUID.randomUUID());
  }

  private static ApiToken token(NewTenant owner, String name, Optional<Instant> expiresAt) {
    return new ApiToken(
        owner.tenant().id(),
        new ApiTokenId(UUID.randomUUID()),
        owner.admin().id(),
        name,
        new Secret(UUID.randomUUID().toString()).sha256(),
        Set.of(Permission.FIRMWARE_VIEW, Permission.FIRMWARE_UPLOAD),
        NOW,
        expiresAt);
  }

  private static NewTenant tenant(String email) {
    TenantId tenant = new TenantId(UUID.randomUUID());
    ProductGroupId some = new ProductGroupId(UUID.randomUUID());
    return new NewTenant(
        new Tenant(tenant, "Acme", NOW),
        new User(new UserId(UUID.randomUUID()), email, "$argon2id$", NOW),
        new UserGroup(
            tenant,
            group(),
            "People",
            Set.of(Role.ANALYST, Role.FLEET_VIEWER),
            new UserGroup.Reach.Only(Set.of(some))),
        new ProductGroup(tenant, some, "Default"),
        new AnalysisConfiguration(
            tenant, new AnalysisConfigurationId(UUID.randomUUID()), "Default"));
  }
}
