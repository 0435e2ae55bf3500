package io.firmament.analysis.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Keeps values in memory, and forgets those that were not asked for longest.
public final class MemoryBlobCache implements BlobCache {
  private final long mostBytes;
  private final Map<String, byte[]> values = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /// @param mostBytes of all values together
  public MemoryBlobCache(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public synchronized Optional<byte[]> find(Key key) {
    byte[] value = values.get(key.name());
    return value == null ? Optional.empty() : Optional.of(value.clone());
  }

  @Override
  public synchronized void keep(Key key, byte[] value) {
    if (value.length > mostBytes) {
      return;
    }
    byte[] before = values.put(key.name(), value.clone());
    bytes += value.length - (before == null ? 0 : before.length);
    var oldest = values.values().iterator();
    while (bytes > mostBytes) {
      bytes -= oldest.next().length;
      oldest.remove();
    }
  }

  /// The bytes of all values.
  public synchronized long bytes() {
    return bytes;
  }
}
