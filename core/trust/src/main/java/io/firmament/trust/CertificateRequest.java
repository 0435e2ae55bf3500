package io.firmament.trust;

import io.firmament.base.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/// A certificate request (PKCS #10, RFC 2986) that was signed by the key it is for. Only the key
/// counts: subject and attributes are what the device would like, and are ignored.
public final class CertificateRequest {
  private static final int MAX_BYTES = 16 * 1024;

  private final SubjectPublicKeyInfo key;

  private CertificateRequest(SubjectPublicKeyInfo key) {
    this.key = key;
  }

  /// Reads a request, DER or PEM, and verifies the proof of possession.
  ///
  /// @throws io.firmament.base.ProblemException [TrustProblem#CSR_INVALID]
  public static CertificateRequest verified(byte[] encoded) {
    if (encoded.length > MAX_BYTES) {
      throw refused("it is larger than " + MAX_BYTES + " bytes");
    }
    try {
      PKCS10CertificationRequest request = new PKCS10CertificationRequest(der(encoded));
      SubjectPublicKeyInfo key = request.getSubjectPublicKeyInfo();
      if (!request.isSignatureValid(verifier(key, request.getSignatureAlgorithm()))) {
        throw refused("its signature is not by its key");
      }
      return new CertificateRequest(key);
    } catch (IOException
        | PKCSException
        | OperatorCreationException
        | IllegalArgumentException
        | IllegalStateException
        | ClassCastException
        | NullPointerException e) {
      // The parser answers hostile bytes with any of these.
      throw refused("it is no PKCS #10 request");
    }
  }

  /// SHA-256 of the public key's SubjectPublicKeyInfo.
  public Sha256 keyId() {
    try {
      return Sha256.of(key.getEncoded("DER"));
    } catch (IOException e) {
      throw new IllegalStateException("a key that was read can be written", e);
    }
  }

  SubjectPublicKeyInfo key() {
    return key;
  }

  private static byte[] der(byte[] encoded) {
    if (encoded.length > 0 && encoded[0] == '-') {
      return Pem.decode(Pem.CERTIFICATE_REQUEST, new String(encoded, StandardCharsets.ISO_8859_1))
          .orElseThrow(() -> refused("it has no CERTIFICATE REQUEST block"));
    }
    return encoded;
  }

  private static ContentVerifierProvider verifier(
      SubjectPublicKeyInfo key, AlgorithmIdentifier signature)
      throws IOException, OperatorCreationException {
    ASN1ObjectIdentifier algorithm = key.getAlgorithm().getAlgorithm();
    boolean p256 =
        algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)
            && SECObjectIdentifiers.secp256r1.equals(key.getAlgorithm().getParameters());
    if (!p256 && !algorithm.equals(EdECObjectIdentifiers.id_Ed25519)) {
      throw refused("its key must be EC P-256 or Ed25519");
    }
    if (p256) {
      requireStrongDigest(signature);
      // Reading the point checks that it lies on the curve.
      PublicKeyFactory.createKey(key);
    }
    return new JcaContentVerifierProviderBuilder().build(key);
  }

  private static void requireStrongDigest(AlgorithmIdentifier signature) {
    DefaultSignatureAlgorithmIdentifierFinder finder =
        new DefaultSignatureAlgorithmIdentifierFinder();
    boolean strong =
        java.util.stream.Stream.of("SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA")
            .anyMatch(name -> finder.find(name).getAlgorithm().equals(signature.getAlgorithm()));
    if (!strong) {
      throw refused("it must be signed with SHA-256 or better");
    }
  }

  private static RuntimeException refused(String detail) {
    return TrustProblem.CSR_INVALID.with("detail", detail);
  }
}
