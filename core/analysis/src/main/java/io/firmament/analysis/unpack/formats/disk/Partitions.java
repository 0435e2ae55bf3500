package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.LimitException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Gives the partitions of a disk to a sink, and what lies between them: boot loaders often do.
final class Partitions {
  private static final int BLOCK = 1 << 16;

  private final ByteSource disk;
  private final List<Partition> partitions = new ArrayList<>();
  private final List<Partition> used = new ArrayList<>();

  /// A range of the disk in bytes.
  record Partition(String name, long start, long length) {
    long end() {
      return start + length;
    }
  }

  Partitions(ByteSource disk) {
    this.disk = disk;
  }

  void add(String name, long start, long length) {
    partitions.add(new Partition(name, start, length));
    used(start, length);
  }

  /// A range of the table itself.
  void used(long start, long length) {
    used.add(new Partition("", start, length));
  }

  /// Partitions that lie over each other would be read again and again; only the first is given.
  void give(Sink sink) throws LimitException {
    Map<String, Integer> names = new HashMap<>();
    partitions.sort(Comparator.comparingLong(Partition::start));
    long end = 0;
    for (Partition partition : partitions) {
      if (partition.start < end) {
        sink.corrupt("partition " + partition.name + " lies over another one");
        continue;
      }
      end = partition.end();
      int count = names.merge(partition.name, 1, Integer::sum);
      give(count == 1 ? partition.name : partition.name + "-" + count, partition, sink);
    }
    used.sort(Comparator.comparingLong(Partition::start));
    long at = 0;
    for (Partition next : used) {
      gap(at, next.start, sink);
      at = Math.max(at, next.end());
    }
    gap(at, disk.size(), sink);
  }

  /// A partition that was never written is a directory.
  private void give(String name, Partition partition, Sink sink) throws LimitException {
    ByteSource range = disk.slice(partition.start, partition.length);
    if (range.size() > 0 && isErased(range)) {
      byte[] raw = name.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      sink.entry(RawEntry.plain(raw, EntryType.DIRECTORY, 0755, 0));
      return;
    }
    sink.part(name, Body.range(disk, partition.start, partition.length));
  }

  private void gap(long start, long end, Sink sink) throws LimitException {
    ByteSource range = disk.slice(start, Math.max(0, end - start));
    if (range.size() > 0 && !isErased(range)) {
      sink.part("unpartitioned-" + Long.toHexString(start), Body.of(range));
    }
  }

  /// All bytes are 00, or all are FF.
  static boolean isErased(ByteSource range) {
    byte[] block = Binary.upTo(range, 0, 1);
    byte filler = block[0];
    if (filler != 0 && filler != -1) {
      return false;
    }
    long at = 0;
    while (at < range.size()) {
      at = filler == 0 ? range.nextData(at) : at;
      block = Binary.upTo(range, at, BLOCK);
      for (byte b : block) {
        if (b != filler) {
          return false;
        }
      }
      at += Math.max(block.length, 1);
    }
    return true;
  }
}
