package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A module in the flash of a BMC with AMI MegaRAC: a flash module header and, at the distance it
/// says, the module with its CRC-32. What is erased up to the next module is padding.
public final class MegaracFormat extends PartedFormat {
  private static final int HEADER = 64;
  private static final int END_MARK = 0x55aa;
  private static final int SUMMED = 0x100;
  private static final int FIRMWARE_INFO = 2;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "ami-fmh",
        "AMI MegaRAC flash module (FMH)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "$MODULE$")),
        List.of(),
        List.of(
            "modules whose header stands at an alternate place are not read",
            "modules that are compressed with LZO stay compressed",
            "never tried on a real image; the fixture is made from the description"),
        List.of("AMI MegaRAC U-Boot sources, fmh.h"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, HEADER);
    int sum = 0;
    for (byte b : head) {
      sum += b;
    }
    long location = Binary.u32le(head, 36);
    long size = Binary.u32le(head, 40);
    if (Binary.u16le(head, 62) != END_MARK
        || Binary.u16le(head, 10) != HEADER
        || (sum & 0xff) != 0
        || (size > 0 && location < HEADER)
        || location > 1 << 28) {
      return Optional.empty();
    }
    String name = Binary.text(head, 24, 8).strip();
    int type = head[34] & 0xff;
    boolean summed = (Binary.u16le(head, 44) & SUMMED) != 0 && type != FIRMWARE_INFO && size > 0;
    ByteSource module = image.slice(location, size);
    boolean right =
        summed && module.size() == size && Checksums.crc32(module) == Binary.u32le(head, 50);
    return Optional.of(
        new Parsed(
            size == 0 ? HEADER : location + size,
            summed ? right ? Check.RIGHT : Check.WRONG : Check.NONE,
            Map.of(
                "name", name,
                "kind", kind(type),
                "version", "%d.%d".formatted(head[32], head[33]),
                "allocated", Long.toString(Binary.u32le(head, 12))),
            List.of(new Part(name.isEmpty() ? "module" : name, location, size))));
  }

  private static String kind(int type) {
    return switch (type) {
      case 1 -> "boot loader";
      case FIRMWARE_INFO -> "firmware information";
      case 3, 8 -> "kernel";
      case 4 -> "FPGA";
      case 5 -> "ELF";
      case 6 -> "U-Boot image";
      case 7 -> "initial RAM disk";
      case 9 -> "root file system";
      case 0x10, 0x11 -> "JFFS";
      case 0x20, 0x21, 0x30 -> "configuration";
      case 0x40 -> "web pages";
      default -> "type 0x%02x".formatted(type);
    };
  }
}
