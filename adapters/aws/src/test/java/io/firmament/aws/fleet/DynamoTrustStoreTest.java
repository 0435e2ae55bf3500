package io.firmament.aws.fleet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.AwsUnderTest;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.trust.Ceremony;
import io.firmament.platform.trust.TrustRecord;
import io.firmament.platform.trust.TrustStore;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import io.firmament.tuf.repository.Publisher;
import io.firmament.tuf.repository.Signers;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Ceremonies and renewals in a real table.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DynamoTrustStoreTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final int WRITERS = 8;

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final TrustStore store =
      new DynamoTrustStore(aws.dynamo(), aws.table(aws.dynamo(), "fleet"));

  @AfterAll
  void end() {
    aws.close();
  }

  @Test
  void keepsACeremonyAsItWasAndThenNoMore() {
    TenantId tenant = tenant();
    assertEquals(Optional.empty(), store.find(tenant));
    Ceremony ceremony = ceremony();
    assertTrue(put(record(tenant, Optional.of(ceremony), 0), Optional.empty()));
    TrustRecord kept = store.find(tenant).orElseThrow();
    assertEquals(1, kept.version());
    Ceremony open = kept.open().orElseThrow();
    assertArrayEquals(ceremony.root().orElseThrow().toBytes(), open.root().orElseThrow().toBytes());
    assertArrayEquals(
        ceremony.targets().orElseThrow().toBytes(), open.targets().orElseThrow().toBytes());
    assertEquals(ceremony.preparedAt(), open.preparedAt());
    assertEquals(ceremony.preparedBy(), open.preparedBy());

    Ceremony half = new Ceremony(Optional.empty(), ceremony.targets(), NOW, ceremony.preparedBy());
    assertTrue(put(record(tenant, Optional.of(half), 1), Optional.empty()));
    assertEquals(Optional.empty(), store.find(tenant).orElseThrow().open().orElseThrow().root());
    assertTrue(put(record(tenant, Optional.empty(), 2), Optional.empty()));
    assertEquals(Optional.empty(), store.find(tenant).orElseThrow().open());
  }

  @Test
  void keepsTheSlotsOfTheNewestKeysAlsoWhenTheCeremonyIsOver() {
    TenantId tenant = tenant();
    SortedMap<String, Integer> newest = new TreeMap<>(Map.of("freshness", 2, "fleet-a.b", 8));
    TrustRecord open = new TrustRecord(tenant, Optional.of(ceremony()), newest, 0);
    assertTrue(put(open, Optional.empty()));
    assertEquals(newest, store.find(tenant).orElseThrow().newest());
    assertTrue(put(new TrustRecord(tenant, Optional.empty(), newest, 1), Optional.empty()));
    assertEquals(newest, store.find(tenant).orElseThrow().newest());
  }

  @Test
  void ofManyWritersOfOneVersionOneWins() throws Exception {
    TenantId tenant = tenant();
    for (int version = 0; version < 3; version++) {
      TrustRecord record = record(tenant, Optional.of(ceremony()), version);
      List<Callable<Boolean>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(() -> put(record, Optional.empty()));
      }
      int won = 0;
      try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
        for (Future<Boolean> each : threads.invokeAll(writers)) {
          won += each.get() ? 1 : 0;
        }
      }
      assertEquals(1, won);
    }
    assertFalse(put(record(tenant, Optional.empty(), 0), Optional.empty()));
    assertFalse(put(record(tenant(), Optional.empty(), 7), Optional.empty()));
  }

  @Test
  void listsWhatIsDueLongestFirstInPages() {
    Instant early = Instant.parse("2001-01-01T00:00:00Z");
    List<TenantId> tenants = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      TenantId tenant = tenant();
      tenants.add(tenant);
      assertTrue(put(record(tenant, Optional.empty(), 0), Optional.of(early.plusSeconds(i))));
    }
    put(record(tenant(), Optional.empty(), 0), Optional.empty());

    assertEquals(List.of(), store.due(early.minusMillis(1), 10));
    assertEquals(tenants.subList(0, 1), store.due(early, 10));
    assertEquals(tenants.subList(0, 2), store.due(early.plusSeconds(9), 2));
    assertEquals(tenants, store.due(early.plusSeconds(9), 10));

    Instant looked = early.plusSeconds(9);
    store.renewed(tenants.get(0), looked, looked.plusSeconds(60));
    assertEquals(tenants.subList(1, 5), store.due(looked, 10));
    assertTrue(store.due(looked.plusSeconds(60), 10).contains(tenants.get(0)));
    tenants.forEach(tenant -> store.renewed(tenant, looked, NOW.plus(9, ChronoUnit.DAYS)));
  }

  @Test
  void whatBecameDueMeanwhileStaysSo() {
    TenantId tenant = tenant();
    Instant early = Instant.parse("2002-01-01T00:00:00Z");
    put(record(tenant, Optional.empty(), 0), Optional.of(early.plusSeconds(60)));
    // Somebody looked at it before that was said.
    store.renewed(tenant, early, early.plusSeconds(3600));
    assertTrue(store.due(early.plusSeconds(60), 100).contains(tenant));
    // A write that says nothing of it leaves it as it is.
    assertTrue(put(record(tenant, Optional.of(ceremony()), 1), Optional.empty()));
    assertTrue(store.due(early.plusSeconds(60), 100).contains(tenant));
    // A tenant that has no record gets none.
    store.renewed(tenant(), early, early);
    assertEquals(List.of(), store.due(early, 100));
    store.renewed(tenant, early.plusSeconds(60), NOW.plus(9, ChronoUnit.DAYS));
  }

  private static TrustRecord record(TenantId tenant, Optional<Ceremony> open, long version) {
    return new TrustRecord(tenant, open, new TreeMap<>(), version);
  }

  private boolean put(TrustRecord record, Optional<Instant> renewAt) {
    AuditEvent audit =
        new AuditEvent(
            UUID.randomUUID(),
            record.tenant(),
            NOW,
            "user:x",
            "trust.prepared",
            "repository",
            new TreeMap<>());
    return store.put(record, renewAt, audit);
  }

  private static TenantId tenant() {
    return new TenantId(UUID.randomUUID());
  }

  private static Ceremony ceremony() {
    Root.Assignment keys =
        new Root.Assignment(List.of(Signers.keyOf(SoftwareSigner.generate())), 1);
    Root root =
        Root.create(
            NOW,
            Map.of(
                RoleName.ROOT, keys,
                RoleName.TARGETS, keys,
                RoleName.SNAPSHOT, keys,
                RoleName.TIMESTAMP, keys));
    Targets targets = Publisher.firstTargets(NOW, keys, keys);
    return new Ceremony(
        Optional.of(Metadata.unsigned(root)),
        Optional.of(Metadata.unsigned(targets)),
        NOW,
        new UserId(UUID.randomUUID()));
  }
}
