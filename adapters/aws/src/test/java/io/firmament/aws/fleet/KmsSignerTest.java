package io.firmament.aws.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.KmsUnderTest;
import io.firmament.trust.DeviceAuthority;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.trust.TrustDomain;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.NotFoundException;

/// The JDK verifies what a key in KMS has signed.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KmsSignerTest {
  private final KmsUnderTest kms = KmsUnderTest.start();

  @AfterAll
  void end() {
    kms.close();
  }

  @Test
  void signsMessagesOfAnySizeSoThatTheJdkVerifiesThem() throws GeneralSecurityException {
    kms.assumeDigests();
    KmsSigner signer = KmsSigner.of(kms.client(), kms.key(KeySpec.ECC_NIST_P256));
    assertEquals(SignatureAlgorithm.ECDSA_P256_SHA256, signer.algorithm());
    byte[] large = new byte[100_000];
    new SecureRandom().nextBytes(large);
    for (byte[] message : new byte[][] {{}, "device".getBytes(StandardCharsets.US_ASCII), large}) {
      byte[] signature = signer.sign(message);
      assertTrue(verifies(signer, message, signature), message.length + " bytes");
      byte[] other = Arrays.copyOf(message, message.length + 1);
      assertFalse(verifies(signer, other, signature));
    }
  }

  @Test
  void holdsTheKeyOfADeviceAuthority() throws GeneralSecurityException {
    kms.assumeDigests();
    KmsSigner signer = KmsSigner.of(kms.client(), kms.key(KeySpec.ECC_NIST_P256));
    SecureRandom random = new SecureRandom();
    TrustDomain domain = new TrustDomain("fleet.test");
    Clock clock = Clock.systemUTC();
    X509Certificate root = DeviceAuthority.createRoot(domain, signer, clock, random);
    root.verify(signer.publicKey());
    root.verify(root.getPublicKey());
  }

  @Test
  void refusesAKeyOfAnotherKind() {
    String rsa = kms.key(KeySpec.RSA_2048);
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> KmsSigner.of(kms.client(), rsa));
    assertTrue(refused.toString().contains(rsa), refused::toString);
  }

  @Test
  void saysThatThereIsNoSuchKey() {
    assertThrows(
        NotFoundException.class,
        () -> KmsSigner.of(kms.client(), "00000000-0000-4000-8000-000000000000"));
  }

  private static boolean verifies(KmsSigner signer, byte[] message, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(signer.publicKey());
    verifier.update(message);
    return verifier.verify(signature);
  }
}
