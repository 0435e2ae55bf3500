package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Xiaomi's router images HDR1 and HDR2: named blobs, a CRC-32 without its final complement, and a
/// signature at the end.
public final class XiaomiFormat extends PartedFormat {
  private static final int BLOBS = 8;
  private static final int BLOB_HEADER = 48;
  private static final int SIGNATURE = 16 + 256;
  private static final int CHECKED_FROM = 12;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "xiaomi",
        "Xiaomi firmware image (HDR1, HDR2)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "HDR1"), Magic.text(0, "HDR2")),
        List.of(),
        List.of(
            "signatures are not verified",
            "never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt firmware-utils, src/xiaomifw.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    boolean second = Binary.u8(image, 3) == '2';
    int table = second ? 48 : 16;
    byte[] head = Binary.bytes(image, 0, table + 4 * BLOBS);
    long signature = Binary.u32le(head, 4);
    if (signature < head.length || signature > 1L << 30) {
      return Optional.empty();
    }
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < BLOBS; i++) {
      long offset = Binary.u32le(head, table + 4 * i);
      if (offset == 0) {
        break;
      }
      byte[] blob = Binary.upTo(image, offset, BLOB_HEADER);
      if (blob.length < BLOB_HEADER) {
        break;
      }
      long size = Binary.u32le(blob, 8);
      if (Binary.u32le(blob, 0) != 0xbabe || offset + BLOB_HEADER + size > signature) {
        return Optional.empty();
      }
      parts.add(new Part(Binary.text(blob, 16, 32), offset + BLOB_HEADER, size));
    }
    long length = signature + SIGNATURE;
    ByteSource checked = image.slice(CHECKED_FROM, length - CHECKED_FROM);
    boolean right =
        length <= image.size() && (Checksums.crc32(checked) ^ 0xffffffffL) == Binary.u32le(head, 8);
    String device =
        second
            ? Binary.text(head, 16, 8) + " " + Binary.text(head, 24, 8)
            : Integer.toString(Binary.u16le(head, 14));
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Parsed(
                length,
                right ? Check.RIGHT : Check.WRONG,
                Map.of("header", second ? "HDR2" : "HDR1", "device", device),
                parts));
  }
}
