package io.firmament.analysis.unpack;

import io.firmament.base.Sha256;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Where each content lies in a pack.
public final class PackIndex {
  /// A content's place in the pack.
  public record Extent(long offset, long length) {}

  private final SortedMap<Sha256, Extent> extents;

  public PackIndex(Map<Sha256, Extent> extents) {
    this.extents = Collections.unmodifiableSortedMap(new TreeMap<>(extents));
  }

  public Optional<Extent> find(Sha256 sha256) {
    return Optional.ofNullable(extents.get(sha256));
  }

  /// All contents in order of their digest.
  public SortedMap<Sha256, Extent> extents() {
    return extents;
  }
}
