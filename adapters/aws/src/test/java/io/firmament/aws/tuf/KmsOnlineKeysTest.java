package io.firmament.aws.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.KmsUnderTest;
import io.firmament.base.ProblemException;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.trust.KeySlot;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.RepositoryProblem;
import io.firmament.trust.KeyGoneException;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.trust.Signer;
import io.firmament.tuf.repository.Signers;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Keys of tenants in a KMS.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KmsOnlineKeysTest {
  private static final int CALLERS = 8;

  private final KmsUnderTest kms = KmsUnderTest.start();
  private final String prefix = "test-" + UUID.randomUUID();

  @AfterAll
  void end() {
    kms.close();
  }

  private KmsOnlineKeys process() {
    return new KmsOnlineKeys(kms.client(), prefix);
  }

  private TenantId tenant(OnlineRole... used) {
    TenantId tenant = new TenantId(UUID.randomUUID());
    kms.forget(List.of(used).stream().map(role -> alias(tenant, role, 1)).toList());
    return tenant;
  }

  private String alias(TenantId tenant, OnlineRole role, int slot) {
    String generation = slot == 1 ? "/" : "/g" + slot + "/";
    return "alias/" + prefix + "/" + tenant + generation + role.id().replace('.', '/');
  }

  private Signer made(TenantId tenant, OnlineRole role, int slot) {
    if (slot > 1) {
      kms.forget(List.of(alias(tenant, role, slot)));
    }
    return process().make(tenant, role, slot).held().orElseThrow();
  }

  private String keyId(TenantId tenant, OnlineRole role, int slot) {
    String alias = alias(tenant, role, slot);
    return kms.client().getPublicKey(b -> b.keyId(alias)).keyId();
  }

  private static String id(Signer signer) {
    return Signers.keyOf(signer).id();
  }

  private static List<String> ids(List<Signer> signers) {
    return signers.stream().map(KmsOnlineKeysTest::id).sorted().toList();
  }

  @Test
  void aKeyIsMadeOnceAndFoundByEveryProcess() throws Exception {
    kms.assumeDigests();
    TenantId tenant = tenant(OnlineRole.PUBLISHER);
    assertEquals(Optional.empty(), process().find(tenant, OnlineRole.PUBLISHER));
    Signer made = process().ensure(tenant, OnlineRole.PUBLISHER);
    Signer again = process().ensure(tenant, OnlineRole.PUBLISHER);
    Signer found = process().find(tenant, OnlineRole.PUBLISHER).orElseThrow();
    assertEquals(made.keyId(), again.keyId());
    assertEquals(made.keyId(), found.keyId());
    assertEquals(SignatureAlgorithm.ECDSA_P256_SHA256, found.algorithm());
    byte[] message = "publish".getBytes(StandardCharsets.US_ASCII);
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(made.publicKey());
    verifier.update(message);
    assertTrue(verifier.verify(found.sign(message)));
  }

  @Test
  void theKeyOfManifestsSignsByEd25519() throws Exception {
    TenantId tenant = tenant(OnlineRole.MANIFEST);
    Signer made = process().ensure(tenant, OnlineRole.MANIFEST);
    Signer found = process().find(tenant, OnlineRole.MANIFEST).orElseThrow();
    assertEquals(made.keyId(), found.keyId());
    assertEquals(SignatureAlgorithm.ED25519, found.algorithm());
    assertEquals(44, found.publicKey().getEncoded().length);
    byte[] message = "manifest".repeat(60).getBytes(StandardCharsets.US_ASCII);
    byte[] signature = found.sign(message);
    assertEquals(64, signature.length);
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(made.publicKey());
    verifier.update(message);
    assertTrue(verifier.verify(signature));
  }

  @Test
  void tenantsAndRolesHaveKeysOfTheirOwn() {
    OnlineRole dotted = OnlineRole.of(new FleetName("plant.7"));
    OnlineRole dashed = OnlineRole.of(new FleetName("plant-7"));
    List<OnlineRole> roles =
        List.of(OnlineRole.FRESHNESS, OnlineRole.PUBLISHER, OnlineRole.DIRECTOR, dotted, dashed);
    Set<Sha256> ids = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      TenantId tenant = tenant(roles.toArray(OnlineRole[]::new));
      roles.forEach(role -> ids.add(process().ensure(tenant, role).keyId()));
    }
    assertEquals(2 * roles.size(), ids.size());
  }

  @Test
  void allWhoAskAtTheSameMomentGetTheSameKeyAndNoOtherIsLeft() throws Exception {
    Optional<Integer> before = kms.enabledKeys();
    TenantId tenant = tenant(OnlineRole.FRESHNESS);
    Set<Sha256> ids = new HashSet<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      List<Callable<Signer>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        KmsOnlineKeys own = process();
        callers.add(() -> own.ensure(tenant, OnlineRole.FRESHNESS));
      }
      for (Future<Signer> signer : threads.invokeAll(callers)) {
        ids.add(signer.get().keyId());
      }
    }
    assertEquals(1, ids.size());
    assertEquals(before.map(count -> count + 1), kms.enabledKeys());
  }

  @Test
  void aStopBeforeTheAliasLeavesAKeyThatNobodyUses() {
    TenantId tenant = tenant(OnlineRole.DIRECTOR);
    String orphan = kms.key(software.amazon.awssdk.services.kms.model.KeySpec.ECC_NIST_P256);
    Signer made = process().ensure(tenant, OnlineRole.DIRECTOR);
    assertNotEquals(
        io.firmament.aws.fleet.KmsSigner.of(kms.client(), orphan).keyId(), made.keyId());
    assertEquals(made.keyId(), process().ensure(tenant, OnlineRole.DIRECTOR).keyId());
  }

  @Test
  void aKeyThatIsKnownIsNotAskedForAgain() {
    TenantId tenant = tenant(OnlineRole.PUBLISHER);
    KmsOnlineKeys keys = process();
    String id = id(keys.ensure(tenant, OnlineRole.PUBLISHER));
    assertEquals(List.of(id), ids(keys.find(tenant, OnlineRole.PUBLISHER, Set.of(id))));
    keys.find(tenant, OnlineRole.PUBLISHER);
    Optional<Long> before = kms.calls("GetPublicKey");
    keys.find(tenant, OnlineRole.PUBLISHER, Set.of(id));
    keys.find(tenant, OnlineRole.PUBLISHER);
    assertEquals(before, kms.calls("GetPublicKey"));
  }

  @Test
  void aRoleHasAKeyInEachOfItsSlotsAndTheyAreFoundByTheirIds() {
    OnlineRole role = OnlineRole.of(new FleetName("plant.7"));
    TenantId tenant = tenant(role);
    Set<String> all = new HashSet<>();
    for (int slot = 1; slot <= role.slots(); slot++) {
      assertInstanceOf(KeySlot.Free.class, process().look(tenant, role, slot));
      all.add(id(made(tenant, role, slot)));
    }
    assertEquals(role.slots(), all.size());
    for (String each : all) {
      assertEquals(List.of(each), ids(process().find(tenant, role, Set.of(each))));
    }
    assertEquals(all, Set.copyOf(ids(process().find(tenant, role, all))));
    assertEquals(List.of(), process().find(tenant, role, Set.of("0".repeat(64))));
    assertEquals(1, process().find(tenant, role, Set.of("", all.iterator().next())).size());
    assertEquals(
        RepositoryProblem.ONLINE_KEY_SLOTS_TAKEN,
        assertThrows(ProblemException.class, () -> process().free(tenant, role)).problem());
  }

  @Test
  void onlyTheFirstSlotIsLookedAtWhereItHoldsTheKey() {
    TenantId tenant = tenant(OnlineRole.FRESHNESS);
    String first = id(made(tenant, OnlineRole.FRESHNESS, 1));
    String second = id(made(tenant, OnlineRole.FRESHNESS, 2));
    KmsOnlineKeys keys = process();
    Optional<Long> before = kms.calls("GetPublicKey");
    keys.find(tenant, OnlineRole.FRESHNESS, Set.of(first));
    assertEquals(before.map(count -> count + 1), kms.calls("GetPublicKey"));
    // What is known already is not looked for beside what is not.
    assertEquals(2, keys.find(tenant, OnlineRole.FRESHNESS, Set.of(first, second)).size());
    assertEquals(before.map(count -> count + 3), kms.calls("GetPublicKey"));
  }

  @Test
  void aKeyThatIsDisabledOrToBeDeletedIsNotThereAndKeepsItsSlot() {
    TenantId tenant = tenant(OnlineRole.DIRECTOR);
    String first = id(made(tenant, OnlineRole.DIRECTOR, 1));
    String second = id(made(tenant, OnlineRole.DIRECTOR, 2));
    String disabled = keyId(tenant, OnlineRole.DIRECTOR, 1);
    String doomed = keyId(tenant, OnlineRole.DIRECTOR, 2);
    kms.client().disableKey(b -> b.keyId(disabled));
    kms.client().scheduleKeyDeletion(b -> b.keyId(doomed).pendingWindowInDays(7));

    for (int slot : List.of(1, 2)) {
      assertInstanceOf(KeySlot.Blocked.class, process().look(tenant, OnlineRole.DIRECTOR, slot));
      assertInstanceOf(KeySlot.Blocked.class, process().make(tenant, OnlineRole.DIRECTOR, slot));
    }
    assertEquals(List.of(), process().find(tenant, OnlineRole.DIRECTOR, Set.of(first, second)));
    assertEquals(3, process().free(tenant, OnlineRole.DIRECTOR));
    kms.client().enableKey(b -> b.keyId(disabled));
    assertEquals(
        List.of(first), ids(process().find(tenant, OnlineRole.DIRECTOR, Set.of(first, second))));
  }

  @Test
  void aKeyThatIsGoneSaysSoWhenItSignsAndIsLookedForAnew() {
    TenantId tenant = tenant(OnlineRole.FRESHNESS);
    KmsOnlineKeys keys = process();
    String id = id(made(tenant, OnlineRole.FRESHNESS, 1));
    Signer known = keys.find(tenant, OnlineRole.FRESHNESS, Set.of(id)).getFirst();
    known.sign(new byte[] {1});
    String key = keyId(tenant, OnlineRole.FRESHNESS, 1);
    kms.client().disableKey(b -> b.keyId(key));

    assertEquals(1, keys.find(tenant, OnlineRole.FRESHNESS, Set.of(id)).size(), "it is known");
    assertThrows(KeyGoneException.class, () -> known.sign(new byte[] {1}));
    assertEquals(List.of(), keys.find(tenant, OnlineRole.FRESHNESS, Set.of(id)));
    kms.client().enableKey(b -> b.keyId(key));
    assertEquals(1, keys.find(tenant, OnlineRole.FRESHNESS, Set.of(id)).size());
  }

  @Test
  void aSlotWhoseAliasIsGoneIsFreeAndItsOldKeySignsForNoOther() throws Exception {
    kms.assumeDigests();
    TenantId tenant = tenant(OnlineRole.PUBLISHER);
    KmsOnlineKeys keys = process();
    String old = id(made(tenant, OnlineRole.PUBLISHER, 1));
    Signer signer = keys.find(tenant, OnlineRole.PUBLISHER, Set.of(old)).getFirst();
    kms.client().deleteAlias(b -> b.aliasName(alias(tenant, OnlineRole.PUBLISHER, 1)));
    assertInstanceOf(KeySlot.Free.class, process().look(tenant, OnlineRole.PUBLISHER, 1));
    assertNotEquals(old, id(made(tenant, OnlineRole.PUBLISHER, 1)));

    byte[] message = "publish".getBytes(StandardCharsets.US_ASCII);
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(signer.publicKey());
    verifier.update(message);
    assertTrue(verifier.verify(signer.sign(message)));
  }
}
