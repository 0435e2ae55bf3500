package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// MikroTik's package NPK: items with a type and a length, among them a SquashFS and a signature.
public final class MikrotikFormat extends PartedFormat {
  private static final int HEADER = 8;
  private static final int ITEM_HEADER = 6;
  private static final int MOST = 256;
  private static final Map<Integer, String> TYPES =
      Map.ofEntries(
          Map.entry(1, "package"),
          Map.entry(2, "description"),
          Map.entry(3, "dependencies"),
          Map.entry(4, "files"),
          Map.entry(7, "install-script"),
          Map.entry(8, "uninstall-script"),
          Map.entry(9, "signature"),
          Map.entry(16, "architecture"),
          Map.entry(18, "main-package"),
          Map.entry(21, "squashfs"),
          Map.entry(22, "padding"),
          Map.entry(23, "digest"),
          Map.entry(24, "channel"));
  private static final List<Integer> HELD_APART = List.of(4, 7, 8, 9, 21);

  @Override
  public FormatCard card() {
    return new FormatCard(
        "mikrotik-npk",
        "MikroTik package (NPK)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "1ef1d0ba")),
        List.of(".npk"),
        List.of(
            "signatures are not verified",
            "never tried on a real image; the fixture is made from the description"),
        List.of("https://github.com/kost/mikrotik-npk"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    long length = HEADER + Binary.u32le(image, 4);
    List<Part> parts = new ArrayList<>();
    Map<String, String> meta = new TreeMap<>();
    long at = HEADER;
    for (int i = 0; i < MOST && at < length; i++) {
      byte[] item = Binary.upTo(image, at, ITEM_HEADER + 32);
      if (item.length < ITEM_HEADER) {
        break;
      }
      int type = Binary.u16le(item, 0);
      long size = Binary.u32le(item, 2);
      if (at + ITEM_HEADER + size > length || type > 64) {
        return Optional.empty();
      }
      String name = TYPES.getOrDefault(type, "item" + type);
      if (HELD_APART.contains(type)) {
        parts.add(new Part(name, at + ITEM_HEADER, size));
      } else if (type == 1 && item.length >= ITEM_HEADER + 20) {
        meta.put("name", Binary.text(item, ITEM_HEADER, 16));
        int v = ITEM_HEADER + 16;
        meta.put("version", "%d.%d.%d".formatted(item[v + 3], item[v + 2], item[v]));
      }
      at += ITEM_HEADER + size;
    }
    return parts.isEmpty() || (at != length && length <= image.size())
        ? Optional.empty()
        : Optional.of(new Parsed(length, Check.NONE, meta, parts));
  }
}
