package io.firmament.analysis.unpack.formats.mcu;

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

/// DfuSe of STMicroelectronics: targets with elements at addresses, and a DFU suffix.
public final class DfuSeFormat extends PartedFormat {
  private static final int PREFIX = 11;
  private static final int TARGET = 274;
  private static final int ELEMENT = 8;
  private static final int SUFFIX = 16;
  private static final int MOST_ELEMENTS = 1024;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "dfuse",
        "DfuSe firmware image (STMicroelectronics)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "4466755365 01")),
        List.of(".dfu"),
        List.of("never tried on a real image; the fixture is made from the description"),
        List.of("STMicroelectronics UM0391"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] prefix = Binary.bytes(image, 0, PREFIX);
    long length = Binary.u32le(prefix, 6);
    List<Part> parts = new ArrayList<>();
    long at = PREFIX;
    for (int t = 0; t < (prefix[10] & 0xff) && at + TARGET <= image.size(); t++) {
      byte[] target = Binary.bytes(image, at, TARGET);
      if (!Binary.text(target, 0, 6).equals("Target")) {
        return Optional.empty();
      }
      long elements = Binary.u32le(target, 270);
      at += TARGET;
      for (long e = 0; e < elements && at + ELEMENT <= image.size(); e++) {
        byte[] element = Binary.bytes(image, at, ELEMENT);
        long size = Binary.u32le(element, 4);
        if (at + ELEMENT + size > length || parts.size() >= MOST_ELEMENTS) {
          return Optional.empty();
        }
        String name = "target%d-%08x.bin".formatted(target[6] & 0xff, Binary.u32le(element, 0));
        parts.add(new Part(name, at + ELEMENT, size));
        at += ELEMENT + size;
      }
    }
    byte[] suffix = Binary.upTo(image, length, SUFFIX);
    if (parts.isEmpty() || length < at) {
      return Optional.empty();
    }
    boolean right =
        suffix.length == SUFFIX
            && (Checksums.crc32(image.slice(0, length + 12)) ^ 0xffffffffL)
                == Binary.u32le(suffix, 12);
    return Optional.of(
        new Parsed(
            length + SUFFIX,
            right ? Check.RIGHT : Check.WRONG,
            suffix.length < SUFFIX
                ? Map.of()
                : Map.of(
                    "vendor",
                    "%04x".formatted(Binary.u16le(suffix, 4)),
                    "product",
                    "%04x".formatted(Binary.u16le(suffix, 2))),
            parts));
  }
}
