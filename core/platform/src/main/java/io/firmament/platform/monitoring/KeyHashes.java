package io.firmament.platform.monitoring;

import io.firmament.base.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.LongStream;

/// A set of keys, each by the first 64 bits of its SHA-256. Two sets that share a key meet; that
/// two meet that share none is possible, costs a look, and happens to one of 2^64 pairs of keys.
public final class KeyHashes {
  /// How many parts a set is stored in.
  public static final int PARTS = 16;

  private final long[] sorted;

  private KeyHashes(long[] sorted) {
    this.sorted = sorted;
  }

  public static KeyHashes of(Collection<String> keys) {
    MessageDigest digest = Sha256.newDigest();
    return new KeyHashes(
        keys.stream()
            .mapToLong(
                key ->
                    ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8))).getLong())
            .sorted()
            .distinct()
            .toArray());
  }

  /// A set as [#bytes] wrote it.
  public static KeyHashes read(byte[] bytes) {
    long[] hashes = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(hashes);
    return new KeyHashes(hashes);
  }

  public int size() {
    return sorted.length;
  }

  public boolean isEmpty() {
    return sorted.length == 0;
  }

  /// The keys of one part; a key is in the same part of every set.
  ///
  /// @param part from 0 to [#PARTS], exclusive
  public KeyHashes part(int part) {
    return new KeyHashes(
        LongStream.of(sorted).filter(hash -> (hash & (PARTS - 1)) == part).toArray());
  }

  /// Whether a key is in both.
  public boolean meets(KeyHashes other) {
    return sorted.length <= other.sorted.length ? other.hasAny(sorted) : hasAny(other.sorted);
  }

  private boolean hasAny(long[] hashes) {
    return LongStream.of(hashes).anyMatch(hash -> Arrays.binarySearch(sorted, hash) >= 0);
  }

  /// Eight bytes for each.
  public byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(sorted.length * Long.BYTES);
    bytes.asLongBuffer().put(sorted);
    return bytes.array();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyHashes hashes && Arrays.equals(sorted, hashes.sorted);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sorted);
  }

  @Override
  public String toString() {
    return sorted.length + " keys";
  }
}
