package io.firmament.platform.fleet;

import java.time.Duration;
import java.time.Instant;

/// Whether a device is alive, as it is stored: written when it changes, not at every heartbeat.
public sealed interface Presence {
  /// A device is offline when its last heartbeat is older than this many intervals.
  int MISSED_INTERVALS = 3;

  /// No heartbeat yet.
  record Unseen() implements Presence {}

  /// Alive, and a watcher keeps an eye on it: the device service that takes its heartbeats.
  ///
  /// @param since when it came online
  /// @param lastSeen a heartbeat not older than the coalescing period; later ones are known to the
  ///     watcher only
  /// @param interval the heartbeat interval that it was told
  /// @param watcher who reports when heartbeats stop; when the watcher's own lease lapses, lastSeen
  ///     decides
  record Online(Instant since, Instant lastSeen, Duration interval, WatcherId watcher)
      implements Presence {}

  /// Its heartbeats stopped.
  ///
  /// @param lastSeen exactly the last one
  record Offline(Instant lastSeen) implements Presence {}
}
