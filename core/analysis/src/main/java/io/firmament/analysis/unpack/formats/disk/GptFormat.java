package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A disk with a GUID partition table.
public final class GptFormat implements Format {
  private static final int[] SECTORS = {512, 4096};
  private static final int ISO_DESCRIPTOR = 32769;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "gpt",
        "Disk with a GUID partition table",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(512, "EFI PART"), Magic.text(4096, "EFI PART"), Magic.hex(510, "55aa")),
        List.of(),
        List.of(
            "a backup table is looked for at the end of the image and where the protective boot"
                + " record ends"),
        List.of("UEFI Specification 2.10, section 5"));
  }

  /// Both headers, as far as they are sound.
  private record Tables(@Nullable PartitionTable first, @Nullable PartitionTable backup) {
    static Tables read(ByteSource disk) throws CorruptException {
      for (int sector : SECTORS) {
        PartitionTable first = sound(disk, sector, 1);
        if (first != null) {
          return new Tables(first, sound(disk, sector, first.other()));
        }
      }
      if (!BootRecords.isProtective(disk)) {
        throw new CorruptException("no table");
      }
      for (int sector : SECTORS) {
        for (long sectors : new long[] {BootRecords.protectedSectors(disk), disk.size() / sector}) {
          PartitionTable backup = sound(disk, sector, sectors - 1);
          if (backup != null) {
            return new Tables(null, backup);
          }
        }
      }
      throw new CorruptException("no table");
    }

    private static @Nullable PartitionTable sound(ByteSource disk, int sector, long number) {
      try {
        return PartitionTable.read(disk, sector, number);
      } catch (IOException e) {
        return null;
      }
    }

    PartitionTable best() throws CorruptException {
      if (first != null) {
        return first;
      }
      if (backup != null) {
        return backup;
      }
      throw new CorruptException("no table");
    }

    long end() throws CorruptException {
      PartitionTable best = best();
      return (Math.max(best.self(), best.other()) + 1) * best.sector();
    }
  }

  /// A hybrid ISO image is one of ISO 9660.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource disk = source.slice(start, source.size() - start);
      Tables tables = Tables.read(disk);
      if (Binary.matches(disk, ISO_DESCRIPTOR, Binary.ascii("CD001"))) {
        return Optional.empty();
      }
      PartitionTable table = tables.best();
      Map<String, String> meta =
          Map.of(
              "guid", table.guid(),
              "sectorSize", Integer.toString(table.sector()),
              "partitions", Integer.toString(table.entries().size()));
      long end = tables.end();
      boolean whole = end <= disk.size();
      return Optional.of(
          new Chunk(
              start,
              start + Math.min(end, disk.size()),
              whole ? Confidence.HIGH : Confidence.LOW,
              false,
              meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Tables tables = Tables.read(content);
    PartitionTable table = tables.best();
    long sector = table.sector();
    Partitions partitions = new Partitions(content);
    partitions.used(0, 2 * sector);
    for (PartitionTable each : new PartitionTable[] {tables.first(), tables.backup()}) {
      if (each != null) {
        partitions.used(each.entriesAt(), each.entriesLength());
        partitions.used(each.self() * sector, sector);
      }
    }
    for (PartitionTable.Entry entry : table.entries()) {
      String name =
          new String(entry.name().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      partitions.add(name, entry.first() * sector, (entry.last() - entry.first() + 1) * sector);
    }
    if (tables.first() == null) {
      sink.corrupt("gpt: the first table is damaged; the backup is used");
    } else if (tables.backup() == null && tables.end() <= content.size()) {
      sink.corrupt("gpt: the backup table is damaged");
    }
    partitions.give(sink);
    chunk.requireWhole();
  }
}
