package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// NXP i.MX boot image: image vector table, boot data, device configuration, program. The boot
/// data's length counts from the start of the medium, before the table.
public final class ImxFormat extends PartedFormat {
  private static final int TABLE = 32;
  private static final long LARGEST = 1 << 26;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "imx",
        "NXP i.MX boot image (IVT)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "d1002040"), Magic.hex(0, "d1002041"), Magic.hex(0, "d1002043")),
        List.of(".imx"),
        List.of("signatures (HAB) are told, not verified"),
        List.of("NXP i.MX 6 reference manual, chapter System Boot", "U-Boot include/imximage.h"));
  }

  /// Header, entry, reserved, configuration, boot data, itself, signatures, reserved; then start,
  /// length, plugin flag.
  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] table = Binary.bytes(image, 0, TABLE);
    long entry = Binary.u32le(table, 4);
    long bootData = Binary.u32le(table, 16);
    long self = Binary.u32le(table, 20);
    long signatures = Binary.u32le(table, 24);
    if (bootData <= self || bootData - self > 1 << 16 || entry < self) {
      return Optional.empty();
    }
    byte[] data = Binary.bytes(image, bootData - self, 12);
    long start = Binary.u32le(data, 0);
    long length = Binary.u32le(data, 4) - (self - start);
    long program = entry - self;
    if (start > self
        || self - start > 1 << 16
        || length <= TABLE
        || length > LARGEST
        || program >= length) {
      return Optional.empty();
    }
    return Optional.of(
        new Parsed(
            length,
            Check.NONE,
            Map.of(
                "entry",
                "%08x".formatted(entry),
                "load",
                "%08x".formatted(start),
                "signed",
                Boolean.toString(signatures != 0)),
            List.of(new Part("program.bin", program, length - program))));
  }
}
