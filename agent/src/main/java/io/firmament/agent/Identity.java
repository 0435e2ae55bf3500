package io.firmament.agent;

import io.firmament.agent.update.Owner;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Who the device is: its key, its certificate, and what it trusts.
///
/// @param certificatePem the device's certificate
/// @param anchorsPem the certificates that the platform's endpoint must chain to
record Identity(DeviceKey key, String certificatePem, String anchorsPem) {
  private static final Pattern SPIFFE =
      Pattern.compile("spiffe://[^/]+/tenant/([^/]+)/fleet/([^/]+)/device/([^/]+)");

  /// The kind of name that a URI is (RFC 5280 4.2.1.6).
  private static final Integer URI = 6;

  boolean expired(Instant now) {
    return !now.isBefore(certificate().getNotAfter().toInstant());
  }

  /// Who the certificate says that the device is (SPIFFE, the URI among its names).
  Owner owner() {
    try {
      Collection<List<?>> names = certificate().getSubjectAlternativeNames();
      for (List<?> name : names == null ? List.<List<?>>of() : names) {
        Matcher matcher = SPIFFE.matcher(String.valueOf(name.get(1)));
        if (name.get(0).equals(URI) && matcher.matches()) {
          return new Owner(matcher.group(1), matcher.group(2), matcher.group(3));
        }
      }
    } catch (CertificateParsingException e) {
      throw new IllegalStateException("the stored certificate cannot be read", e);
    }
    throw new IllegalStateException("the stored certificate names no device");
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
