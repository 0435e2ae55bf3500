package io.firmament.agent;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;

/// Who the device is: its key, its certificate, and what it trusts.
///
/// @param certificatePem the device's certificate
/// @param anchorsPem the certificates that the platform's endpoint must chain to
record Identity(DeviceKey key, String certificatePem, String anchorsPem) {
  boolean expired(Instant now) {
    return !now.isBefore(certificate().getNotAfter().toInstant());
  }

  X509Certificate certificate() {
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
