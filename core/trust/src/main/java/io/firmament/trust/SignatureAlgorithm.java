package io.firmament.trust;

/// The signature algorithms that keys of the platform have.
public enum SignatureAlgorithm {
  /// ECDSA on P-256 over SHA-256; signatures are DER sequences of r and s (RFC 3279, 2.2.3).
  ECDSA_P256_SHA256("SHA256withECDSA", "1.2.840.10045.4.3.2", "EC"),

  /// Ed25519 (RFC 8032); signatures are 64 bytes (RFC 8410, section 6).
  ED25519("Ed25519", "1.3.101.112", "Ed25519");

  private final String javaName;
  private final String oid;
  private final String keyName;

  SignatureAlgorithm(String javaName, String oid, String keyName) {
    this.javaName = javaName;
    this.oid = oid;
    this.keyName = keyName;
  }

  /// The name in the Java security API.
  public String javaName() {
    return javaName;
  }

  /// The name of its keys in the Java security API.
  public String keyName() {
    return keyName;
  }

  /// The object identifier in certificates.
  public String oid() {
    return oid;
  }
}
