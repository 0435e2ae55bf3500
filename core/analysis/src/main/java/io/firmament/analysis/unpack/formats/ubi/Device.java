package io.firmament.analysis.unpack.formats.ubi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The erase blocks of one image, sorted into volumes.
final class Device {
  private final ByteSource image;
  private final Geometry geometry;
  private final Sink sink;
  private final Map<Long, Map<Long, Found>> volumes = new TreeMap<>();

  /// A block of a volume.
  ///
  /// @param position of the data
  private record Found(long position, VolumeHeader header) {}

  /// A volume with its content.
  record Volume(String name, ByteSource content) {}

  Device(ByteSource image, Geometry geometry, Sink sink) {
    this.image = image;
    this.geometry = geometry;
    this.sink = sink;
  }

  /// All volumes that have a block, by number.
  Map<Long, Volume> volumes() {
    for (long block = 0; block < geometry.blocks(); block++) {
      look(block);
    }
    Map<Long, VolumeRecord> table = table();
    Map<Long, Volume> named = new TreeMap<>();
    volumes.forEach(
        (number, blocks) -> {
          if (number < VolumeHeader.LAYOUT) {
            VolumeRecord known = table.get(number);
            String name = known == null ? "volume" + number : known.name();
            if (known != null && known.interrupted()) {
              sink.corrupt("ubi: an update of the volume " + name + " was interrupted");
            }
            named.put(number, new Volume(name, content(name, blocks)));
          }
        });
    return named;
  }

  /// Where the first header of a block is damaged, the second may not be.
  private void look(long block) {
    long position = block * geometry.blockSize();
    EraseCounter counter = EraseCounter.read(image, position).orElse(geometry.first());
    Optional<VolumeHeader> header = VolumeHeader.read(image, position + counter.volumeHeader());
    if (header.isPresent()) {
      Map<Long, Found> volume =
          volumes.computeIfAbsent(header.get().volume(), number -> new HashMap<>());
      Found now = new Found(position + counter.data(), header.get());
      volume.merge(header.get().block(), now, this::better);
    } else if (!isErased(position + counter.volumeHeader(), VolumeHeader.SIZE)) {
      sink.corrupt("ubi: the volume header of erase block %d is damaged".formatted(block));
    }
  }

  private boolean isErased(long position, int length) {
    for (byte b : Binary.upTo(image, position, length)) {
      if (b != -1) {
        return false;
      }
    }
    return true;
  }

  /// The newer of two blocks, unless it is a copy that was not completed.
  private Found better(Found a, Found b) {
    boolean second = Long.compareUnsigned(b.header.sequence(), a.header.sequence()) >= 0;
    Found newer = second ? b : a;
    Found older = second ? a : b;
    return newer.header.isCopy() && !fits(newer) ? older : newer;
  }

  private boolean fits(Found block) {
    long length = Math.min(block.header.size(), geometry.blockSize());
    byte[] data = Binary.upTo(image, block.position, (int) length);
    return Checksums.crc32Inverted(data, 0, data.length) == block.header.sum();
  }

  /// The table is kept twice.
  private Map<Long, VolumeRecord> table() {
    Map<Long, Found> copies = volumes.getOrDefault(VolumeHeader.LAYOUT, Map.of());
    for (long copy = 0; copy < 2; copy++) {
      Found found = copies.get(copy);
      if (found != null) {
        Optional<Map<Long, VolumeRecord>> table =
            VolumeRecord.table(image.slice(found.position, dataSize(0)));
        if (table.isPresent()) {
          return table.get();
        }
        sink.corrupt("ubi: copy %d of the volume table is damaged".formatted(copy));
      }
    }
    sink.corrupt("ubi: there is no volume table; volumes have numbers for names");
    return Map.of();
  }

  private long dataSize(long padding) {
    return geometry.blockSize() - geometry.first().data() - padding;
  }

  private ByteSource content(String name, Map<Long, Found> blocks) {
    VolumeHeader any = blocks.values().iterator().next().header;
    long last = blocks.keySet().stream().mapToLong(block -> block).max().orElse(0);
    long count = Math.min(any.isStatic() ? any.blocks() : last + 1, 2 * geometry.blocks() + 64);
    long[] positions = new long[(int) count];
    int blockSize = (int) Math.max(1, dataSize(any.padding()));
    long size = count * blockSize;
    for (int i = 0; i < positions.length; i++) {
      Found block = blocks.get((long) i);
      positions[i] = block == null ? -1 : block.position;
      if (any.isStatic() && (block == null || !fits(block))) {
        sink.corrupt("ubi: block %d of the static volume %s is damaged".formatted(i, name));
      }
      if (any.isStatic() && block != null && i == positions.length - 1) {
        size = size - blockSize + Math.min(block.header.size(), blockSize);
      }
    }
    return new BlockSource(image, positions, blockSize, size);
  }
}
