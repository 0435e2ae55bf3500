package io.firmament.trust;

/// The signature algorithms that keys of the platform have.
public enum SignatureAlgorithm {
  /// ECDSA on P-256 over SHA-256; signatures are DER sequences of r and s (RFC 3279, 2.2.3).
  ECDSA_P256_SHA256("SHA256withECDSA", "1.2.840.10045.4.3.2");

  private final String javaName;
  private final String oid;

  SignatureAlgorithm(String javaName, String oid) {
    this.javaName = javaName;
    this.oid = oid;
  }

  /// The name in the Java security API.
  public String javaName() {
    return javaName;
  }

  /// The object identifier in certificates.
  public String oid() {
    return oid;
  }
}
