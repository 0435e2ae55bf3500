package io.firmament.analysis.unpack.formats;

import io.firmament.base.finding.Confidence;
import java.util.Map;
import java.util.TreeMap;

/// A region that a format claims, with its end.
///
/// @param start first byte
/// @param end one past the last byte, always known
/// @param confidence HIGH where a checksum or the whole structure was verified
/// @param meta facts of the header
public record Chunk(
    long start, long end, Confidence confidence, boolean encrypted, Map<String, String> meta) {
  public Chunk {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException("not a chunk: " + start + " to " + end);
    }
    meta = java.util.Collections.unmodifiableMap(new TreeMap<>(meta));
  }

  public static Chunk of(long start, long end, Confidence confidence) {
    return new Chunk(start, end, confidence, false, Map.of());
  }

  public Chunk with(String key, String value) {
    Map<String, String> more = new TreeMap<>(meta);
    more.put(key, value);
    return new Chunk(start, end, confidence, encrypted, more);
  }

  public long length() {
    return end - start;
  }
}
