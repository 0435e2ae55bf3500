package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Matter's image for over-the-air updates: sizes, a header in Matter's TLV, the payload with its
/// digest.
public final class MatterOtaFormat extends PartedFormat {
  private static final int FIXED = 16;
  private static final int MOST_HEADER = 1 << 12;
  private static final int SHA_256 = 1;
  private static final List<String> FIELDS =
      List.of(
          "vendor",
          "product",
          "version",
          "versionText",
          "payloadSize",
          "minimumVersion",
          "maximumVersion",
          "releaseNotes",
          "digestType",
          "digest");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "matter-ota",
        "Matter OTA image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "1ef1ee1b")),
        List.of(".ota"),
        List.of("digests other than SHA-256 are not verified"),
        List.of("Matter Core Specification 1.2, section 11.21.1"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] fixed = Binary.bytes(image, 0, FIXED);
    long length = Binary.i64le(fixed, 4);
    long header = Binary.u32le(fixed, 12);
    if (header < 4 || header > MOST_HEADER || length <= FIXED + header || length > 1L << 32) {
      return Optional.empty();
    }
    byte[] tlv = Binary.bytes(image, FIXED, (int) header);
    Map<String, String> meta = new TreeMap<>();
    byte[] digest = fields(tlv, meta);
    long payload = length - FIXED - header;
    if (!meta.containsKey("vendor") || !meta.containsKey("version")) {
      return Optional.empty();
    }
    Check check = Check.NONE;
    if (digest.length == 32 && Integer.toString(SHA_256).equals(meta.get("digestType"))) {
      ByteSource data = image.slice(FIXED + header, payload);
      check = Arrays.equals(Checksums.digest("SHA-256", data), digest) ? Check.RIGHT : Check.WRONG;
    }
    return Optional.of(
        new Parsed(length, check, meta, List.of(new Part("firmware", FIXED + header, payload))));
  }

  /// Control byte with the kind in its lower and the form of the tag in its upper bits; context
  /// tags are one byte. Gives the digest, empty where there is none.
  private static byte[] fields(byte[] tlv, Map<String, String> meta) {
    byte[] digest = {};
    int at = 0;
    while (at < tlv.length) {
      int kind = tlv[at] & 0x1f;
      boolean tagged = (tlv[at] & 0xe0) == 0x20;
      int tag = tagged && at + 1 < tlv.length ? tlv[at + 1] & 0xff : -1;
      at += tagged ? 2 : 1;
      int width = 1 << (kind & 3);
      if (kind == 0x15 || kind == 0x18 || kind == 8 || kind == 9) {
        continue;
      }
      if (kind > 0x13 || (kind > 7 && kind < 0x0c) || at + width > tlv.length) {
        return digest;
      }
      long value = 0;
      for (int i = width - 1; i >= 0; i--) {
        value = value << 8 | (tlv[at + i] & 0xff);
      }
      at += width;
      String name = tag >= 0 && tag < FIELDS.size() ? FIELDS.get(tag) : "";
      if (kind < 8) {
        put(meta, name, Long.toUnsignedString(value));
        continue;
      }
      if (value < 0 || value > tlv.length - at) {
        return digest;
      }
      byte[] bytes = Arrays.copyOfRange(tlv, at, at + (int) value);
      at += (int) value;
      if (name.equals("digest")) {
        digest = bytes;
      } else if (kind < 0x10) {
        put(meta, name, Binary.text(bytes, 0, bytes.length));
      }
    }
    return digest;
  }

  private static void put(Map<String, String> meta, String name, String value) {
    if (!name.isEmpty()) {
      meta.put(name, value);
    }
  }
}
