package io.firmament.agent;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/// The device's own P-256 key. It is made on the device and never leaves it.
final class DeviceKey {
  private static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final String PUBLIC_KEY = "PUBLIC KEY";

  private final KeyPair keys;

  private DeviceKey(KeyPair keys) {
    this.keys = keys;
  }

  static DeviceKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return new DeviceKey(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-256", e);
    }
  }

  /// Reads what [#toPem] wrote.
  static DeviceKey fromPem(String pem) throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance("EC");
    return new DeviceKey(
        new KeyPair(
            factory.generatePublic(new X509EncodedKeySpec(block(PUBLIC_KEY, pem))),
            factory.generatePrivate(new PKCS8EncodedKeySpec(block(PRIVATE_KEY, pem)))));
  }

  String toPem() {
    return pem(PRIVATE_KEY, keys.getPrivate().getEncoded())
        + pem(PUBLIC_KEY, keys.getPublic().getEncoded());
  }

  PrivateKey privateKey() {
    return keys.getPrivate();
  }

  /// A certificate request (PKCS #10, RFC 2986 4) with an empty subject, signed by this key.
  byte[] certificateRequest() {
    byte[] version = {0x02, 0x01, 0x00};
    byte[] noSubject = {0x30, 0x00};
    byte[] noAttributes = {(byte) 0xa0, 0x00};
    byte[] info = der(0x30, version, noSubject, keys.getPublic().getEncoded(), noAttributes);
    // 1.2.840.10045.4.3.2, ecdsa-with-SHA256
    byte[] algorithm = {
      0x30, 0x0a, 0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
    };
    byte[] noUnusedBits = {0x00};
    return der(0x30, info, algorithm, der(0x03, noUnusedBits, sign(info)));
  }

  private byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a P-256 key signs anything", e);
    }
  }

  /// One DER value: a tag, the length in the shortest form, the parts one after another.
  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.size();
    if (length >= 0x100) {
      out.write(0x82);
      out.write(length >> 8);
    } else if (length >= 0x80) {
      out.write(0x81);
    }
    out.write(length);
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private static byte[] block(String label, String pem) throws GeneralSecurityException {
    String begin = "-----BEGIN " + label + "-----";
    int from = pem.indexOf(begin);
    int to = pem.indexOf("-----END " + label + "-----");
    if (from < 0 || to < from) {
      throw new GeneralSecurityException("no " + label + " block");
    }
    try {
      return Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("a damaged " + label + " block", e);
    }
  }
}
