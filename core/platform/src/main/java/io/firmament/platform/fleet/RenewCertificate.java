package io.firmament.platform.fleet;

import io.firmament.base.Ids;
import io.firmament.platform.fleet.FleetStore.DeviceChange;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/// Gives a device its next certificate. The one before stays valid until the next is first used
/// (see [DeviceDirectory]), so that a lost answer does not lock the device out.
public final class RenewCertificate {
  private final FleetStore store;
  private final DeviceDirectory directory;
  private final CertificateIssuer issuer;
  private final Clock clock;
  private final Ids ids;

  public RenewCertificate(
      FleetStore store, DeviceDirectory directory, CertificateIssuer issuer, Clock clock, Ids ids) {
    this.store = store;
    this.directory = directory;
    this.issuer = issuer;
    this.clock = clock;
    this.ids = ids;
  }

  /// Renews the certificate of an authenticated device.
  public CertificateIssuer.Issued renew(Device device, byte[] certificateRequest) {
    issuer.verify(certificateRequest);
    CertificateIssuer.Issued issued =
        issuer.issue(device.tenant(), device.fleet(), device.name(), certificateRequest);
    Device renewed = device.withCertificates(device.current(), Optional.of(issued.certificate()));
    DeviceEvent event =
        DeviceEvent.of(
            ids.next(),
            device,
            clock.instant(),
            DeviceEvent.Kind.CERTIFICATE_RENEWED,
            Map.of(
                "serial", issued.certificate().serial().hex(),
                "not_after", issued.certificate().notAfter().toString()));
    if (!store.update(new DeviceChange(renewed, event, Optional.empty()))) {
      throw FleetProblem.DEVICE_CHANGED.with("device", device.name());
    }
    directory.changed(renewed.atVersion(renewed.version() + 1));
    return issued;
  }
}
