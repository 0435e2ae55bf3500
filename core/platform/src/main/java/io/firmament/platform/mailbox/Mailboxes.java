package io.firmament.platform.mailbox;

import io.firmament.base.LastUsed;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.ChangeWatch;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.Work;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Knows of each device what waits for it, so that a heartbeat of a device for which nothing waits
/// reads nothing: what waits is read when a device first calls, and then kept up to date by what a
/// [ChangeWatch] tells.
public final class Mailboxes implements ChangeWatch.Listener {
  /// Against changes that a watch misses.
  private static final Duration KEPT = Duration.ofHours(6);

  /// How long a change is kept for a device that has not called yet: longer than the index, from
  /// which its mailbox is read, may lag behind.
  private static final Duration EARLY = Duration.ofSeconds(30);

  private static final int MAX_MAILBOXES = 100_000;
  private static final int MAX_EARLY = 20_000;

  private final FleetStore store;
  private final Clock clock;
  private final LastUsed<Key, Mailbox> boxes = new LastUsed<>(MAX_MAILBOXES);
  private final LastUsed<Key, Early> early = new LastUsed<>(MAX_EARLY);

  public Mailboxes(FleetStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  private record Key(TenantId tenant, DeviceName device) {}

  private record Early(Set<Work> work, Instant at) {}

  /// Something that waits, and what the device was told of it.
  static final class Letter {
    private final Work work;
    private volatile @Nullable Told told;

    private Letter(Work work) {
      this.work = work;
    }

    Work work() {
      return work;
    }

    /// What is known to be told until the letter is replaced.
    Optional<Told> told() {
      return Optional.ofNullable(told);
    }

    void told(Told is) {
      this.told = is;
    }
  }

  /// What a device is told of some work.
  sealed interface Told permits Deliveries.Update, Deliveries.Logs {}

  /// What waits for one device.
  static final class Mailbox {
    private final Map<Work, Letter> letters = new LinkedHashMap<>();
    private final Instant readAt;

    private Mailbox(Instant readAt) {
      this.readAt = readAt;
    }

    synchronized Map<Work, Letter> letters() {
      return new LinkedHashMap<>(letters);
    }

    /// In place of what was told before.
    synchronized void put(Work work) {
      letters.put(work, new Letter(work));
    }

    /// Unless it was replaced meanwhile.
    synchronized void remove(Letter letter) {
      letters.remove(letter.work(), letter);
    }
  }

  /// The mailbox of a device.
  Mailbox of(TenantId tenant, DeviceName device) {
    Key key = new Key(tenant, device);
    Instant now = clock.instant();
    Optional<Mailbox> known = boxes.find(key).filter(box -> now.isBefore(box.readAt.plus(KEPT)));
    if (known.isPresent()) {
      return known.get();
    }
    boxes.remove(key);
    Set<Work> waiting = store.waiting(tenant, device);
    // Kept before the early ones are looked at: what changes from here on finds it.
    Mailbox box = boxes.putIfAbsent(key, new Mailbox(now));
    waiting.forEach(box::put);
    early
        .find(key)
        .filter(each -> now.isBefore(each.at().plus(EARLY)))
        .ifPresent(each -> each.work().forEach(box::put));
    return box;
  }

  /// Asks anew for some work of a device.
  void renew(TenantId tenant, DeviceName device, Work work) {
    boxes.find(new Key(tenant, device)).ifPresent(box -> box.put(work));
  }

  @Override
  public boolean idle() {
    return boxes.isEmpty();
  }

  @Override
  public void changed(FleetStore.Change change) {
    if (change instanceof FleetStore.ChangedWork changed) {
      Key key = new Key(changed.tenant(), changed.name());
      Set<Work> work = new java.util.LinkedHashSet<>(Set.of(changed.work()));
      Instant now = clock.instant();
      early
          .find(key)
          .filter(each -> now.isBefore(each.at().plus(EARLY)))
          .ifPresent(each -> work.addAll(each.work()));
      early.put(key, new Early(work, now));
      boxes.find(key).ifPresent(box -> box.put(changed.work()));
    }
  }

  @Override
  public void forget() {
    boxes.clear();
    early.clear();
  }
}
