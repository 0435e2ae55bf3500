package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// TRX, the image of Broadcom's routers, versions 1 and 2: up to four parts behind a header with a
/// CRC-32 without its final complement.
public final class TrxFormat extends PartedFormat {
  private static final int CHECKED_FROM = 12;
  private static final int HEADER = 28;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "trx",
        "TRX firmware image (Broadcom)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "HDR0")),
        List.of(".trx"),
        List.of("never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt wiki: TRX vs. TRX2", "OpenWrt firmware-utils, src/trx.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) {
    byte[] head = Binary.upTo(image, 0, HEADER + 4);
    if (head.length < HEADER + 4) {
      return Optional.empty();
    }
    long length = Binary.u32le(head, 4);
    int version = Binary.u16le(head, 14);
    if (version < 1 || version > 2 || length < HEADER) {
      return Optional.empty();
    }
    int header = version == 1 ? HEADER : HEADER + 4;
    List<Long> offsets = new ArrayList<>();
    for (int at = 16; at < header; at += 4) {
      long offset = Binary.u32le(head, at);
      if (offset >= header && offset < length && !offsets.contains(offset)) {
        offsets.add(offset);
      }
    }
    offsets.sort(null);
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < offsets.size(); i++) {
      long end = i + 1 < offsets.size() ? offsets.get(i + 1) : length;
      parts.add(new Part("part" + i, offsets.get(i), end - offsets.get(i)));
    }
    ByteSource checked = image.slice(CHECKED_FROM, length - CHECKED_FROM);
    boolean right = (Checksums.crc32(checked) ^ 0xffffffffL) == Binary.u32le(head, 8);
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Parsed(
                length,
                right ? Check.RIGHT : Check.WRONG,
                Map.of("version", Integer.toString(version)),
                parts));
  }
}
