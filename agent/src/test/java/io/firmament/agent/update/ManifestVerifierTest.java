package io.firmament.agent.update;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.google.protobuf.ByteString;
import io.firmament.agent.update.ManifestVerifier.Expected;
import io.firmament.agent.update.ManifestVerifier.Reason;
import io.firmament.agent.update.ManifestVerifier.Verdict;
import io.firmament.base.Sha256;
import io.firmament.device.v1.CompactUpdateManifest;
import io.firmament.device.v1.SignedManifest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ManifestVerifierTest {
  private static final String CONTEXT = "firmament:device-manifest:v1\n";
  private static final Expected EXPECTED =
      new Expected("tenant-1", "lamp", "esp32-s3", 4, Set.of(6L));

  private final KeyPair key = pair();
  private final ManifestVerifier verifier = new ManifestVerifier(key.getPublic());

  private static KeyPair pair() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static CompactUpdateManifest manifest() {
    return CompactUpdateManifest.newBuilder()
        .setSchemaVersion(1)
        .setTenantId("tenant-1")
        .setArtifactName("lamp")
        .setArtifactVersion("2.0")
        .setSha256("ab".repeat(32))
        .setSizeBytes(100)
        .setTargetProfile("esp32-s3")
        .setRollbackCounter(5)
        .setIssuedAtUnix(1_780_000_000)
        .build();
  }

  private SignedManifest signed(ByteString manifest, String context) {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(key.getPrivate());
      signer.update(context.getBytes(StandardCharsets.US_ASCII));
      signer.update(manifest.toByteArray());
      return SignedManifest.newBuilder()
          .setManifest(manifest)
          .setAlg("ed25519")
          .setKeyId(Sha256.of(key.getPublic().getEncoded()).hex())
          .setSignature(ByteString.copyFrom(signer.sign()))
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private SignedManifest signed(CompactUpdateManifest manifest) {
    return signed(manifest.toByteString(), CONTEXT);
  }

  private void refused(Reason reason, SignedManifest envelope) {
    assertEquals(
        new Verdict.Refused(reason), verifier.verify(envelope.toByteArray(), EXPECTED), "envelope");
  }

  private void refused(Reason reason, UnaryOperator<CompactUpdateManifest.Builder> change) {
    refused(reason, signed(change.apply(manifest().toBuilder()).build()));
  }

  @Test
  void believesWhatTheKeyHasSignedForThisDevice() {
    assertEquals(
        new Verdict.Accepted(manifest()),
        verifier.verify(signed(manifest()).toByteArray(), EXPECTED));
  }

  @Test
  void believesNoOtherAlgorithmEvenWithASignatureThatIsGood() {
    for (String algorithm : new String[] {"", "Ed25519", "none", "ed25519ph"}) {
      refused(Reason.ALGORITHM, signed(manifest()).toBuilder().setAlg(algorithm).build());
    }
  }

  @Test
  void believesNoSignatureOfAnotherSize() {
    for (int size : new int[] {0, 63, 65, 4096}) {
      refused(
          Reason.SIGNATURE_SIZE,
          signed(manifest()).toBuilder().setSignature(ByteString.copyFrom(new byte[size])).build());
    }
  }

  @Test
  void believesNothingThatIsEmptyOrTooBig() {
    refused(Reason.EMPTY, signed(ByteString.EMPTY, CONTEXT));
    int rest = 512 - manifest().toBuilder().setArtifactVersion("").build().getSerializedSize() - 3;
    CompactUpdateManifest largest =
        manifest().toBuilder().setArtifactVersion("v".repeat(rest)).build();
    assertEquals(512, largest.getSerializedSize());
    assertInstanceOf(
        Verdict.Accepted.class, verifier.verify(signed(largest).toByteArray(), EXPECTED));
    refused(Reason.TOO_BIG, one -> one.setArtifactVersion("v".repeat(rest + 1)));
  }

  @Test
  void believesNoOtherKey() {
    String other = Sha256.of(pair().getPublic().getEncoded()).hex();
    for (String id : new String[] {"", other, "AB".repeat(32)}) {
      refused(Reason.KEY_ID, signed(manifest()).toBuilder().setKeyId(id).build());
    }
    ManifestVerifier stranger = new ManifestVerifier(pair().getPublic());
    assertEquals(
        new Verdict.Refused(Reason.KEY_ID),
        stranger.verify(signed(manifest()).toByteArray(), EXPECTED));
  }

  @Test
  void believesNoSignatureOverAnythingElse() {
    refused(Reason.SIGNATURE, signed(manifest().toByteString(), ""));
    refused(Reason.SIGNATURE, signed(manifest().toByteString(), "firmament:device-manifest:v2\n"));
    SignedManifest good = signed(manifest());
    byte[] bytes = good.getManifest().toByteArray();
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 1;
      refused(Reason.SIGNATURE, good.toBuilder().setManifest(ByteString.copyFrom(changed)).build());
    }
    refused(
        Reason.SIGNATURE, good.toBuilder().setSignature(ByteString.copyFrom(new byte[64])).build());
  }

  @Test
  void believesNothingThatIsNoManifest() {
    refused(Reason.MALFORMED, signed(ByteString.copyFrom(new byte[] {8}), CONTEXT));
    assertEquals(
        new Verdict.Refused(Reason.NOT_SIGNED), verifier.verify(new byte[] {10, 99}, EXPECTED));
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      assertInstanceOf(Verdict.Refused.class, verifier.verify(noise, EXPECTED));
    }
  }

  @Test
  void believesNothingForAnotherSchemaTenantArtifactOrProfile() {
    refused(Reason.SCHEMA, one -> one.setSchemaVersion(0));
    refused(Reason.SCHEMA, one -> one.setSchemaVersion(2));
    refused(Reason.TENANT, one -> one.setTenantId("tenant-2"));
    refused(Reason.ARTIFACT, one -> one.setArtifactName("Lamp"));
    refused(Reason.PROFILE, one -> one.setTargetProfile(""));
  }

  @Test
  void believesNoTargetThatCannotBe() {
    refused(Reason.TARGET, one -> one.setArtifactVersion(""));
    refused(Reason.TARGET, one -> one.setSha256("AB".repeat(32)));
    refused(Reason.TARGET, one -> one.setSha256("ab".repeat(31)));
    refused(Reason.TARGET, one -> one.setSizeBytes(0));
    refused(Reason.TARGET, one -> one.setSizeBytes(-1));
  }

  @Test
  void goesNeverBackAndNeverAgainToWhatHasFailed() {
    for (long counter : new long[] {0, 3, 4, -1}) {
      refused(Reason.COUNTER_OLD, one -> one.setRollbackCounter(counter));
    }
    refused(Reason.COUNTER_FAILED, one -> one.setRollbackCounter(6));
    assertInstanceOf(
        Verdict.Accepted.class,
        verifier.verify(
            signed(manifest().toBuilder().setRollbackCounter(7).build()).toByteArray(), EXPECTED));
  }
}
