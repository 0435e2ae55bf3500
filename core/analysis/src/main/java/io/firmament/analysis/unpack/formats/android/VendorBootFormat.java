package io.firmament.analysis.unpack.formats.android;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Android vendor boot image, versions 3 and 4: vendor ramdisks, device tree, and in version 4 a
/// table of the ramdisks and a boot configuration.
public final class VendorBootFormat implements Format {
  private static final int HEADER_3 = 2108;
  private static final int HEADER_4 = 2128;
  private static final int ENTRY = 108;
  private static final int MOST_RAMDISKS = 256;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "android-vendor-boot",
        "Android vendor boot image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "VNDRBOOT")),
        List.of(),
        List.of(),
        List.of("AOSP system/tools/mkbootimg/include/bootimg/bootimg.h"));
  }

  /// Offsets of the parts, each at the start of a page.
  private record Layout(
      int version,
      long ramdisks,
      long ramdisksSize,
      long dtb,
      long dtbSize,
      long table,
      long tableSize,
      long entries,
      long config,
      long configSize,
      long end) {
    static Optional<Layout> of(byte[] head) {
      long version = Binary.u32le(head, 8);
      long page = Binary.u32le(head, 12);
      long header = Binary.u32le(head, 2096);
      boolean four = version == 4;
      if ((version != 3 && !four)
          || header < (four ? HEADER_4 : HEADER_3)
          || header > 1 << 16
          || Long.bitCount(page) != 1
          || page < 2048
          || page > 1 << 16) {
        return Optional.empty();
      }
      long ramdisksSize = Binary.u32le(head, 24);
      long dtbSize = Binary.u32le(head, 2100);
      long tableSize = four ? Binary.u32le(head, 2112) : 0;
      long entries = four ? Binary.u32le(head, 2116) : 0;
      long configSize = four ? Binary.u32le(head, 2124) : 0;
      if (four && (Binary.u32le(head, 2120) != ENTRY || entries * ENTRY > tableSize)) {
        return Optional.empty();
      }
      long ramdisks = pages(header, page);
      long dtb = ramdisks + pages(ramdisksSize, page);
      long table = dtb + pages(dtbSize, page);
      long config = table + pages(tableSize, page);
      long end = config + pages(configSize, page);
      return Optional.of(
          new Layout(
              (int) version,
              ramdisks,
              ramdisksSize,
              dtb,
              dtbSize,
              table,
              tableSize,
              entries,
              config,
              configSize,
              end));
    }

    private static long pages(long size, long page) {
      return (size + page - 1) / page * page;
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER_4);
    if (head.length < HEADER_4) {
      return Optional.empty();
    }
    Map<String, String> meta = new TreeMap<>();
    meta.put("version", Long.toString(Binary.u32le(head, 8)));
    meta.put("commandLine", Binary.text(head, 28, 2048));
    meta.put("name", Binary.text(head, 2080, 16));
    return Layout.of(head).flatMap(layout -> Chunk.sized(source, start, layout.end, false, meta));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Layout layout = Layout.of(Binary.bytes(content, 0, HEADER_4)).orElseThrow();
    if (layout.entries == 0) {
      part(content, layout.ramdisks, layout.ramdisksSize, "ramdisk", sink);
    }
    for (int i = 0; i < Math.min(layout.entries, MOST_RAMDISKS); i++) {
      byte[] entry = Binary.bytes(content, layout.table + (long) i * ENTRY, ENTRY);
      String name = Binary.text(entry, 12, 32);
      part(
          content,
          layout.ramdisks + Binary.u32le(entry, 4),
          Binary.u32le(entry, 0),
          name.isEmpty() ? "ramdisk" + i : "ramdisk-" + name,
          sink);
    }
    part(content, layout.dtb, layout.dtbSize, "dtb", sink);
    if (layout.configSize > 0) {
      sink.leaf("bootconfig", Body.of(content.slice(layout.config, layout.configSize)));
    }
    chunk.requireWhole();
  }

  private static void part(ByteSource content, long offset, long size, String name, Sink sink)
      throws IOException {
    if (size > 0) {
      sink.part(name, Body.of(content.slice(offset, size)));
    }
  }
}
