package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.formats.disk.Partitions.Partition;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A disk with the partition table of the PC BIOS.
public final class MbrFormat implements Format {
  private static final int ISO_DESCRIPTOR = 32769;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "mbr",
        "Disk with a master boot record (primary and logical partitions)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(510, "55aa")),
        List.of(),
        List.of("sectors of 512 bytes only"),
        List.of("UEFI Specification 2.10, section 5.2", "Linux block/partitions/msdos.c"));
  }

  /// A hybrid ISO image is one of ISO 9660.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource disk = source.slice(start, source.size() - start);
      BootRecords records = BootRecords.read(disk);
      if (Binary.matches(disk, ISO_DESCRIPTOR, Binary.ascii("CD001"))) {
        return Optional.empty();
      }
      long count = records.primary().stream().filter(part -> !part.name().isEmpty()).count();
      return Chunk.sized(
          source,
          start,
          records.end(),
          false,
          Map.of("partitions", Long.toString(count + records.logical().size())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    BootRecords records = BootRecords.read(content);
    Partitions partitions = new Partitions(content);
    partitions.used(0, BootRecords.SECTOR);
    for (Partition partition : records.primary()) {
      if (!partition.name().isEmpty()) {
        partitions.add(partition.name(), partition.start(), partition.length());
      }
    }
    for (Partition partition : records.logical()) {
      partitions.add(partition.name(), partition.start(), partition.length());
    }
    for (long record : records.records()) {
      partitions.used(record, BootRecords.SECTOR);
    }
    partitions.give(sink);
    if (!records.contradiction().isEmpty()) {
      sink.corrupt("mbr: " + records.contradiction());
    }
    chunk.requireWhole();
  }
}
