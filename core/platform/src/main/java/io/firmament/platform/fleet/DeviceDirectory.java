package io.firmament.platform.fleet;

import io.firmament.base.Ids;
import io.firmament.base.LastUsed;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetStore.DeviceChange;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// Who may still call: checks at every call that a verified certificate still stands for its
/// device.
///
/// Records are kept, and those that were changed elsewhere are dropped as a [ChangeWatch] tells.
/// Where nobody watches, or the store does not answer, a record is read again after [#FRESH].
/// Either bounds how long a decommissioned device is still heard. Where the store does not answer
/// even that, a record that was read within [#KEPT] still counts, so that an outage locks no device
/// out.
public final class DeviceDirectory implements ChangeWatch.Listener {
  /// How long a record is trusted that nobody watches.
  public static final Duration FRESH = Duration.ofSeconds(2);

  /// How long a record is trusted at all: against changes that a watch misses.
  static final Duration KEPT = Duration.ofHours(6);

  private static final Duration SETTLED = Duration.ofMillis(500);
  private static final int MAX_ENTRIES = 50_000;
  private static final int ATTEMPTS = 5;

  private final FleetStore store;
  private final ChangeWatch watch;
  private final Clock clock;
  private final Ids ids;
  private final LastUsed<Key, Entry> entries = new LastUsed<>(MAX_ENTRIES);

  public DeviceDirectory(FleetStore store, ChangeWatch watch, Clock clock, Ids ids) {
    this.store = store;
    this.watch = watch;
    this.clock = clock;
    this.ids = ids;
  }

  private record Key(TenantId tenant, DeviceName name) {}

  private record Entry(Device device, Instant readAt) {}

  /// The device that a certificate stands for. The first use of a renewed certificate retires the
  /// one before.
  ///
  /// @throws io.firmament.base.ProblemException for a device that is unknown or decommissioned, or
  ///     a certificate that was replaced
  public Device authenticate(PresentedCertificate certificate) {
    Key key = new Key(certificate.tenant(), certificate.name());
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Device device = lookUp(key, certificate.serial());
      refuseUnlessAccepted(device, certificate);
      if (!device.isRenewedBy(certificate.serial())) {
        return device;
      }
      Optional<Device> confirmed = confirm(device);
      if (confirmed.isPresent()) {
        return confirmed.get();
      }
    }
    throw FleetProblem.DEVICE_CHANGED.with("device", certificate.name());
  }

  @Override
  public boolean idle() {
    return entries.isEmpty();
  }

  @Override
  public void changed(FleetStore.Change change) {
    if (change instanceof FleetStore.ChangedDevice changed) {
      entries.change(
          new Key(changed.tenant(), changed.name()),
          entry -> entry != null && entry.device().version() < changed.version() ? null : entry);
    }
  }

  @Override
  public void forget() {
    entries.clear();
  }

  /// Replaces what is remembered after a change of the device in this process.
  public void changed(Device device) {
    remember(new Key(device.tenant(), device.name()), device);
  }

  private Device lookUp(Key key, CertificateSerial serial) {
    Optional<Entry> known = entries.find(key);
    Instant now = clock.instant();
    if (known.isPresent()) {
      Entry entry = known.get();
      Duration age = Duration.between(entry.readAt(), now);
      boolean trusted = age.compareTo(watch.upToDate(now) ? KEPT : FRESH) < 0;
      if ((trusted && entry.device().accepts(serial)) || age.compareTo(SETTLED) < 0) {
        return entry.device();
      }
    }
    Optional<Device> found;
    try {
      found = store.findDevice(key.tenant(), key.name());
    } catch (RuntimeException outage) {
      return known
          .filter(entry -> Duration.between(entry.readAt(), now).compareTo(KEPT) < 0)
          .map(Entry::device)
          .filter(device -> device.accepts(serial))
          .orElseThrow(() -> outage);
    }
    Device device = found.orElseThrow(FleetProblem.CERTIFICATE_REVOKED::with);
    remember(key, device);
    return device;
  }

  private static void refuseUnlessAccepted(Device device, PresentedCertificate certificate) {
    if (device.state() == Device.State.DECOMMISSIONED) {
      throw FleetProblem.DEVICE_DECOMMISSIONED.with("device", device.name());
    }
    if (!device.accepts(certificate.serial()) || !device.fleet().equals(certificate.fleet())) {
      throw FleetProblem.CERTIFICATE_REVOKED.with();
    }
  }

  private Optional<Device> confirm(Device device) {
    DeviceCertificate renewed = device.renewed().orElseThrow();
    Device confirmed = device.withCertificates(renewed, Optional.empty());
    DeviceEvent event =
        DeviceEvent.of(
            ids.next(),
            device,
            clock.instant(),
            DeviceEvent.Kind.CERTIFICATE_CONFIRMED,
            Map.of("serial", renewed.serial().hex(), "retired", device.current().serial().hex()));
    if (store.update(new DeviceChange(confirmed, event, Optional.empty()))) {
      Device stored = confirmed.atVersion(confirmed.version() + 1);
      changed(stored);
      return Optional.of(stored);
    }
    entries.remove(new Key(device.tenant(), device.name()));
    return Optional.empty();
  }

  private void remember(Key key, Device device) {
    entries.put(key, new Entry(device, clock.instant()));
  }
}
