package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.util.Map;
import java.util.Optional;
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

  /// The region of `length` bytes at `start`: HIGH where its checksums were verified, MEDIUM where
  /// not, LOW and shorter where the source ends before. Empty where `length` is no length at all.
  public static Optional<Chunk> sized(
      ByteSource source, long start, long length, boolean verified, Map<String, String> meta) {
    if (length <= 0 || start >= source.size()) {
      return Optional.empty();
    }
    boolean whole = length <= source.size() - start;
    Confidence confidence =
        !whole ? Confidence.LOW : verified ? Confidence.HIGH : Confidence.MEDIUM;
    long end = whole ? start + length : source.size();
    return Optional.of(new Chunk(start, end, confidence, false, meta));
  }

  /// The same region, of which the content cannot be read without a key.
  public Chunk asEncrypted() {
    return new Chunk(start, end, confidence, true, meta);
  }

  /// For the end of a reader: says that the chunk was cut off where [#sized] found it so.
  public void requireWhole() throws TruncatedException {
    if (confidence == Confidence.LOW) {
      throw new TruncatedException("the data is cut off");
    }
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
