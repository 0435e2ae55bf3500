package io.firmament.platform.fleet;

import io.firmament.base.Sha256;
import io.firmament.base.TenantId;

/// The device certificate authority, as enrolment sees it.
public interface CertificateIssuer {
  /// Verifies that a certificate request is well formed and signed by its own key.
  ///
  /// @return SHA-256 of its public key
  /// @throws io.firmament.base.ProblemException `csr_invalid`
  Sha256 verify(byte[] certificateRequest);

  /// Issues a certificate for the key of a request that [#verify] accepts.
  Issued issue(TenantId tenant, FleetName fleet, DeviceName name, byte[] certificateRequest);

  /// @param certificatePem what the device gets
  /// @param trustAnchorsPem what the device trusts from now on
  record Issued(DeviceCertificate certificate, String certificatePem, String trustAnchorsPem) {}
}
