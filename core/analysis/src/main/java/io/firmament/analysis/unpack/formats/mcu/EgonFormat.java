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

/// Allwinner's first boot loader (eGON): a jump, the mark, a sum of words, the length.
public final class EgonFormat extends PartedFormat {
  private static final int HEADER = 32;
  private static final long SEED = 0x5f0a6c39L;
  private static final int LARGEST = 1 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "egon",
        "Allwinner boot loader (eGON)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(4, "eGON.BT")),
        List.of(),
        List.of(),
        List.of("linux-sunxi.org: EGON", "U-Boot include/sunxi_image.h"));
  }

  /// The sum of all words, with the seed in place of the stored sum, is that sum.
  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    long length = Binary.u32le(image, 16);
    if (length < HEADER || length > LARGEST || length % 4 != 0) {
      return Optional.empty();
    }
    byte[] bytes = Binary.upTo(image, 0, (int) length);
    long stored = Binary.u32le(image, 12);
    long sum = SEED - stored;
    for (int at = 0; at + 4 <= bytes.length; at += 4) {
      sum += Binary.u32le(bytes, at);
    }
    boolean right = bytes.length == length && (sum & 0xffffffffL) == stored;
    return Optional.of(
        new Parsed(
            length,
            right ? Check.RIGHT : Check.WRONG,
            Map.of("stage", Binary.text(bytes, 8, 4), "architecture", "arm"),
            List.of()));
  }
}
