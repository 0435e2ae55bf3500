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

/// Ubiquiti's image: a header with the version, partitions with a CRC-32 each, an end record with a
/// CRC-32 or a signature.
public final class UbiquitiFormat extends PartedFormat {
  private static final int HEADER = 268;
  private static final int PART_HEADER = 56;
  private static final int PART_TAIL = 8;
  private static final int END = 12;
  private static final int SIGNED_END = 8 + 256;
  private static final int MOST = 64;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "ubiquiti",
        "Ubiquiti firmware image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "UBNT"), Magic.text(0, "OPEN"), Magic.text(0, "GEOS")),
        List.of(),
        List.of(
            "signatures are not verified",
            "never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt firmware-utils, src/fw.h and src/mkfwimage.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, HEADER);
    if (Checksums.crc32(image.slice(0, HEADER - 8)) != Binary.u32be(head, HEADER - 8)) {
      return Optional.empty();
    }
    List<Part> parts = new ArrayList<>();
    boolean right = true;
    long at = HEADER;
    while (parts.size() < MOST && at + PART_HEADER <= image.size()) {
      byte[] part = Binary.bytes(image, at, PART_HEADER);
      String magic = Binary.text(part, 0, 4);
      if (!magic.equals("PART") && !magic.equals("EXEC") && !magic.equals("FILE")) {
        break;
      }
      long size = Binary.u32be(part, 48);
      long data = at + PART_HEADER;
      byte[] tail = Binary.upTo(image, data + size, 4);
      right &=
          tail.length == 4
              && Checksums.crc32(image.slice(at, PART_HEADER + size)) == Binary.u32be(tail, 0);
      parts.add(new Part(Binary.text(part, 4, 16), data, size));
      at = data + size + PART_TAIL;
    }
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    byte[] end = Binary.upTo(image, at, END);
    boolean signed = end.length == END && Binary.text(end, 0, 4).equals("ENDS");
    right &= signed || (end.length == END && Binary.text(end, 0, 4).equals("END."));
    if (right && !signed) {
      right = Checksums.crc32(image.slice(0, at)) == Binary.u32be(end, 4);
    }
    return Optional.of(
        new Parsed(
            at + (signed ? SIGNED_END : END),
            right ? Check.RIGHT : Check.WRONG,
            Map.of("version", Binary.text(head, 4, 256), "signed", Boolean.toString(signed)),
            parts));
  }
}
