package io.firmament.tuf;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.HexFormat;

/// A key pair that signs metadata in tests.
public record TestKey(KeyPair pair, TufKey key) {
  public static TestKey ed25519() {
    return generate("Ed25519", 0);
  }

  public static TestKey ecdsa() {
    return generate("EC", 256);
  }

  public static TestKey rsa(int bits) {
    return generate("RSA", bits);
  }

  private static TestKey generate(String algorithm, int size) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (size > 0) {
        generator.initialize(size);
      }
      KeyPair pair = generator.generateKeyPair();
      return new TestKey(pair, TufKey.of(pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public byte[] sign(byte[] message) {
    return sign(message, 32);
  }

  /// Signs; an RSA key with so many bytes of salt.
  public byte[] sign(byte[] message, int saltBytes) {
    try {
      Signature signature =
          switch (pair.getPrivate().getAlgorithm()) {
            case "EdDSA" -> Signature.getInstance("Ed25519");
            case "EC" -> Signature.getInstance("SHA256withECDSA");
            default -> Signature.getInstance("RSASSA-PSS");
          };
      if (pair.getPrivate().getAlgorithm().equals("RSA")) {
        signature.setParameter(
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, saltBytes, 1));
      }
      signature.initSign(pair.getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public RoleSignature over(Json.Obj signed) {
    return over(key.id(), signed);
  }

  public RoleSignature over(String keyId, Json.Obj signed) {
    return new RoleSignature(keyId, HexFormat.of().formatHex(sign(CanonicalJson.encode(signed))));
  }

  public String id() {
    return key.id();
  }
}
