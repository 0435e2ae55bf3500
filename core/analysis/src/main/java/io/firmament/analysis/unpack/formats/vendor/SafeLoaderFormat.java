package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// TP-Link's SafeLoader image: length, salted MD5, a text about the vendor, a table of partitions
/// as text, their contents.
public final class SafeLoaderFormat extends PartedFormat {
  private static final int CHECKED_FROM = 0x14;
  private static final int TABLE = 0x1014;
  private static final int DATA = 0x1814;
  private static final byte[] SALT = HexFormat.of().parseHex("7a2b15ed9b98596de504ab44ac2a9f4e");
  private static final Pattern ENTRY =
      Pattern.compile("fwup-ptn (\\S{1,64}) base 0x([0-9a-fA-F]{1,8}) size 0x([0-9a-fA-F]{1,8})");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "tplink-safeloader",
        "TP-Link SafeLoader firmware image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(TABLE, "fwup-ptn ")),
        List.of(),
        List.of("never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt firmware-utils, src/tplink-safeloader.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, DATA);
    long length = Binary.u32be(head, 0);
    if (length < DATA) {
      return Optional.empty();
    }
    List<Part> parts = new ArrayList<>();
    Matcher entries = ENTRY.matcher(Binary.text(head, TABLE, DATA - TABLE));
    while (entries.find()) {
      long base = Long.parseLong(entries.group(2), 16);
      long size = Long.parseLong(entries.group(3), 16);
      if (DATA + base + size > length) {
        return Optional.empty();
      }
      parts.add(new Part(entries.group(1), DATA + base, size));
    }
    boolean right =
        length <= image.size()
            && Arrays.equals(
                Checksums.digest(
                    "MD5",
                    HeapByteSource.of(SALT),
                    image.slice(CHECKED_FROM, length - CHECKED_FROM)),
                Arrays.copyOfRange(head, 4, 20));
    String vendor = Binary.text(head, 0x18, 256);
    int junk = vendor.indexOf('\u00ff');
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Parsed(
                length,
                right ? Check.RIGHT : Check.WRONG,
                Map.of("vendor", (junk < 0 ? vendor : vendor.substring(0, junk)).strip()),
                parts));
  }
}
