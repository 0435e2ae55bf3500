package io.firmament.aws.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.KmsUnderTest;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.trust.Signer;
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
    kms.forget(
        List.of(used).stream()
            .map(role -> "alias/" + prefix + "/" + tenant + "/" + role.id().replace('.', '/'))
            .toList());
    return tenant;
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
    keys.ensure(tenant, OnlineRole.PUBLISHER);
    Optional<Long> before = kms.calls("GetPublicKey");
    keys.ensure(tenant, OnlineRole.PUBLISHER);
    keys.find(tenant, OnlineRole.PUBLISHER);
    assertEquals(before, kms.calls("GetPublicKey"));
  }
}
