package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// An object of ZyXEL's ZyNOS: a header of 48 bytes with the mark `SIG`, and the object, which may
/// be compressed or hold further objects. Accepted with a right checksum, or whole and with a
/// version that is text.
public final class ZynosFormat extends PartedFormat {
  private static final int HEADER = 48;
  private static final int VERSION = 24;
  private static final int VERSION_LENGTH = 15;
  private static final int COMPRESSED_SUM = 0x20;
  private static final int PLAIN_SUM = 0x40;
  private static final int COMPRESSED = 0x80;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "zynos",
        "ZyXEL ZyNOS firmware object",
        FormatCard.Kind.WRAPPER,
        List.of(
            Magic.hex(6, "534947 01"),
            Magic.hex(6, "534947 02"),
            Magic.hex(6, "534947 03"),
            Magic.hex(6, "534947 04"),
            Magic.hex(6, "534947 05"),
            Magic.hex(6, "534947 06"),
            Magic.hex(6, "534947 07")),
        List.of(),
        List.of(
            "the checksum of what a compressed object holds is not verified",
            "the map of the flash is not read",
            "never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt firmware-utils, src/zynos.h and src/mkzynfw.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, HEADER);
    int flags = head[18] & 0xff;
    boolean compressed = (flags & COMPRESSED) != 0;
    long size = Binary.u32be(head, compressed ? 14 : 10);
    boolean summed = (flags & (compressed ? COMPRESSED_SUM : PLAIN_SUM)) != 0;
    String version = Binary.text(head, VERSION, VERSION_LENGTH);
    boolean said = version.length() > 2 && version.chars().allMatch(c -> c >= ' ' && c <= '~');
    if (size < 16 || (!summed && !said)) {
      return Optional.empty();
    }
    ByteSource data = image.slice(HEADER, size);
    boolean whole = data.size() == size;
    if (!whole && !said) {
      return Optional.empty();
    }
    int sum = whole && summed ? sum(data) : 0;
    int expected = Binary.u16be(head, compressed ? 22 : 20);
    boolean right = whole && summed && (sum == expected || (~sum & 0xffff) == expected);
    if (summed && whole && !right && !said) {
      return Optional.empty();
    }
    return Optional.of(
        new Parsed(
            HEADER + size,
            right ? Check.RIGHT : summed ? Check.WRONG : Check.NONE,
            Map.of(
                "address", "0x%08x".formatted(Binary.u32be(head, 0)),
                "kind", kind(head[9]),
                "version", said ? version : "",
                "compressed", Boolean.toString(compressed)),
            List.of(new Part(kind(head[9]).toLowerCase(Locale.ROOT), HEADER, size))));
  }

  private static String kind(int type) {
    return switch (type) {
      case 1 -> "ROM";
      case 2 -> "ROMDIR";
      case 3 -> "BOOTEXT";
      case 4 -> "ROMBIN";
      case 5 -> "ROMCFG";
      default -> "TYPE%d".formatted(type);
    };
  }

  /// RFC 1071, without the last complement.
  private static int sum(ByteSource data) {
    byte[] buffer = new byte[1 << 16];
    long sum = 0;
    for (long at = 0; at < data.size(); at += buffer.length) {
      int n = data.read(at, buffer, 0, buffer.length);
      for (int i = 0; i < n; i += 2) {
        sum += (buffer[i] & 0xff) << 8 | (i + 1 < n ? buffer[i + 1] & 0xff : 0);
      }
    }
    while (sum > 0xffff) {
      sum = (sum >> 16) + (sum & 0xffff);
    }
    return (int) sum;
  }
}
