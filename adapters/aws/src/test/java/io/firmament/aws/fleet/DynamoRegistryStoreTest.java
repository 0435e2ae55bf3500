package io.firmament.aws.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.AwsUnderTest;
import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.RegistryId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.registry.Access;
import io.firmament.platform.registry.Registry;
import io.firmament.platform.registry.RegistryHost;
import io.firmament.platform.registry.RegistryStore;
import io.firmament.platform.secret.Sealed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DynamoRegistryStoreTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final String table = aws.table(dynamo, "fleet");
  private final RegistryStore store = new DynamoRegistryStore(dynamo, table);
  private final FleetStore fleet = new DynamoFleetStore(dynamo, table);
  private final TenantId tenant = new TenantId(UUID.randomUUID());

  @AfterAll
  void end() {
    aws.close();
  }

  @Test
  void keepsEveryKindOfAccess() {
    TenantId one = new TenantId(UUID.randomUUID());
    List<Registry> all =
        List.of(
            registry(one, "a.example.com", new Access.Anonymous(), null),
            registry(one, "b.example.com", new Access.Password("u"), new Sealed("aa", "bb")),
            registry(
                one,
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
                new Access.AwsRole("arn:aws:iam::123456789012:role/firmament-x"),
                null),
            registry(
                one,
                "europe-docker.pkg.dev",
                new Access.ServiceAccount("a@b.iam.gserviceaccount.com"),
                new Sealed("cc", "dd")));
    all.forEach(registry -> assertTrue(store.add(registry, audit(registry))));
    all.forEach(registry -> assertEquals(Optional.of(registry), store.find(one, registry.id())));
    assertEquals(4, store.count(one));
    assertEquals(4, store.list(one, PageRequest.first()).items().size());
  }

  @Test
  void connectsAHostOnce() {
    Registry first = registry(tenant, "once.example.com", new Access.Anonymous(), null);
    Registry second = registry(tenant, "once.example.com", new Access.Anonymous(), null);
    assertTrue(store.add(first, audit(first)));
    assertFalse(store.add(second, audit(second)));
    assertEquals(Optional.empty(), store.find(tenant, second.id()));
    TenantId other = new TenantId(UUID.randomUUID());
    Registry theirs = registry(other, "once.example.com", new Access.Anonymous(), null);
    assertTrue(store.add(theirs, audit(theirs)), "other tenants have hosts of their own");
    assertTrue(store.remove(first, audit(first)));
    assertTrue(store.add(second, audit(second)), "and a host is free again");
  }

  @Test
  void writesOnlyWhatIsBasedOnWhatThereIs() {
    Registry registry = registry(tenant, "v.example.com", new Access.Anonymous(), null);
    assertTrue(store.add(registry, audit(registry)));
    Registry changed =
        new Registry(
            tenant,
            registry.id(),
            registry.host(),
            "new",
            new Access.Password("u"),
            new Sealed("a", "b"),
            registry.createdBy(),
            NOW,
            NOW.plusSeconds(1),
            1);
    assertTrue(store.replace(changed, audit(registry)));
    assertFalse(store.replace(changed, audit(registry)), "that was based on the first version");
    assertFalse(store.remove(registry, audit(registry)));
    Registry now = store.find(tenant, registry.id()).orElseThrow();
    assertEquals(2, now.version());
    assertEquals("new", now.label());
    assertEquals(Optional.of(new Sealed("a", "b")), now.findSealed());
    assertTrue(store.remove(now, audit(registry)));
    assertFalse(store.replace(now, audit(registry)));
    assertEquals(Optional.empty(), store.find(tenant, registry.id()));
  }

  @Test
  void writesTheAuditEventWithTheDeedAndNoneWithoutIt() {
    TenantId one = new TenantId(UUID.randomUUID());
    Registry registry = registry(one, "audit.example.com", new Access.Anonymous(), null);
    store.add(registry, audit(registry));
    store.add(registry(one, "audit.example.com", new Access.Anonymous(), null), audit(registry));
    assertEquals(1, fleet.auditEvents(one, PageRequest.first()).items().size());
  }

  @Test
  void pagesByCursorAndByOffset() {
    TenantId one = new TenantId(UUID.randomUUID());
    for (int i = 0; i < 7; i++) {
      Registry registry = registry(one, "h" + i + ".example.com", new Access.Anonymous(), null);
      store.add(registry, audit(registry));
    }
    List<RegistryId> all = new ArrayList<>();
    PageRequest request = new PageRequest(3, Optional.empty());
    Page<Registry> page = store.list(one, request);
    page.items().forEach(each -> all.add(each.id()));
    while (page.next().isPresent()) {
      page = store.list(one, request.after(page.next().get()));
      page.items().forEach(each -> all.add(each.id()));
    }
    assertEquals(7, all.stream().distinct().count());
    assertEquals(
        all.subList(5, 7),
        store.list(one, new PageRequest(3, Optional.empty(), 5)).items().stream()
            .map(Registry::id)
            .toList());
    assertEquals(List.of(), store.list(one, new PageRequest(3, Optional.empty(), 8)).items());
    ProblemException e =
        assertThrows(
            ProblemException.class,
            () -> store.list(one, new PageRequest(3, Optional.of(new Cursor("x")))));
    assertEquals(BaseProblem.INVALID_CURSOR, e.problem());
    TenantId other = new TenantId(UUID.randomUUID());
    assertEquals(
        List.of(),
        store
            .list(other, new PageRequest(3, Optional.of(new Cursor(all.getFirst().toString()))))
            .items());
    assertEquals(Optional.empty(), store.find(other, all.getFirst()));
  }

  private static Registry registry(
      TenantId tenant, String host, Access access, @Nullable Sealed sealed) {
    return new Registry(
        tenant,
        new RegistryId(UUID.randomUUID()),
        new RegistryHost(host),
        "label",
        access,
        sealed,
        new UserId(UUID.randomUUID()),
        NOW,
        NOW,
        1);
  }

  private static AuditEvent audit(Registry registry) {
    return new AuditEvent(
        UUID.randomUUID(),
        registry.tenant(),
        NOW,
        "user:x",
        "registry.connected",
        "registry:" + registry.id(),
        new TreeMap<>());
  }
}
