package io.firmament.base;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A map that keeps the entries that were used last, up to a limit, and forgets the others. Safe
/// for use by several threads.
public final class LastUsed<K, V> {
  private final LinkedHashMap<K, V> entries;

  public LastUsed(int limit) {
    entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > limit;
          }
        };
  }

  public synchronized Optional<V> find(K key) {
    return Optional.ofNullable(entries.get(key));
  }

  public synchronized void put(K key, V value) {
    entries.put(key, value);
  }

  /// Keeps a value, unless there is one.
  ///
  /// @return the one that is kept
  public synchronized V putIfAbsent(K key, V value) {
    V there = entries.putIfAbsent(key, value);
    return there == null ? value : there;
  }

  /// Changes a value that there is; null forgets it.
  public synchronized void change(K key, UnaryOperator<@Nullable V> change) {
    entries.computeIfPresent(key, (_, value) -> change.apply(value));
  }

  public synchronized void remove(K key) {
    entries.remove(key);
  }

  public synchronized void clear() {
    entries.clear();
  }

  public synchronized boolean isEmpty() {
    return entries.isEmpty();
  }
}
