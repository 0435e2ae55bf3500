package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The trailer of ASUS' images, which are U-Boot images with the product in the name: the number of
/// the build, and sums.
public final class AsusTrailerFormat extends PartedFormat {
  private static final int CONTENT = 12;
  private static final int WHOLE = CONTENT + 12;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "asus-trailer",
        "ASUS firmware trailer",
        FormatCard.Kind.DATA,
        List.of(Magic.hex(WHOLE - 4, "2afed414")),
        List.of(),
        List.of(
            "the sums are not verified",
            "the image before it is read as the U-Boot image or TRX that it is",
            "never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt firmware-utils, src/mkasustrx.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] b = Binary.bytes(image, 0, WHOLE);
    int kind = b[CONTENT] & 0xff;
    int length = Binary.u16be(b, CONTENT + 1) << 8 | (b[CONTENT + 3] & 0xff);
    if ((kind != 0x10 && kind != 1) || length != CONTENT) {
      return Optional.empty();
    }
    String build = "%d.%d".formatted(Binary.u16le(b, 4), Binary.u32le(b, 0));
    return Optional.of(new Parsed(WHOLE, Check.NONE, Map.of("build", build), List.of()));
  }
}
