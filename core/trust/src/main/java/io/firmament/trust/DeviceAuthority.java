package io.firmament.trust;

import io.firmament.base.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;

/// The certificate authority of a deployment's devices: a self-signed root whose key is a [Signer].
/// It issues device certificates for proven keys, and the certificate of the device endpoint.
public final class DeviceAuthority {
  /// How long a device certificate is valid; devices renew at two thirds.
  public static final Duration DEVICE_LIFETIME = Duration.ofDays(90);

  public static final Duration SERVER_LIFETIME = Duration.ofDays(90);
  private static final Duration ROOT_LIFETIME = Duration.ofDays(3650);
  private static final Duration BACKDATED = Duration.ofMinutes(5);
  private static final int SERIAL_BITS = 128;
  private static final int KEY_ID_BYTES = 20;

  private final TrustDomain domain;
  private final Signer signer;
  private final X509Certificate root;
  private final Clock clock;
  private final SecureRandom random;

  /// An authority with the root certificate that [#createRoot] once made for the signer's key.
  public DeviceAuthority(
      TrustDomain domain, Signer signer, X509Certificate root, Clock clock, SecureRandom random) {
    if (!root.getPublicKey().equals(signer.publicKey())) {
      throw new IllegalArgumentException("the root certificate is of another key");
    }
    this.domain = domain;
    this.signer = signer;
    this.root = root;
    this.clock = clock;
    this.random = random;
  }

  /// Makes the root certificate of a new authority.
  public static X509Certificate createRoot(
      TrustDomain domain, Signer signer, Clock clock, SecureRandom random) {
    Instant now = clock.instant();
    X500Name name = rootName(domain, signer.keyId());
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            name,
            serial(random),
            date(now.minus(BACKDATED)),
            date(now.plus(ROOT_LIFETIME)),
            name,
            SubjectPublicKeyInfo.getInstance(signer.publicKey().getEncoded()));
    add(builder, Extension.basicConstraints, true, new BasicConstraints(0));
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    add(
        builder,
        Extension.subjectKeyIdentifier,
        false,
        new SubjectKeyIdentifier(keyIdentifier(signer.keyId())));
    return sign(builder, signer);
  }

  public TrustDomain domain() {
    return domain;
  }

  /// The root certificate: what both ends of a device connection trust.
  public X509Certificate root() {
    return root;
  }

  /// Issues a device's certificate for the key of a request.
  public X509Certificate issueDevice(DeviceIdentity identity, CertificateRequest request) {
    if (!identity.domain().equals(domain)) {
      throw new IllegalArgumentException(identity.uri() + " is not of " + domain);
    }
    GeneralName uri = new GeneralName(GeneralName.uniformResourceIdentifier, identity.uri());
    return issue(
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, "Firmament device")
            .addRDN(BCStyle.CN, identity.device())
            .build(),
        request.key(),
        DEVICE_LIFETIME,
        KeyPurposeId.id_kp_clientAuth,
        new GeneralNames(uri));
  }

  /// Issues the certificate of the device endpoint.
  ///
  /// @param hosts DNS names and IP addresses under which devices reach it
  public X509Certificate issueServer(List<String> hosts, PublicKey key) {
    GeneralName[] names =
        hosts.stream()
            .map(
                host ->
                    new GeneralName(
                        isAddress(host) ? GeneralName.iPAddress : GeneralName.dNSName, host))
            .toArray(GeneralName[]::new);
    return issue(
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, "Firmament device endpoint")
            .build(),
        SubjectPublicKeyInfo.getInstance(key.getEncoded()),
        SERVER_LIFETIME,
        KeyPurposeId.id_kp_serverAuth,
        new GeneralNames(names));
  }

  private X509Certificate issue(
      X500Name subject,
      SubjectPublicKeyInfo key,
      Duration lifetime,
      KeyPurposeId purpose,
      GeneralNames names) {
    Instant now = clock.instant();
    Instant end = now.plus(lifetime);
    Instant rootEnd = root.getNotAfter().toInstant();
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            X500Name.getInstance(root.getSubjectX500Principal().getEncoded()),
            serial(random),
            date(now.minus(BACKDATED)),
            date(end.isBefore(rootEnd) ? end : rootEnd),
            subject,
            key);
    add(builder, Extension.basicConstraints, true, new BasicConstraints(false));
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    add(builder, Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    add(builder, Extension.subjectAlternativeName, false, names);
    add(
        builder,
        Extension.authorityKeyIdentifier,
        false,
        new AuthorityKeyIdentifier(keyIdentifier(signer.keyId())));
    return sign(builder, signer);
  }

  private static X500Name rootName(TrustDomain domain, Sha256 keyId) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, "Firmament device authority")
        .addRDN(BCStyle.OU, domain.value())
        .addRDN(BCStyle.CN, keyId.hex().substring(0, 16))
        .build();
  }

  /// RFC 7093 2, method 1: the leftmost 160 bits of the SHA-256 digest.
  private static byte[] keyIdentifier(Sha256 keyId) {
    return java.util.HexFormat.of().parseHex(keyId.hex().substring(0, 2 * KEY_ID_BYTES));
  }

  private static BigInteger serial(SecureRandom random) {
    return new BigInteger(SERIAL_BITS, random).setBit(0);
  }

  private static Date date(Instant instant) {
    return Date.from(instant.truncatedTo(ChronoUnit.SECONDS));
  }

  private static boolean isAddress(String host) {
    return host.contains(":") || host.matches("[0-9.]+");
  }

  private static void add(
      X509v3CertificateBuilder builder,
      ASN1ObjectIdentifier oid,
      boolean critical,
      org.bouncycastle.asn1.ASN1Encodable value) {
    try {
      builder.addExtension(oid, critical, value);
    } catch (IOException e) {
      throw new UncheckedIOException("an extension of ours can be written", e);
    }
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, Signer signer) {
    try {
      return Pem.certificate(builder.build(new Content(signer)).getEncoded());
    } catch (IOException | CertificateException e) {
      throw new IllegalStateException("a certificate that was just made can be read", e);
    }
  }

  /// Hands what BouncyCastle wants signed to the port.
  private static final class Content implements ContentSigner {
    private final Signer signer;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    Content(Signer signer) {
      this.signer = signer;
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
      return new AlgorithmIdentifier(new ASN1ObjectIdentifier(signer.algorithm().oid()));
    }

    @Override
    public OutputStream getOutputStream() {
      return content;
    }

    @Override
    public byte[] getSignature() {
      return signer.sign(content.toByteArray());
    }
  }
}
