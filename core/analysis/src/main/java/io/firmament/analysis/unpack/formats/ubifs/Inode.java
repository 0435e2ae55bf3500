package io.firmament.analysis.unpack.formats.ubifs;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What is known of an inode, from nodes in any order: the newest of each key counts.
final class Inode {
  /// A node by its place.
  record Place(long position, long sequence) {}

  /// A name; inode 0 means that it was removed.
  record Entry(long inode, long sequence) {}

  private record Truncation(long size, long sequence) {}

  private final long number;
  private final Map<ByteBuffer, Entry> entries = new LinkedHashMap<>();
  private final Map<ByteBuffer, Entry> attributes = new HashMap<>();
  private final NavigableMap<Long, Place> blocks = new TreeMap<>();
  private final List<Truncation> truncations = new ArrayList<>();
  private Place self = new Place(-1, -1);
  private boolean deleted;

  Inode(long number) {
    this.number = number;
  }

  long number() {
    return number;
  }

  /// @param isDeleted the node says that no name is left
  void self(Place place, boolean isDeleted) {
    if (place.sequence >= self.sequence) {
      self = place;
      deleted = isDeleted;
    }
  }

  /// The place of its own node; position -1 where there is none.
  Place self() {
    return self;
  }

  boolean isDeleted() {
    return deleted;
  }

  void entry(byte[] name, Entry entry) {
    entries.merge(ByteBuffer.wrap(name), entry, Inode::newer);
  }

  Map<ByteBuffer, Entry> entries() {
    return entries;
  }

  void attribute(byte[] name, Entry entry) {
    attributes.merge(ByteBuffer.wrap(name), entry, Inode::newer);
  }

  Map<ByteBuffer, Entry> attributes() {
    return attributes;
  }

  private static Entry newer(Entry old, Entry now) {
    return now.sequence >= old.sequence ? now : old;
  }

  void block(long block, Place place) {
    blocks.merge(block, place, (old, now) -> now.sequence >= old.sequence ? now : old);
  }

  void truncation(long size, long sequence) {
    truncations.add(new Truncation(size, sequence));
  }

  /// The blocks of data that no truncation has removed.
  NavigableMap<Long, Place> blocks(int blockSize) {
    for (Truncation truncation : truncations) {
      long first = (truncation.size + blockSize - 1) / blockSize;
      blocks.tailMap(first, true).values().removeIf(place -> place.sequence < truncation.sequence);
    }
    truncations.clear();
    return blocks;
  }
}
