package io.firmament.platform.fleet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Looks every two seconds at what was changed elsewhere, for everything that remembers something
/// of devices: one read for all of them (ADR 006).
///
/// [#refresh] is called about once a second by a timer.
public final class ChangeWatch {
  /// How often the store is asked for changes.
  private static final Duration EVERY = Duration.ofSeconds(2);

  /// How long after a look at the changes nothing is thought to have changed.
  private static final Duration UP_TO_DATE = Duration.ofSeconds(4);

  /// How far the clocks of processes may be apart, and how long a read may take.
  private static final Duration OVERLAP = Duration.ofSeconds(10);

  /// Beyond this, changes are not looked up one by one.
  private static final Duration LONGEST_GAP = Duration.ofMinutes(2);

  private final FleetStore store;
  private final Clock clock;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile Instant last = Instant.EPOCH;

  public ChangeWatch(FleetStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /// Somebody who remembers something of devices. It is told of a change more than once.
  public interface Listener {
    /// Whether it remembers nothing that could have changed.
    boolean idle();

    void changed(FleetStore.Change change);

    /// Nobody looked for too long: whatever is remembered may be wrong.
    void forget();
  }

  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /// Tells the listeners what has changed; does nothing where it is not yet due.
  public void refresh() {
    Instant now = clock.instant();
    Instant before = last;
    if (Duration.between(before, now).abs().compareTo(EVERY) < 0) {
      return;
    }
    if (before.isAfter(now) || Duration.between(before, now).compareTo(LONGEST_GAP) > 0) {
      listeners.forEach(Listener::forget);
    } else if (!listeners.stream().allMatch(Listener::idle)) {
      for (FleetStore.Change change : store.changes(before.minus(OVERLAP), now.plus(OVERLAP))) {
        listeners.forEach(listener -> listener.changed(change));
      }
    }
    last = now;
  }

  /// Whether the listeners know of everything up to about now.
  boolean upToDate(Instant now) {
    Duration since = Duration.between(last, now);
    return !since.isNegative() && since.compareTo(UP_TO_DATE) < 0;
  }
}
