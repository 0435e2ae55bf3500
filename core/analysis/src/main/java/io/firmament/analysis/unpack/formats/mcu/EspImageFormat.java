package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Application or boot loader of Espressif's ESP8266 and ESP32 families: segments with addresses,
/// an XOR of their bytes, and mostly a SHA-256.
public final class EspImageFormat extends PartedFormat {
  private static final int OLD_HEADER = 8;
  private static final int HEADER = 24;
  private static final int SEGMENT = 8;
  private static final int CHECKSUM_SEED = 0xef;
  private static final long APPLICATION = 0xabcd5432L;
  private static final int MOST_SEGMENT = 1 << 24;
  private static final Map<Integer, String> CHIPS =
      Map.ofEntries(
          Map.entry(0, "esp32"),
          Map.entry(2, "esp32-s2"),
          Map.entry(5, "esp32-c3"),
          Map.entry(9, "esp32-s3"),
          Map.entry(12, "esp32-c2"),
          Map.entry(13, "esp32-c6"),
          Map.entry(16, "esp32-h2"),
          Map.entry(18, "esp32-p4"),
          Map.entry(20, "esp32-c61"),
          Map.entry(23, "esp32-c5"));

  @Override
  public FormatCard card() {
    return new FormatCard(
        "esp-image",
        "Espressif ESP8266 and ESP32 image",
        FormatCard.Kind.WRAPPER,
        IntStream.rangeClosed(1, 16)
            .mapToObj(segments -> new Magic(0, new byte[] {(byte) 0xe9, (byte) segments}))
            .toList(),
        List.of(),
        List.of("Secure Boot signatures behind the image are not read"),
        List.of(
            "ESP-IDF components/bootloader_support/include/esp_app_format.h",
            "esptool documentation: Firmware Image Format"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] head = Binary.upTo(image, 0, HEADER);
    if (head.length < HEADER || head[2] < 0 || head[2] > 5) {
      return Optional.empty();
    }
    String chip = CHIPS.get(Binary.u16le(head, 12));
    Optional<Parsed> found = Optional.empty();
    if (chip != null && (head[23] == 0 || head[23] == 1)) {
      found = segments(image, head, HEADER, chip);
    }
    return found.isPresent() ? found : segments(image, head, OLD_HEADER, "esp8266");
  }

  /// Without a right checksum the two bytes of the magic are not enough.
  private static Optional<Parsed> segments(ByteSource image, byte[] head, int header, String chip) {
    List<Part> parts = new ArrayList<>();
    long at = header;
    int sum = CHECKSUM_SEED;
    for (int i = 0; i < head[1]; i++) {
      byte[] segment = Binary.upTo(image, at, SEGMENT);
      if (segment.length < SEGMENT) {
        return Optional.empty();
      }
      long size = Binary.u32le(segment, 4);
      if (size > MOST_SEGMENT || size > image.size() - at - SEGMENT) {
        return Optional.empty();
      }
      sum ^= xor(image.slice(at + SEGMENT, size));
      parts.add(
          new Part(
              "segment%d-%08x.bin".formatted(i, Binary.u32le(segment, 0)), at + SEGMENT, size));
      at += SEGMENT + size;
    }
    at = at / 16 * 16 + 15;
    byte[] stored = Binary.upTo(image, at, 1);
    if (stored.length == 0 || (stored[0] & 0xff) != sum) {
      return Optional.empty();
    }
    at++;
    Map<String, String> meta = new TreeMap<>();
    meta.put("chip", chip);
    meta.put("entry", "%08x".formatted(Binary.u32le(head, 4)));
    boolean hashed = header == HEADER && head[23] == 1;
    boolean right = true;
    if (hashed) {
      byte[] digest = Checksums.digest("SHA-256", image.slice(0, at));
      right = Arrays.equals(digest, Binary.upTo(image, at, 32));
      meta.put("sha256", right ? "ok" : "wrong");
      at += 32;
    }
    describe(image, parts.getFirst(), meta);
    return Optional.of(new Parsed(at, right ? Check.RIGHT : Check.WRONG, meta, parts));
  }

  /// esp_app_desc_t at the start of the first segment.
  private static void describe(ByteSource image, Part first, Map<String, String> meta) {
    byte[] text = Binary.upTo(image, first.offset(), 144);
    if (text.length == 144 && Binary.u32le(text, 0) == APPLICATION) {
      meta.put("secureVersion", Long.toString(Binary.u32le(text, 4)));
      meta.put("version", Binary.text(text, 16, 32));
      meta.put("project", Binary.text(text, 48, 32));
      meta.put("built", Binary.text(text, 96, 16) + " " + Binary.text(text, 80, 16));
      meta.put("idf", Binary.text(text, 112, 32));
    }
  }

  private static int xor(ByteSource data) {
    int sum = 0;
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    for (int n = data.read(0, buffer, 0, buffer.length);
        n > 0;
        n = data.read(at, buffer, 0, buffer.length)) {
      for (int i = 0; i < n; i++) {
        sum ^= buffer[i];
      }
      at += n;
    }
    return sum & 0xff;
  }
}
