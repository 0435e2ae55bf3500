package io.firmament.platform.fleet;

import io.firmament.base.Ids;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetStore.PresenceReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Keeps the heartbeats of the devices that talk to this process, in memory. It writes a device
/// when it comes online, when it goes offline, and once in a long while in between; what makes
/// "online" true meanwhile is the lease of this watcher, one small write for all its devices.
///
/// [#seen] never blocks; [#flush] does the writing and is called about once a second by a timer.
///
/// How long a device has been silent is counted by a clock that nobody sets: a jump of the time of
/// day takes no device offline. The time of day is only what is written down.
public final class LivenessWatch {
  private final FleetStore store;
  private final HeartbeatPolicy policy;
  private final WatcherId watcher;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Ids ids;
  private final ConcurrentHashMap<Key, Watched> watched = new ConcurrentHashMap<>();
  private @Nullable Duration leaseDue;
  private Instant leasedUntil = Instant.MIN;

  public LivenessWatch(FleetStore store, HeartbeatPolicy policy, Clock clock, Ids ids) {
    this(store, policy, clock, System::nanoTime, ids);
  }

  /// @param nanos a clock that only goes forward, as [System#nanoTime] does
  public LivenessWatch(
      FleetStore store, HeartbeatPolicy policy, Clock clock, LongSupplier nanos, Ids ids) {
    this.store = store;
    this.policy = policy;
    this.watcher = new WatcherId(ids.next());
    this.clock = clock;
    this.nanos = nanos;
    this.ids = ids;
  }

  private record Key(TenantId tenant, DeviceName name) {}

  /// @param since the time of day when it came online
  /// @param lastSeen the time of day of its last heartbeat
  /// @param heard the same on the clock that nobody sets
  /// @param written when the store was last told, on that clock; null before the first time
  private record Watched(
      Instant since,
      Instant lastSeen,
      Duration heard,
      Duration interval,
      @Nullable Duration written) {
    boolean silent(Duration now) {
      return heard.plus(interval.multipliedBy(Presence.MISSED_INTERVALS)).compareTo(now) < 0;
    }
  }

  private Duration steady() {
    return Duration.ofNanos(nanos.getAsLong());
  }

  private Instant timeOfDay() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /// How many devices are watched.
  public int size() {
    return watched.size();
  }

  /// A heartbeat came in.
  ///
  /// @param interval what the device is told in answer
  public void seen(Device device, Duration interval) {
    Instant now = timeOfDay();
    Duration heard = steady();
    watched.compute(
        new Key(device.tenant(), device.name()),
        (key, old) ->
            old == null
                ? new Watched(now, now, heard, interval, null)
                : new Watched(old.since(), now, heard, interval, old.written()));
  }

  /// A device that will not be heard of again.
  public void forget(Device device) {
    watched.remove(new Key(device.tenant(), device.name()));
  }

  /// Writes what is due: the lease, devices that came online, went silent, or were not written for
  /// long. What fails stays due.
  public synchronized void flush() {
    Duration now = steady();
    renewLease(now);
    write(now, policy.writeEvery());
  }

  /// Writes the last heartbeat of every device, for a process that ends in good order.
  public synchronized void close() {
    write(steady(), 0);
  }

  private void renewLease(Duration now) {
    // Others compare it with their time of day: where ours was wrong, it is written at once.
    Instant half = timeOfDay().plus(policy.lease().dividedBy(2));
    boolean due = leaseDue == null || now.compareTo(leaseDue) >= 0 || !leasedUntil.isAfter(half);
    if (due && !watched.isEmpty()) {
      Instant until = timeOfDay().plus(policy.lease());
      store.renewLease(watcher, until);
      leasedUntil = until;
      leaseDue = now.plus(policy.lease().dividedBy(2));
    }
  }

  private void write(Duration now, int afterIntervals) {
    Map<Key, Watched> due = new java.util.HashMap<>();
    List<PresenceReport> reports = new ArrayList<>();
    watched.forEach(
        (key, state) ->
            report(key, state, now, afterIntervals)
                .ifPresent(
                    report -> {
                      due.put(key, state);
                      reports.add(report);
                    }));
    if (reports.isEmpty()) {
      return;
    }
    store.recordPresence(reports);
    due.forEach((key, state) -> settle(key, state, now));
  }

  private Optional<PresenceReport> report(
      Key key, Watched state, Duration now, int afterIntervals) {
    if (state.silent(now)) {
      return Optional.of(
          new PresenceReport(
              key.tenant(),
              key.name(),
              new Presence.Offline(state.lastSeen()),
              watcher,
              Optional.of(
                  event(
                      key,
                      timeOfDay(),
                      DeviceEvent.Kind.OFFLINE,
                      Map.of("last_seen", state.lastSeen().toString())))));
    }
    Duration written = state.written();
    boolean comesOnline = written == null;
    boolean due =
        written == null
            || (state.heard().compareTo(written) > 0
                && now.compareTo(written.plus(state.interval().multipliedBy(afterIntervals))) >= 0);
    if (!due) {
      return Optional.empty();
    }
    return Optional.of(
        new PresenceReport(
            key.tenant(),
            key.name(),
            new Presence.Online(state.since(), state.lastSeen(), state.interval(), watcher),
            watcher,
            comesOnline
                ? Optional.of(event(key, state.since(), DeviceEvent.Kind.ONLINE, Map.of()))
                : Optional.empty()));
  }

  private void settle(Key key, Watched reported, Duration now) {
    watched.computeIfPresent(
        key,
        (_, current) -> {
          if (reported.silent(now)) {
            // A heartbeat since then makes it a device that comes online anew.
            return current.heard().equals(reported.heard())
                ? null
                : new Watched(
                    current.lastSeen(),
                    current.lastSeen(),
                    current.heard(),
                    current.interval(),
                    null);
          }
          return new Watched(
              current.since(), current.lastSeen(), current.heard(), current.interval(), now);
        });
  }

  private DeviceEvent event(Key key, Instant at, DeviceEvent.Kind kind, Map<String, String> facts) {
    return new DeviceEvent(
        ids.next(), key.tenant(), key.name(), at, kind, new java.util.TreeMap<>(facts));
  }
}
