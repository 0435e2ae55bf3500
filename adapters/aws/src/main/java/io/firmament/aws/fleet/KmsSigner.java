package io.firmament.aws.fleet;

import io.firmament.base.Sha256;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.trust.Signer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.MessageType;
import software.amazon.awssdk.services.kms.model.SigningAlgorithmSpec;

/// A P-256 key in KMS. The message is hashed here, so that its size does not matter (KMS takes 4096
/// bytes).
public final class KmsSigner implements Signer {
  private final KmsClient kms;
  private final String key;
  private final PublicKey publicKey;

  private KmsSigner(KmsClient kms, String key, PublicKey publicKey) {
    this.kms = kms;
    this.key = key;
    this.publicKey = publicKey;
  }

  /// Asks KMS for the public half of a key of the spec ECC_NIST_P256.
  ///
  /// @param key its id, ARN or alias
  public static KmsSigner of(KmsClient kms, String key) {
    byte[] der = kms.getPublicKey(b -> b.keyId(key)).publicKey().asByteArray();
    try {
      PublicKey publicKey =
          KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
      return new KmsSigner(kms, key, publicKey);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(key + " is no elliptic curve key", e);
    }
  }

  @Override
  public SignatureAlgorithm algorithm() {
    return SignatureAlgorithm.ECDSA_P256_SHA256;
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public byte[] sign(byte[] message) {
    byte[] digest = Sha256.newDigest().digest(message);
    return kms.sign(
            b ->
                b.keyId(key)
                    .messageType(MessageType.DIGEST)
                    .signingAlgorithm(SigningAlgorithmSpec.ECDSA_SHA_256)
                    .message(SdkBytes.fromByteArray(digest)))
        .signature()
        .asByteArray();
  }
}
