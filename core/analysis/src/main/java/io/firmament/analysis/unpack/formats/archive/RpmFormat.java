package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// RPM package, versions 3 and 4: lead, signature header, header, and a compressed cpio archive.
public final class RpmFormat extends PartedFormat {
  private static final int LEAD = 96;
  private static final int INTRO = 16;
  private static final int ENTRY = 16;
  private static final int MOST_ENTRIES = 1 << 16;
  private static final int MOST_DATA = 64 << 20;
  private static final int SIGNATURE_SIZE = 1000;
  private static final int SIGNATURE_LONG_SIZE = 270;
  private static final int SIGNATURE_SHA256 = 273;
  private static final int SIGNATURE_MD5 = 1004;
  private static final Map<Integer, String> FACTS =
      Map.of(
          1000, "name",
          1001, "version",
          1002, "release",
          1014, "license",
          1022, "architecture",
          1125, "compressor");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "rpm",
        "RPM package",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "edabeedb")),
        List.of(".rpm"),
        List.of(
            "owners stand in the header as names and are not read", "signatures are not verified"),
        List.of("rpm docs/manual/format_v4.md"));
  }

  /// A header: entries of tag, type, offset and count, and the data that they point to.
  private record Header(byte[] entries, byte[] data, long end) {
    static Header at(ByteSource image, long at) throws IOException {
      byte[] intro = Binary.bytes(image, at, INTRO);
      long count = Binary.u32be(intro, 8);
      long size = Binary.u32be(intro, 12);
      if (Binary.u32be(intro, 0) != 0x8eade801L || count > MOST_ENTRIES || size > MOST_DATA) {
        throw new CorruptException("no header at offset " + at);
      }
      byte[] entries = Binary.bytes(image, at + INTRO, (int) count * ENTRY);
      long data = at + INTRO + entries.length;
      return new Header(entries, Binary.bytes(image, data, (int) size), data + size);
    }

    /// The offset of a tag's value in the data, or -1.
    int find(int tag) {
      for (int at = 0; at < entries.length; at += ENTRY) {
        if (Binary.u32be(entries, at) == tag && Binary.u32be(entries, at + 8) < data.length) {
          return (int) Binary.u32be(entries, at + 8);
        }
      }
      return -1;
    }

    String text(int tag) {
      int at = find(tag);
      return at < 0 ? "" : Binary.text(data, at, data.length - at);
    }
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    int major = Binary.u8(image, 4);
    if (major < 3 || major > 4) {
      return Optional.empty();
    }
    Header signature = Header.at(image, LEAD);
    long start = (signature.end + 7) / 8 * 8;
    Header header = Header.at(image, start);
    int size = signature.find(SIGNATURE_SIZE);
    int longSize = signature.find(SIGNATURE_LONG_SIZE);
    long length;
    if (size >= 0 && size + 4 <= signature.data.length) {
      length = Binary.u32be(signature.data, size);
    } else if (longSize >= 0 && longSize + 8 <= signature.data.length) {
      length = Binary.i64be(signature.data, longSize);
    } else {
      return Optional.empty();
    }
    if (length < header.end - start || length > 1L << 40) {
      return Optional.empty();
    }
    Map<String, String> meta = new TreeMap<>();
    FACTS.forEach((tag, name) -> meta.put(name, header.text(tag)));
    return Optional.of(
        new Parsed(
            start + length,
            check(image, signature, start, header, length),
            meta,
            List.of(new Part("payload", header.end, start + length - header.end))));
  }

  /// The MD5 of header and payload, or else the SHA-256 of the header.
  private static Check check(
      ByteSource image, Header signature, long start, Header header, long length) {
    int md5 = signature.find(SIGNATURE_MD5);
    if (md5 >= 0 && md5 + 16 <= signature.data.length) {
      byte[] found = Checksums.digest("MD5", image.slice(start, length));
      return Arrays.equals(found, 0, 16, signature.data, md5, md5 + 16) ? Check.RIGHT : Check.WRONG;
    }
    String sha256 = signature.text(SIGNATURE_SHA256);
    if (sha256.isEmpty()) {
      return Check.NONE;
    }
    byte[] found = Checksums.digest("SHA-256", image.slice(start, header.end - start));
    return HexFormat.of().formatHex(found).equals(sha256) ? Check.RIGHT : Check.WRONG;
  }
}
