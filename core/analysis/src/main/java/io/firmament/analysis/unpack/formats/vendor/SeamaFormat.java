package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// SEAMA, the SEAttle iMAge of Alpha Networks and D-Link: entities with metadata and an MD5; a
/// header without an image seals those that follow.
public final class SeamaFormat extends PartedFormat {
  private static final byte[] MAGIC = {0x5e, (byte) 0xa3, (byte) 0xa4, 0x17};
  private static final int HEADER = 12;
  private static final int DIGEST = 16;
  private static final int MOST = 32;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "seama",
        "SEAMA firmware image (Alpha Networks, D-Link)",
        FormatCard.Kind.WRAPPER,
        List.of(new Magic(0, MAGIC)),
        List.of(),
        List.of("never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt firmware-utils, src/seama.h and src/oseama.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) {
    List<Part> parts = new ArrayList<>();
    Map<String, String> meta = new TreeMap<>();
    boolean right = true;
    long at = 0;
    for (int i = 0; i < MOST && Binary.matches(image, at, MAGIC); i++) {
      byte[] head = Binary.upTo(image, at, HEADER + DIGEST);
      if (head.length < HEADER) {
        break;
      }
      int metaSize = Binary.u16be(head, 6);
      long size = Binary.u32be(head, 8);
      long data = at + HEADER + (size == 0 ? 0 : DIGEST) + metaSize;
      if (Binary.u16be(head, 4) != 0 || data > image.size() || (i == 0 && metaSize == 0)) {
        break;
      }
      byte[] text = Binary.upTo(image, data - metaSize, metaSize);
      meta.put(
          "meta" + i,
          new String(text, java.nio.charset.StandardCharsets.ISO_8859_1)
              .replace('\0', ' ')
              .strip());
      if (size > 0) {
        byte[] digest = Checksums.digest("MD5", image.slice(data, size));
        right &= Arrays.equals(digest, 0, DIGEST, head, HEADER, HEADER + DIGEST);
        parts.add(new Part("image" + parts.size(), data, size));
      }
      at = data + size;
    }
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(new Parsed(at, right ? Check.RIGHT : Check.WRONG, meta, parts));
  }
}
