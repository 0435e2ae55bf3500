package io.firmament.aws.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.KmsUnderTest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KmsException;

/// The JDK verifies the tokens that a key in KMS has signed.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KmsTokenSignerTest {
  private final KmsUnderTest kms = KmsUnderTest.start();

  @AfterAll
  void end() {
    kms.close();
  }

  @Test
  void signsTokensOfAnySizeSoThatTheJdkVerifiesThem() throws GeneralSecurityException {
    kms.assumeDigests();
    String key = kms.key(KeySpec.RSA_2048);
    KmsTokenSigner signer = new KmsTokenSigner(kms::client, () -> key);
    for (String token : new String[] {"e30.e30", "e30." + "A".repeat(20_000)}) {
      byte[] input = token.getBytes(StandardCharsets.US_ASCII);
      byte[] signature = signer.sign(input);
      assertTrue(verifies(signer, input, signature));
      input[0] ^= 1;
      assertFalse(verifies(signer, input, signature));
    }
  }

  @Test
  void asksForNothingBeforeItIsUsedAndForThePublicKeyOnce() {
    String key = kms.key(KeySpec.RSA_2048);
    AtomicInteger clients = new AtomicInteger();
    AtomicInteger ids = new AtomicInteger();
    long before = kms.calls("GetPublicKey").orElse(0L);
    KmsTokenSigner signer =
        new KmsTokenSigner(
            () -> {
              clients.incrementAndGet();
              return kms.client();
            },
            () -> {
              ids.incrementAndGet();
              return key;
            });
    assertEquals(0, clients.get() + ids.get());
    assertEquals(signer.publicKey(), signer.publicKey());
    assertEquals(2048, signer.publicKey().getModulus().bitLength());
    assertEquals(1, clients.get());
    assertEquals(1, ids.get());
    kms.calls("GetPublicKey").ifPresent(calls -> assertEquals(1, calls - before));
  }

  @Test
  void refusesAKeyOfAnotherKind() {
    String key = kms.key(KeySpec.ECC_NIST_P256);
    KmsTokenSigner signer = new KmsTokenSigner(kms::client, () -> key);
    assertThrows(IllegalStateException.class, signer::publicKey);
    assertThrows(KmsException.class, () -> signer.sign(new byte[] {1}));
  }

  private static boolean verifies(KmsTokenSigner signer, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance("SHA256withRSA");
    verifier.initVerify(signer.publicKey());
    verifier.update(input);
    return verifier.verify(signature);
  }
}
