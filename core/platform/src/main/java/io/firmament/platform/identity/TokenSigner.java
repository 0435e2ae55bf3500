package io.firmament.platform.identity;

import java.security.interfaces.RSAPublicKey;

/// An RSA key that signs tokens by RS256 (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 section 3.3).
public interface TokenSigner {
  /// The signature of a JWS signing input.
  byte[] sign(byte[] signingInput);

  RSAPublicKey publicKey();
}
