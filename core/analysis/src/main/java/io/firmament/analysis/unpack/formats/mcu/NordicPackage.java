package io.firmament.analysis.unpack.formats.mcu;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// Facts of a DFU package of Nordic Semiconductor: a ZIP archive with a manifest, and for each
/// image an init packet, which may be signed.
public final class NordicPackage {
  /// The flash of no such chip is larger.
  public static final int LARGEST_IMAGE = 16 << 20;

  private static final JsonFactory JSON = new JsonFactory();
  private static final String MANIFEST = "manifest.json";
  private static final int DIRECTORY = 4096;
  private static final int MOST_IMAGES = 8;

  private NordicPackage() {}

  /// Gives a member of the archive, up to [#LARGEST_IMAGE].
  @FunctionalInterface
  public interface Members {
    byte[] read(String name) throws IOException;
  }

  /// Whether the end of an archive, where its directory is, names a manifest.
  public static boolean mayBe(ByteSource archive) {
    long start = Math.max(archive.size() - DIRECTORY, 0);
    byte[] end = Binary.upTo(archive, start, DIRECTORY);
    return Binary.text(printable(end), 0, end.length).contains(MANIFEST);
  }

  /// NUL ends no text here.
  private static byte[] printable(byte[] bytes) {
    byte[] text = bytes.clone();
    for (int i = 0; i < text.length; i++) {
      text[i] = text[i] == 0 ? (byte) ' ' : text[i];
    }
    return text;
  }

  /// For each image: how its init packet is signed, which hash it has, and whether that is the
  /// image's. None where there is no manifest of this kind.
  public static Map<String, String> facts(Members members) throws IOException {
    Map<String, Map<String, String>> images = images(members.read(MANIFEST));
    Map<String, String> facts = new TreeMap<>();
    for (Map.Entry<String, Map<String, String>> image : images.entrySet()) {
      String packet = image.getValue().get("dat_file");
      String firmware = image.getValue().get("bin_file");
      if (packet == null || firmware == null || facts.size() > MOST_IMAGES * 8) {
        continue;
      }
      facts.put("package", "Nordic DFU");
      Map<String, String> own;
      try {
        own = image(members.read(packet), members.read(firmware));
      } catch (IOException e) {
        own = Map.of("signature", "unknown");
      }
      own.forEach((name, value) -> facts.put(image.getKey() + "." + name, value));
    }
    return facts;
  }

  /// The texts of each image in `manifest`, by the image's name.
  private static Map<String, Map<String, String>> images(byte[] manifest) throws IOException {
    Map<String, Map<String, String>> images = new TreeMap<>();
    try (JsonParser json = JSON.createParser(manifest)) {
      if (json.nextToken() != JsonToken.START_OBJECT
          || !"manifest".equals(json.nextFieldName())
          || json.nextToken() != JsonToken.START_OBJECT) {
        return images;
      }
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        if (json.nextToken() == JsonToken.START_OBJECT) {
          images.put(name, texts(json));
        } else {
          json.skipChildren();
        }
      }
    }
    return images;
  }

  private static Map<String, String> texts(JsonParser json) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      if (json.nextToken() == JsonToken.VALUE_STRING) {
        texts.put(name, json.getText());
      } else {
        json.skipChildren();
      }
    }
    return texts;
  }

  private static Map<String, String> image(byte[] packet, byte[] firmware) throws IOException {
    return isOld(packet)
        ? old(packet, firmware)
        : NordicInitPacket.of(HeapByteSource.of(packet)).facts(firmware);
  }

  // Before SDK 12: type and revision of the device, version, number of soft devices, as many of
  // two bytes, CRC-16 of the image.
  private static final int OLD_HEADER = 10;

  private static boolean isOld(byte[] packet) {
    return packet.length >= OLD_HEADER + 2
        && packet.length == OLD_HEADER + 2 + 2 * Binary.u16le(packet, 8);
  }

  private static Map<String, String> old(byte[] packet, byte[] firmware) {
    boolean right = crc(firmware) == Binary.u16le(packet, packet.length - 2);
    return Map.of(
        "signature",
        "none",
        "hash",
        "CRC-16",
        "digest",
        right ? "ok" : "wrong",
        "version",
        Long.toString(Binary.u32le(packet, 4)));
  }

  /// CRC-16 of CCITT, from all ones.
  private static int crc(byte[] bytes) {
    int crc = 0xffff;
    for (byte b : bytes) {
      crc ^= (b & 0xff) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
      }
      crc &= 0xffff;
    }
    return crc;
  }

  /// Whether a digest of SHA-2 is the image's; the tools write it from its last byte to its first.
  static boolean matches(String algorithm, byte[] digest, byte[] firmware) {
    byte[] own = Checksums.digest(algorithm, HeapByteSource.of(firmware));
    byte[] reversed = new byte[own.length];
    for (int i = 0; i < own.length; i++) {
      reversed[i] = own[own.length - 1 - i];
    }
    return Arrays.equals(own, digest) || Arrays.equals(reversed, digest);
  }
}
