package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A whole flash of an ESP32 with its partition table at the usual place, 32 KiB from the start.
/// What is before the table is the boot loader.
public final class EspPartitionsFormat extends PartedFormat {
  private static final int TABLE = 0x8000;
  private static final int TABLE_SIZE = 0xc00;
  private static final int ENTRY = 32;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "esp-flash",
        "Flash of an ESP32 with a partition table",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(TABLE, "aa50 01"), Magic.hex(TABLE, "aa50 00")),
        List.of(),
        List.of("tables at another place are not found", "tables without an MD5 are not read"),
        List.of("ESP-IDF API guide: Partition Tables"));
  }

  /// Magic 2, type, subtype, offset, size, label of 16, flags; the end is an entry with the MD5 of
  /// those before it.
  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] table = Binary.bytes(image, TABLE, TABLE_SIZE);
    List<Part> parts = new ArrayList<>();
    Map<String, String> meta = new TreeMap<>();
    parts.add(new Part("bootloader", 0, TABLE));
    long end = TABLE + TABLE_SIZE;
    for (int at = 0; at + ENTRY <= TABLE_SIZE; at += ENTRY) {
      if (Binary.u16le(table, at) == 0xebeb) {
        byte[] digest = Checksums.digest("MD5", image.slice(TABLE, at));
        boolean right = Arrays.equals(digest, Arrays.copyOfRange(table, at + 16, at + 32));
        return at > 0 && right
            ? Optional.of(new Parsed(end, Check.RIGHT, meta, parts))
            : Optional.empty();
      }
      long offset = Binary.u32le(table, at + 4);
      long size = Binary.u32le(table, at + 8);
      String label = Binary.text(table, at + 12, 16);
      if (Binary.u16le(table, at) != 0x50aa || offset < TABLE + TABLE_SIZE || size > 1 << 28) {
        return Optional.empty();
      }
      parts.add(new Part(label, offset, size));
      meta.put(
          "partition." + label,
          "type=%d subtype=%d flags=%x"
              .formatted(table[at + 2], table[at + 3], Binary.u32le(table, at + 28)));
      end = Math.max(end, offset + size);
    }
    return Optional.empty();
  }
}
