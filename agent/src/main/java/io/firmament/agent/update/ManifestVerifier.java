package io.firmament.agent.update;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firmament.device.v1.CompactUpdateManifest;
import io.firmament.device.v1.SignedManifest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;

/// Decides whether a device that is too small for The Update Framework may believe a manifest. It
/// asks for one Ed25519 key and for no clock: the counter says what is newer.
///
/// Checks come in this order: algorithm, size of the signature, size of the manifest, key id,
/// signature, form, contents. Nothing of a manifest is read before its signature is verified.
public final class ManifestVerifier {
  /// What a manifest may have.
  public static final int MAX_BYTES = 512;

  private static final byte[] CONTEXT =
      "firmament:device-manifest:v1\n".getBytes(StandardCharsets.US_ASCII);
  private static final String ALGORITHM = "ed25519";
  private static final int SIGNATURE_BYTES = 64;
  private static final int SCHEMA_VERSION = 1;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private final PublicKey key;
  private final String keyId;

  /// @param key the tenant's, for Ed25519
  public ManifestVerifier(PublicKey key) {
    this.key = key;
    this.keyId = keyId(key);
  }

  /// Why a manifest is not believed.
  public enum Reason {
    /// No SignedManifest at all.
    NOT_SIGNED,
    ALGORITHM,
    SIGNATURE_SIZE,
    EMPTY,
    TOO_BIG,
    KEY_ID,
    SIGNATURE,
    /// Signed, and no manifest.
    MALFORMED,
    SCHEMA,
    TENANT,
    ARTIFACT,
    PROFILE,
    /// It names no version, no hash or no size that can be.
    TARGET,
    /// The device runs this or something newer.
    COUNTER_OLD,
    /// It has failed on this device before.
    COUNTER_FAILED
  }

  /// What comes of it.
  public sealed interface Verdict {
    record Accepted(CompactUpdateManifest manifest) implements Verdict {}

    record Refused(Reason reason) implements Verdict {}
  }

  /// What the device is and has.
  ///
  /// @param artifact that it installs
  /// @param applied the counter of what it runs; 0 for what it was made with
  /// @param failed counters that it has returned from
  public record Expected(
      String tenant, String artifact, String profile, long applied, Set<Long> failed) {
    public Expected {
      failed = Set.copyOf(failed);
    }
  }

  /// Verifies a SignedManifest as it came.
  public Verdict verify(byte[] signed, Expected expected) {
    SignedManifest envelope;
    try {
      envelope = SignedManifest.parseFrom(signed);
    } catch (InvalidProtocolBufferException e) {
      return new Verdict.Refused(Reason.NOT_SIGNED);
    }
    byte[] manifest = envelope.getManifest().toByteArray();
    byte[] signature = envelope.getSignature().toByteArray();
    if (!envelope.getAlg().equals(ALGORITHM)) {
      return new Verdict.Refused(Reason.ALGORITHM);
    }
    if (signature.length != SIGNATURE_BYTES) {
      return new Verdict.Refused(Reason.SIGNATURE_SIZE);
    }
    if (manifest.length == 0) {
      return new Verdict.Refused(Reason.EMPTY);
    }
    if (manifest.length > MAX_BYTES) {
      return new Verdict.Refused(Reason.TOO_BIG);
    }
    if (!envelope.getKeyId().equals(keyId)) {
      return new Verdict.Refused(Reason.KEY_ID);
    }
    if (!isSigned(manifest, signature)) {
      return new Verdict.Refused(Reason.SIGNATURE);
    }
    try {
      return validate(CompactUpdateManifest.parseFrom(manifest), expected);
    } catch (InvalidProtocolBufferException e) {
      return new Verdict.Refused(Reason.MALFORMED);
    }
  }

  private boolean isSigned(byte[] manifest, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(CONTEXT);
      verifier.update(manifest);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Verdict validate(CompactUpdateManifest manifest, Expected expected) {
    if (manifest.getSchemaVersion() != SCHEMA_VERSION) {
      return new Verdict.Refused(Reason.SCHEMA);
    }
    if (!manifest.getTenantId().equals(expected.tenant())) {
      return new Verdict.Refused(Reason.TENANT);
    }
    if (!manifest.getArtifactName().equals(expected.artifact())) {
      return new Verdict.Refused(Reason.ARTIFACT);
    }
    if (!manifest.getTargetProfile().equals(expected.profile())) {
      return new Verdict.Refused(Reason.PROFILE);
    }
    if (manifest.getArtifactVersion().isEmpty()
        || !SHA256.matcher(manifest.getSha256()).matches()
        || manifest.getSizeBytes() <= 0) {
      return new Verdict.Refused(Reason.TARGET);
    }
    long counter = manifest.getRollbackCounter();
    // Above what the sign of a long can say is below 0 here, and so refused.
    if (counter <= expected.applied()) {
      return new Verdict.Refused(Reason.COUNTER_OLD);
    }
    return expected.failed().contains(counter)
        ? new Verdict.Refused(Reason.COUNTER_FAILED)
        : new Verdict.Accepted(manifest);
  }

  private static String keyId(PublicKey key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
