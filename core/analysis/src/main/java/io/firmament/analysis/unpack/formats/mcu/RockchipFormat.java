package io.firmament.analysis.unpack.formats.mcu;

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

/// Rockchip's update images: RKFW holds a boot loader and an RKAF, which holds named partitions.
public final class RockchipFormat extends PartedFormat {
  private static final int FIRMWARE_HEADER = 0x66;
  private static final int FIRMWARE_DIGEST = 32;
  private static final int ARCHIVE_HEADER = 0x8c;
  private static final int ENTRY = 0x70;
  private static final int MOST_PARTS = 16;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "rockchip",
        "Rockchip update image (RKFW, RKAF)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "524b4657 6600"), Magic.text(0, "RKAF")),
        List.of(),
        List.of(
            "checksums at the end are not verified",
            "never tried on a real image; the fixture is made from the description"),
        List.of("https://github.com/linux-rockchip/rkflashtool", "rkbin afptool, rkImageMaker"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    return Binary.u8(image, 2) == 'F' ? firmware(image) : archive(image);
  }

  private static Optional<Parsed> firmware(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, FIRMWARE_HEADER);
    Part loader = new Part("loader", Binary.u32le(head, 0x19), Binary.u32le(head, 0x1d));
    Part update = new Part("update", Binary.u32le(head, 0x21), Binary.u32le(head, 0x25));
    if (loader.offset() < FIRMWARE_HEADER
        || update.offset() < loader.offset() + loader.length()
        || update.length() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Parsed(
            update.offset() + update.length() + FIRMWARE_DIGEST,
            Check.NONE,
            Map.of(
                "image",
                "RKFW",
                "chip",
                Long.toHexString(Binary.u32le(head, 0x15)),
                "built",
                "%d-%02d-%02d".formatted(Binary.u16le(head, 14), head[16], head[17])),
            List.of(loader, update)));
  }

  /// Length without the four bytes of the checksum at the end, model, id, manufacturer, entries.
  private static Optional<Parsed> archive(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, ARCHIVE_HEADER);
    long length = Binary.u32le(head, 4);
    long count = Binary.u32le(head, 0x88);
    if (count == 0 || count > MOST_PARTS || length < ARCHIVE_HEADER) {
      return Optional.empty();
    }
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] entry = Binary.bytes(image, ARCHIVE_HEADER + (long) i * ENTRY, ENTRY);
      long offset = Binary.u32le(entry, 0x60);
      long size = Binary.u32le(entry, 0x6c);
      String name = Binary.text(entry, 0, 32);
      if (offset + size > length || name.isEmpty()) {
        return Optional.empty();
      }
      if (!Binary.text(entry, 32, 60).equals("SELF")) {
        parts.add(new Part(name, offset, size));
      }
    }
    return Optional.of(
        new Parsed(
            length + 4,
            Check.NONE,
            Map.of("image", "RKAF", "model", Binary.text(head, 8, 34)),
            parts));
  }
}
