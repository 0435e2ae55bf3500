package io.firmament.analysis.unpack.formats.key;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.DSAKeyParameters;
import org.bouncycastle.crypto.params.ECKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/// What a key or a certificate is, in the facts of a chunk.
///
/// @param encrypted its secret part needs a password
record Material(String content, boolean encrypted, Map<String, String> facts) {
  static Material encrypted(String content) {
    return new Material(content, true, Map.of());
  }

  static Material plain(String content) {
    return new Material(content, false, Map.of());
  }

  static Material of(String content, AsymmetricKeyParameter key) {
    return new Material(content, false, Map.of("key", name(key)));
  }

  static Material of(PrivateKeyInfo info) throws IOException {
    return of("private key", PrivateKeyFactory.createKey(info));
  }

  static Material of(SubjectPublicKeyInfo info) throws IOException {
    return of("public key", PublicKeyFactory.createKey(info));
  }

  static Material of(X509CertificateHolder certificate) throws IOException {
    AsymmetricKeyParameter key = PublicKeyFactory.createKey(certificate.getSubjectPublicKeyInfo());
    return new Material(
        "certificate",
        false,
        Map.of(
            "key", name(key),
            "subject", certificate.getSubject().toString(),
            "notAfter", certificate.getNotAfter().toInstant().toString()));
  }

  /// Kind and size, for example `RSA 2048`.
  private static String name(AsymmetricKeyParameter key) {
    return switch (key) {
      case RSAKeyParameters rsa -> "RSA " + rsa.getModulus().bitLength();
      case ECKeyParameters ec -> "EC " + ec.getParameters().getCurve().getFieldSize();
      case DSAKeyParameters dsa -> "DSA " + dsa.getParameters().getP().bitLength();
      case Ed25519PrivateKeyParameters _, Ed25519PublicKeyParameters _ -> "Ed25519";
      default -> key.getClass().getSimpleName().replaceAll("(?:Public|Private)KeyParameters", "");
    };
  }

  /// The facts of a chunk.
  Map<String, String> meta() {
    Map<String, String> all = new TreeMap<>(facts);
    all.put("content", content);
    return all;
  }
}
