package io.firmament.platform.fleet;

import io.firmament.base.Ids;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetStore.DeviceChange;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Who may still call: checks at every call that a verified certificate still stands for its
/// device.
///
/// Records are kept, and [#refresh], called about once a second by a timer, drops those that were
/// changed elsewhere since: one read for all devices. Where nobody refreshes, or the store does not
/// answer, a record is read again after [#FRESH]. Either bounds how long a decommissioned device is
/// still heard.
public final class DeviceDirectory {
  /// How long a record is trusted that nobody watches.
  public static final Duration FRESH = Duration.ofSeconds(2);

  /// How often the store is asked for changes.
  private static final Duration WATCH_EVERY = Duration.ofSeconds(2);

  /// How long after a look at the changes nothing is thought to have changed.
  private static final Duration WATCHED = Duration.ofSeconds(4);

  /// How far the clocks of processes may be apart, and how long a read may take.
  private static final Duration OVERLAP = Duration.ofSeconds(10);

  /// Beyond this, changes are not looked up one by one.
  private static final Duration LONGEST_GAP = Duration.ofMinutes(2);

  private static final Duration KEPT = Duration.ofMinutes(10);
  private static final Duration SETTLED = Duration.ofMillis(500);
  private static final int MAX_ENTRIES = 50_000;
  private static final int ATTEMPTS = 5;

  private final FleetStore store;
  private final Clock clock;
  private final Ids ids;
  private final ConcurrentHashMap<Key, Entry> entries = new ConcurrentHashMap<>();

  /// When the changes were last looked at.
  private volatile Instant watched = Instant.EPOCH;

  public DeviceDirectory(FleetStore store, Clock clock, Ids ids) {
    this.store = store;
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

  /// Drops the records of devices that were changed elsewhere; does nothing where it is not yet
  /// due.
  public void refresh() {
    Instant now = clock.instant();
    Instant last = watched;
    if (Duration.between(last, now).abs().compareTo(WATCH_EVERY) < 0) {
      return;
    }
    if (last.isAfter(now) || Duration.between(last, now).compareTo(LONGEST_GAP) > 0) {
      entries.clear();
    } else if (!entries.isEmpty()) {
      store.changes(last.minus(OVERLAP), now.plus(OVERLAP)).forEach(this::dropOlder);
    }
    watched = now;
  }

  private void dropOlder(FleetStore.ChangedDevice change) {
    entries.computeIfPresent(
        new Key(change.tenant(), change.name()),
        (_, entry) -> entry.device().version() < change.version() ? null : entry);
  }

  /// Replaces what is remembered after a change of the device in this process.
  public void changed(Device device) {
    remember(new Key(device.tenant(), device.name()), device);
  }

  private Device lookUp(Key key, CertificateSerial serial) {
    Entry entry = entries.get(key);
    Instant now = clock.instant();
    if (entry != null) {
      Duration age = Duration.between(entry.readAt(), now);
      boolean trusted = age.compareTo(isWatched(now) ? KEPT : FRESH) < 0;
      if ((trusted && entry.device().accepts(serial)) || age.compareTo(SETTLED) < 0) {
        return entry.device();
      }
    }
    Device device =
        store
            .findDevice(key.tenant(), key.name())
            .orElseThrow(FleetProblem.CERTIFICATE_REVOKED::with);
    remember(key, device);
    return device;
  }

  private boolean isWatched(Instant now) {
    Duration since = Duration.between(watched, now);
    return !since.isNegative() && since.compareTo(WATCHED) < 0;
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
    Instant now = clock.instant();
    if (entries.size() >= MAX_ENTRIES) {
      entries.values().removeIf(entry -> entry.readAt().plus(KEPT).isBefore(now));
    }
    if (entries.size() < MAX_ENTRIES) {
      entries.put(key, new Entry(device, now));
    } else {
      entries.remove(key);
    }
  }
}
