package io.firmament.trust;

import io.firmament.base.Sha256;
import java.security.PublicKey;

/// A private key that signs and never shows itself: in KMS, in a file on the laptop, or in an HSM.
public interface Signer {
  SignatureAlgorithm algorithm();

  PublicKey publicKey();

  /// Signs a message; the signature's encoding is the algorithm's.
  ///
  /// @throws KeyGoneException where the key is there no more
  byte[] sign(byte[] message);

  /// SHA-256 of the public key's SubjectPublicKeyInfo.
  default Sha256 keyId() {
    return Sha256.of(publicKey().getEncoded());
  }
}
