package io.firmament.analysis.unpack.formats.android;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Android's dynamic partitions (`super.img`): a geometry block, metadata with tables of
/// partitions and extents, all with SHA-256.
public final class SuperFormat implements Format {
  private static final int GEOMETRY = 4096;
  private static final int GEOMETRY_SIZE = 52;
  private static final int SECTOR = 512;
  private static final int MOST_METADATA = 1 << 20;
  private static final int LINEAR = 0;
  private static final int ZERO = 1;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "android-super",
        "Android dynamic partitions (super image)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(GEOMETRY, "67446c61 34000000")),
        List.of(),
        List.of(
            "the first metadata slot only",
            "extents on other block devices are not read",
            "no tool of Android's was at hand; the fixture is made from the description"),
        List.of("AOSP system/core/fs_mgr/liblp/include/liblp/metadata_format.h"));
  }

  /// The metadata of the first slot that has its checksums right.
  private record Metadata(byte[] tables, byte[] head) {
    long[] table(int index) {
      int at = 80 + 12 * index;
      return new long[] {
        Binary.u32le(head, at), Binary.u32le(head, at + 4), Binary.u32le(head, at + 8)
      };
    }

    /// The start of an entry in the tables, checked to be of the given size.
    int entry(int index, long row, int size) throws CorruptException {
      long[] table = table(index);
      long at = table[0] + row * table[2];
      if (row < 0 || row >= table[1] || table[2] < size || at + table[2] > tables.length) {
        throw new CorruptException("a table entry outside of the metadata");
      }
      return (int) at;
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    ByteSource image = source.slice(start, source.size() - start);
    try {
      Metadata metadata = metadata(image);
      int device = metadata.entry(3, 0, 64);
      long size = Binary.i64le(metadata.tables, device + 16);
      String names = "";
      for (Partition partition : partitions(metadata)) {
        names += (names.isEmpty() ? "" : ",") + partition.name;
      }
      return Chunk.sized(source, start, size, true, Map.of("partitions", names));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// Primary and backup geometry stand at 4096 and 8192, the slots of the metadata behind, the
  /// backups of these behind them.
  private static Metadata metadata(ByteSource image) throws IOException {
    byte[] geometry = Binary.bytes(image, GEOMETRY, GEOMETRY_SIZE);
    byte[] sum = java.util.Arrays.copyOfRange(geometry, 8, 40);
    java.util.Arrays.fill(geometry, 8, 40, (byte) 0);
    long most = Binary.u32le(geometry, 40);
    long slots = Binary.u32le(geometry, 44);
    if (!java.util.Arrays.equals(sum, sha256(geometry)) || most > MOST_METADATA || slots > 16) {
      throw new CorruptException("the geometry's checksum is wrong");
    }
    for (int copy = 0; copy < 2; copy++) {
      long at = 3L * GEOMETRY + copy * slots * most;
      byte[] head = Binary.upTo(image, at, 256);
      if (head.length < 128 || Binary.u32le(head, 0) != 0x414c5030L) {
        continue;
      }
      int headerSize = (int) Math.min(Binary.u32le(head, 8), 256);
      byte[] zeroed = java.util.Arrays.copyOf(head, headerSize);
      java.util.Arrays.fill(zeroed, 12, 44, (byte) 0);
      long tablesSize = Binary.u32le(head, 44);
      byte[] tables = Binary.upTo(image, at + headerSize, (int) Math.min(tablesSize, most));
      if (headerSize >= 128
          && java.util.Arrays.equals(sha256(zeroed), 0, 32, head, 12, 44)
          && java.util.Arrays.equals(sha256(tables), 0, 32, head, 48, 80)) {
        return new Metadata(tables, head);
      }
    }
    throw new CorruptException("no metadata with a right checksum");
  }

  private static byte[] sha256(byte[] bytes) {
    return Checksums.digest("SHA-256", HeapByteSource.of(bytes));
  }

  private record Partition(String name, long firstExtent, long extents) {}

  private static List<Partition> partitions(Metadata metadata) throws IOException {
    List<Partition> partitions = new ArrayList<>();
    for (long i = 0; i < metadata.table(0)[1]; i++) {
      int at = metadata.entry(0, i, 52);
      byte[] b = metadata.tables;
      partitions.add(
          new Partition(
              Binary.text(b, at, 36), Binary.u32le(b, at + 40), Binary.u32le(b, at + 44)));
    }
    return partitions;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Metadata metadata = metadata(content);
    for (Partition partition : partitions(metadata)) {
      try {
        if (partition.extents == 1 && type(metadata, partition.firstExtent) == LINEAR) {
          sink.part(partition.name, Body.of(linear(metadata, partition.firstExtent, content)));
        } else if (partition.extents > 0) {
          InputStream all = joined(metadata, partition, content);
          sink.part(partition.name, Body.decoded(() -> all));
        }
      } catch (UnsupportedException e) {
        sink.unsupported("android-super: partition " + partition.name + ": " + e.getMessage());
      }
    }
    chunk.requireWhole();
  }

  private static InputStream joined(Metadata metadata, Partition partition, ByteSource content)
      throws IOException {
    List<InputStream> streams = new ArrayList<>();
    for (long i = 0; i < partition.extents; i++) {
      long extent = partition.firstExtent + i;
      streams.add(
          type(metadata, extent) == ZERO
              ? new io.firmament.analysis.unpack.io.ZeroInputStream(
                  Binary.i64le(metadata.tables, metadata.entry(1, extent, 24)) * SECTOR)
              : new SourceInputStream(linear(metadata, extent, content), 0));
    }
    return new SequenceInputStream(Collections.enumeration(streams));
  }

  private static long type(Metadata metadata, long extent) throws IOException {
    int at = metadata.entry(1, extent, 24);
    long type = Binary.u32le(metadata.tables, at + 8);
    if (type > ZERO || (type == LINEAR && Binary.u32le(metadata.tables, at + 20) != 0)) {
      throw new UnsupportedException("an extent of another device or kind");
    }
    return type;
  }

  private static ByteSource linear(Metadata metadata, long extent, ByteSource content)
      throws IOException {
    int at = metadata.entry(1, extent, 24);
    long sectors = Binary.i64le(metadata.tables, at);
    long target = Binary.i64le(metadata.tables, at + 12);
    if (sectors < 0 || sectors > 1L << 40 || target < 0 || target > 1L << 40) {
      throw new CorruptException("an extent outside of the device");
    }
    return content.slice(target * SECTOR, sectors * SECTOR);
  }
}
