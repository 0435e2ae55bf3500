package io.firmament.platform.registry;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Values that are worth keeping for a while in this process, the least recently used forgotten
/// first.
final class Recent<K, V> {
  private final int most;
  private final Map<K, Held<V>> held = new LinkedHashMap<>(16, 0.75f, true);

  private record Held<V>(V value, Instant until) {}

  Recent(int most) {
    this.most = most;
  }

  synchronized Optional<V> find(K key, Instant now) {
    Held<V> found = held.get(key);
    if (found != null && now.isBefore(found.until())) {
      return Optional.of(found.value());
    }
    held.remove(key);
    return Optional.empty();
  }

  synchronized void put(K key, V value, Instant until) {
    held.put(key, new Held<>(value, until));
    if (held.size() > most) {
      held.remove(held.keySet().iterator().next());
    }
  }

  synchronized void remove(K key) {
    held.remove(key);
  }
}
