package io.firmament.device;

import io.firmament.platform.fleet.CertificateSerial;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.PresentedCertificate;
import io.firmament.trust.DeviceIdentity;
import io.firmament.trust.TrustDomain;
import io.firmament.trust.TrustProblem;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;

/// What a client certificate, which a handshake has verified, says of who is calling. It is the
/// only source of a device's identity.
final class DeviceCertificates {
  private final TrustDomain domain;
  private final Clock clock;

  DeviceCertificates(TrustDomain domain, Clock clock) {
    this.domain = domain;
    this.clock = clock;
  }

  /// Connections outlive certificates, so the dates are checked at every call.
  ///
  /// @throws io.firmament.base.ProblemException `client_certificate_invalid`
  void requireValid(X509Certificate certificate) {
    try {
      certificate.checkValidity(Date.from(clock.instant()));
    } catch (CertificateExpiredException e) {
      throw TrustProblem.CLIENT_CERTIFICATE_INVALID.with("detail", "it has expired");
    } catch (CertificateNotYetValidException e) {
      throw TrustProblem.CLIENT_CERTIFICATE_INVALID.with("detail", "it is not valid yet");
    }
  }

  /// The device that a certificate names.
  ///
  /// @throws io.firmament.base.ProblemException `client_certificate_invalid` where it names no
  ///     device of ours
  PresentedCertificate presented(X509Certificate certificate) {
    DeviceIdentity identity = DeviceIdentity.fromCertificate(certificate, domain);
    return new PresentedCertificate(
        identity.tenant(),
        new FleetName(identity.fleet()),
        new DeviceName(identity.device()),
        new CertificateSerial(certificate.getSerialNumber().toString(16)));
  }
}
