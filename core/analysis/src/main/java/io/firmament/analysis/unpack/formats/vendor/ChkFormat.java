package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Netgear CHK: kernel and root file system behind a header with sums of all of them.
public final class ChkFormat extends PartedFormat {
  private static final int FIXED = 40;
  private static final int LONGEST_BOARD = 64;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "chk",
        "Netgear CHK firmware image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "2a23245e")),
        List.of(".chk"),
        List.of("never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt wiki: Netgear .chk", "OpenWrt firmware-utils, src/mkchkimg.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) {
    byte[] fixed = Binary.upTo(image, 0, FIXED);
    if (fixed.length < FIXED) {
      return Optional.empty();
    }
    long header = Binary.u32be(fixed, 4);
    long kernel = Binary.u32be(fixed, 24);
    long root = Binary.u32be(fixed, 28);
    if (header < FIXED || header > FIXED + LONGEST_BOARD || kernel + root == 0) {
      return Optional.empty();
    }
    byte[] head = Binary.upTo(image, 0, (int) header);
    boolean whole = header + kernel + root <= image.size();
    boolean right =
        whole
            && sum(image.slice(header, kernel + root)) == Binary.u32be(fixed, 32)
            && headerFits(head);
    return Optional.of(
        new Parsed(
            header + kernel + root,
            right ? Check.RIGHT : Check.WRONG,
            Map.of("board", Binary.text(head, FIXED, head.length - FIXED)),
            List.of(
                new Part("kernel", header, kernel), new Part("rootfs", header + kernel, root))));
  }

  private static boolean headerFits(byte[] head) {
    byte[] zeroed = head.clone();
    java.util.Arrays.fill(zeroed, 36, 40, (byte) 0);
    return sum(HeapByteSource.of(zeroed)) == Binary.u32be(head, 36);
  }

  /// Two running sums, each folded to 16 bits.
  private static long sum(ByteSource data) {
    long low = 0;
    long high = 0;
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    for (int n = data.read(0, buffer, 0, buffer.length);
        n > 0;
        n = data.read(at, buffer, 0, buffer.length)) {
      for (int i = 0; i < n; i++) {
        low = low + (buffer[i] & 0xff) & 0xffffffffL;
        high = high + low & 0xffffffffL;
      }
      at += n;
    }
    return folded(high) << 16 | folded(low);
  }

  private static long folded(long sum) {
    long once = (sum & 0xffff) + (sum >> 16 & 0xffff);
    return (once >> 16) + once & 0xffff;
  }
}
