package io.firmament.analysis.unpack.formats.uefi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A whole flash chip of an Intel PC: the descriptor in the first 4 KiB tells the regions.
public final class FlashDescriptorFormat implements Format {
  private static final int DESCRIPTOR = 4096;
  private static final List<String> REGIONS =
      List.of(
          "descriptor",
          "bios",
          "me",
          "gbe",
          "pdr",
          "region5",
          "region6",
          "region7",
          "ec",
          "region9");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "intel-flash",
        "Intel flash descriptor",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(16, "5aa5f00f")),
        List.of(),
        List.of(
            "the management engine's own partitions are not read",
            "never tried on a real chip; the fixture is made from the description"),
        List.of("Intel 7 Series PCH datasheet, chapter 5.24 (SPI flash descriptor)"));
  }

  private record Region(String name, long start, long end) {}

  /// FLMAP0 at 20 has the table's place in bits 16 to 23, in units of 16 bytes; each entry has base
  /// and limit in units of 4 KiB.
  private static List<Region> regions(byte[] descriptor) {
    List<Region> regions = new ArrayList<>();
    int table = (int) (Binary.u32le(descriptor, 20) >> 16 & 0xff) << 4;
    for (int i = 0; i < REGIONS.size() && table + 4 * i + 4 <= descriptor.length; i++) {
      long entry = Binary.u32le(descriptor, table + 4 * i);
      long start = (entry & 0x7fff) << 12;
      long end = ((entry >> 16 & 0x7fff) + 1) << 12;
      boolean unused = entry == 0xffffffffL || (entry == 0 && i > 0) || end <= start;
      if (!unused && (start > 0 || i == 0)) {
        regions.add(new Region(REGIONS.get(i), start, end));
      }
    }
    return regions;
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] descriptor = Binary.upTo(source, start, DESCRIPTOR);
    if (descriptor.length < DESCRIPTOR) {
      return Optional.empty();
    }
    List<Region> regions = regions(descriptor);
    if (regions.size() < 2
        || !regions.getFirst().name.equals("descriptor")
        || regions.getFirst().start != 0) {
      return Optional.empty();
    }
    long end = 0;
    StringBuilder names = new StringBuilder();
    for (Region region : regions) {
      for (Region other : regions) {
        if (!other.equals(region) && other.start < region.end && region.start < other.end) {
          return Optional.empty();
        }
      }
      end = Math.max(end, region.end);
      names.append(names.isEmpty() ? "" : ",").append(region.name);
    }
    return Chunk.sized(source, start, end, false, Map.of("regions", names.toString()));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    for (Region region : regions(Binary.bytes(content, 0, DESCRIPTOR))) {
      ByteSource bytes = content.slice(region.start, region.end - region.start);
      if (region.name.equals("descriptor")) {
        sink.leaf(region.name, Body.of(bytes));
      } else if (bytes.size() > 0) {
        sink.part(region.name, Body.of(bytes));
      }
    }
    chunk.requireWhole();
  }
}
