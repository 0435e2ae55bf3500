package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// TP-Link's header of 512 bytes, versions 1 to 3: kernel, root file system and boot loader, and a
/// salted MD5 of all.
public final class TpLinkFormat extends PartedFormat {
  private static final int HEADER = 512;

  /// Where the fields of a header are.
  ///
  /// @param salts instead of the digest, without and with a boot loader
  private record Layout(int hardware, int digest, int length, int kernel, List<String> salts) {}

  private static final Layout FIRST =
      new Layout(
          0x40,
          0x4c,
          0x7c,
          0x80,
          List.of("dcd73aa5c39598fbddf9e7f40eae4738", "8cef335bd5c5cefaa79c28dab2e90f42"));
  private static final Layout SECOND =
      new Layout(
          0x34,
          0x40,
          0x70,
          0x74,
          List.of("dcd73aa5c39598fbdcf9e7f40eae4737", "8cef335fd5c5cefaac9c28dab2e90f42"));

  @Override
  public FormatCard card() {
    return new FormatCard(
        "tplink",
        "TP-Link firmware image, header versions 1 to 3",
        FormatCard.Kind.WRAPPER,
        List.of(
            Magic.hex(0, "01000000 54502d4c494e4b20546563686e6f6c6f67696573"),
            Magic.hex(0x8c, "55aa")),
        List.of(),
        List.of(
            "versions 2 and 3 are accepted with a right digest only",
            "never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt firmware-utils, src/mktplinkfw.c and src/mktplinkfw2.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] head = Binary.upTo(image, 0, HEADER);
    if (head.length < HEADER || head[1] != 0 || head[2] != 0 || head[3] != 0) {
      return Optional.empty();
    }
    boolean first = head[0] == 1 && Binary.text(head, 4, 24).startsWith("TP-LINK");
    boolean second = (head[0] == 2 || head[0] == 3) && (head[0x90] & 0xff) == 0xa5;
    if (!first && !second) {
      return Optional.empty();
    }
    Layout layout = first ? FIRST : SECOND;
    long length = Binary.u32be(head, layout.length);
    if (length <= HEADER || length > 1 << 28) {
      return Optional.empty();
    }
    boolean right = length <= image.size() && digestFits(image, head, layout, length);
    if (!right && (second || !plausible(head, layout, length))) {
      return Optional.empty();
    }
    TreeMap<String, String> meta = new TreeMap<>();
    meta.put("headerVersion", Integer.toString(head[0]));
    meta.put("firmware", Binary.text(head, first ? 28 : 4, 36));
    meta.put("hardwareId", HexFormat.of().formatHex(head, layout.hardware, layout.hardware + 4));
    meta.put("revision", HexFormat.of().formatHex(head, layout.hardware + 4, layout.hardware + 8));
    return Optional.of(
        new Parsed(
            length,
            right ? Check.RIGHT : Check.WRONG,
            meta,
            List.of(
                part("kernel", head, layout.kernel, length),
                part("rootfs", head, layout.kernel + 8, length),
                part("boot", head, layout.kernel + 16, length))));
  }

  private static Part part(String name, byte[] head, int at, long length) {
    long offset = Binary.u32be(head, at);
    long size = Binary.u32be(head, at + 4);
    boolean fits = offset >= HEADER && size <= length - offset;
    return new Part(name, offset, fits ? size : 0);
  }

  private static boolean plausible(byte[] head, Layout layout, long length) {
    return part("kernel", head, layout.kernel, length).length() > 0;
  }

  private static boolean digestFits(ByteSource image, byte[] head, Layout layout, long length) {
    for (String salt : layout.salts) {
      byte[] salted = head.clone();
      System.arraycopy(HexFormat.of().parseHex(salt), 0, salted, layout.digest, 16);
      byte[] found =
          Checksums.digest("MD5", HeapByteSource.of(salted), image.slice(HEADER, length - HEADER));
      if (Arrays.equals(found, 0, 16, head, layout.digest, layout.digest + 16)) {
        return true;
      }
    }
    return false;
  }
}
