package io.firmament.device;

import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.CertificateIssuer;
import io.firmament.platform.fleet.CertificateSerial;
import io.firmament.platform.fleet.DeviceCertificate;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetName;
import io.firmament.trust.CertificateRequest;
import io.firmament.trust.DeviceAuthority;
import io.firmament.trust.DeviceIdentity;
import io.firmament.trust.Pem;
import java.security.cert.X509Certificate;

/// The device authority as enrolment and renewal use it.
public final class AuthorityIssuer implements CertificateIssuer {
  private final DeviceAuthority authority;

  public AuthorityIssuer(DeviceAuthority authority) {
    this.authority = authority;
  }

  @Override
  public Sha256 verify(byte[] certificateRequest) {
    return CertificateRequest.verified(certificateRequest).keyId();
  }

  @Override
  public Issued issue(
      TenantId tenant, FleetName fleet, DeviceName name, byte[] certificateRequest) {
    CertificateRequest request = CertificateRequest.verified(certificateRequest);
    DeviceIdentity identity =
        new DeviceIdentity(authority.domain(), tenant, fleet.value(), name.value());
    X509Certificate certificate = authority.issueDevice(identity, request);
    DeviceCertificate record =
        new DeviceCertificate(
            new CertificateSerial(certificate.getSerialNumber().toString(16)),
            request.keyId(),
            certificate.getNotAfter().toInstant());
    return new Issued(record, Pem.encode(certificate), Pem.encode(authority.root()));
  }
}
