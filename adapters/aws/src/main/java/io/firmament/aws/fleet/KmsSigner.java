package io.firmament.aws.fleet;

import io.firmament.base.Sha256;
import io.firmament.trust.KeyGoneException;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.trust.Signer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DisabledException;
import software.amazon.awssdk.services.kms.model.GetPublicKeyResponse;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kms.model.MessageType;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.awssdk.services.kms.model.SigningAlgorithmSpec;

/// A key in KMS, on P-256 or for Ed25519. For P-256 the message is hashed here, so that its size
/// does not matter; Ed25519 signs the message itself, and KMS takes 4096 bytes of one.
public final class KmsSigner implements Signer {
  private final KmsClient kms;
  private final String key;
  private final SignatureAlgorithm algorithm;
  private final PublicKey publicKey;

  private KmsSigner(KmsClient kms, String key, SignatureAlgorithm algorithm, PublicKey publicKey) {
    this.kms = kms;
    this.key = key;
    this.algorithm = algorithm;
    this.publicKey = publicKey;
  }

  /// Asks KMS for the public half of a key of the spec ECC_NIST_P256 or ECC_NIST_EDWARDS25519.
  ///
  /// @param key its id, ARN or alias
  public static KmsSigner of(KmsClient kms, String key) {
    GetPublicKeyResponse known = kms.getPublicKey(b -> b.keyId(key));
    SignatureAlgorithm algorithm =
        known.keySpec() == KeySpec.ECC_NIST_EDWARDS25519
            ? SignatureAlgorithm.ED25519
            : SignatureAlgorithm.ECDSA_P256_SHA256;
    try {
      PublicKey publicKey =
          KeyFactory.getInstance(algorithm.keyName())
              .generatePublic(new X509EncodedKeySpec(known.publicKey().asByteArray()));
      // What an alias leads to may change, and the public half would be another's then.
      return new KmsSigner(kms, known.keyId(), algorithm, publicKey);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(key + " is no elliptic curve key", e);
    }
  }

  @Override
  public SignatureAlgorithm algorithm() {
    return algorithm;
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public byte[] sign(byte[] message) {
    return switch (algorithm) {
      case ECDSA_P256_SHA256 ->
          sign(
              MessageType.DIGEST,
              SigningAlgorithmSpec.ECDSA_SHA_256,
              Sha256.newDigest().digest(message));
      case ED25519 -> sign(MessageType.RAW, SigningAlgorithmSpec.ED25519_SHA_512, message);
    };
  }

  private byte[] sign(MessageType type, SigningAlgorithmSpec by, byte[] message) {
    try {
      return kms.sign(
              b ->
                  b.keyId(key)
                      .messageType(type)
                      .signingAlgorithm(by)
                      .message(SdkBytes.fromByteArray(message)))
          .signature()
          .asByteArray();
    } catch (NotFoundException | DisabledException | KmsInvalidStateException e) {
      throw new KeyGoneException(key + " does not sign any more", e);
    }
  }
}
