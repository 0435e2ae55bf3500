package io.firmament.platform.identity;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;

/// A signing key in the memory of the process, for laptops and tests.
public final class SoftwareTokenSigner implements TokenSigner {
  private static final int BITS = 2048;

  private final RSAPrivateCrtKey key;
  private final RSAPublicKey publicKey;

  private SoftwareTokenSigner(RSAPrivateCrtKey key) throws GeneralSecurityException {
    this.key = key;
    this.publicKey =
        (RSAPublicKey)
            KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
  }

  public static SoftwareTokenSigner generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(BITS);
      return new SoftwareTokenSigner((RSAPrivateCrtKey) generator.generateKeyPair().getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has RSA", e);
    }
  }

  /// Reads a key that [#pkcs8] wrote.
  public static SoftwareTokenSigner ofPkcs8(byte[] encoded) {
    try {
      return new SoftwareTokenSigner(
          (RSAPrivateCrtKey)
              KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an RSA key in PKCS #8 form", e);
    }
  }

  /// The private key, to keep it in a file that only its owner can read.
  public byte[] pkcs8() {
    return key.getEncoded();
  }

  @Override
  public byte[] sign(byte[] signingInput) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(signingInput);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign with an RSA key", e);
    }
  }

  @Override
  public RSAPublicKey publicKey() {
    return publicKey;
  }
}
