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

/// The header that the boot ROM of STM32 microprocessors reads: signature, sum of the bytes, length
/// and addresses.
public final class Stm32Format extends PartedFormat {
  private static final int HEADER_1 = 256;
  private static final int HEADER_2 = 512;
  private static final long LARGEST = 1 << 26;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "stm32",
        "STM32 microprocessor boot image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "STM2")),
        List.of(".stm32"),
        List.of("signatures are told, not verified"),
        List.of(
            "STMicroelectronics wiki: STM32 header for binary files", "U-Boot tools/stm32image.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, HEADER_1);
    long version = Binary.u32le(head, 72);
    long length = Binary.u32le(head, 76);
    if ((version != 0x10000 && version != 0x20000) || length == 0 || length > LARGEST) {
      return Optional.empty();
    }
    int header = version == 0x10000 ? HEADER_1 : HEADER_2;
    boolean right = sum(image.slice(header, length)) == Binary.u32le(head, 68);
    boolean signed = false;
    for (int i = 4; i < 68; i++) {
      signed |= head[i] != 0;
    }
    return Optional.of(
        new Parsed(
            header + length,
            right ? Check.RIGHT : Check.WRONG,
            Map.of(
                "headerVersion",
                version == 0x10000 ? "1" : "2",
                "entry",
                "%08x".formatted(Binary.u32le(head, 80)),
                "load",
                "%08x".formatted(Binary.u32le(head, 88)),
                "imageVersion",
                Long.toString(Binary.u32le(head, 96)),
                "signed",
                Boolean.toString(signed)),
            List.of(new Part("firmware.bin", header, length))));
  }

  private static long sum(ByteSource data) {
    long sum = 0;
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    for (int n = data.read(0, buffer, 0, buffer.length);
        n > 0;
        n = data.read(at, buffer, 0, buffer.length)) {
      for (int i = 0; i < n; i++) {
        sum += buffer[i] & 0xff;
      }
      at += n;
    }
    return sum & 0xffffffffL;
  }
}
