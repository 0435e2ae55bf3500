package io.firmament.platform.fleet;

import io.firmament.base.TenantId;

/// Who a verified client certificate says the caller is.
public record PresentedCertificate(
    TenantId tenant, FleetName fleet, DeviceName name, CertificateSerial serial) {}
