package io.firmament.agent;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/// Who the device is: its key, its certificate, and what it trusts.
///
/// @param certificatePem the device's certificate
/// @param anchorsPem the certificates that the platform's endpoint must chain to
record Identity(DeviceKey key, String certificatePem, String anchorsPem) {
  /// When to renew: at two thirds of the certificate's life.
  Instant renewAt() {
    X509Certificate certificate = certificate();
    Instant from = certificate.getNotBefore().toInstant();
    Duration life = Duration.between(from, certificate.getNotAfter().toInstant());
    return from.plus(life.multipliedBy(2).dividedBy(3));
  }

  boolean expired(Instant now) {
    return !now.isBefore(certificate().getNotAfter().toInstant());
  }

  private X509Certificate certificate() {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(certificatePem.getBytes(StandardCharsets.US_ASCII)));
    } catch (CertificateException e) {
      throw new IllegalStateException("the stored certificate cannot be read", e);
    }
  }

  /// Hides the key.
  @Override
  public String toString() {
    return "Identity[" + certificate().getSerialNumber().toString(16) + "]";
  }
}
