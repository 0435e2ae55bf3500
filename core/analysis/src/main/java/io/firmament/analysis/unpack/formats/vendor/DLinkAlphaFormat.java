package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Encrypted images of D-Link devices made by Alpha Networks: a SEAMA image under AES-256-CBC, key
/// and vector of the device mixed with its signature; all of them are publicly known.
public final class DLinkAlphaFormat extends PartedFormat {
  private static final int HEADER = 128;
  private static final int MIX = 0xfc;
  private static final byte[] SEAMA = {0x5e, (byte) 0xa3, (byte) 0xa4, 0x17};

  /// A device; the first encrypted bytes are always the same.
  private record Device(String start, String signature, String key, String vector) {
    ByteSource decrypted(ByteSource image, int length) throws IOException {
      return HeapByteSource.of(stream(image, length).readNBytes(length));
    }

    java.io.InputStream stream(ByteSource image, long length) {
      return Aes.cbc(image, mixed(key), mixed(vector), length);
    }

    private byte[] mixed(String text) {
      byte[] bytes = Binary.ascii(text);
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] ^= (byte) ((i + 1) % MIX ^ signature.charAt(i % signature.length()));
      }
      return bytes;
    }
  }

  private static final List<Device> DEVICES =
      List.of(
          new Device(
              "35666f68",
              "wapac25_dlink.2015_dap1665",
              "EfCHXytwsC6F0zsedwZc+9vDbCjE3ge4",
              "ggPy917jwESpnfXm"),
          new Device(
              "6801ccfb",
              "wapac28_dlink.2015_dap1720",
              "qBiz6o/1RVQTtJBd3FS7FDbqogE8yoBm",
              "EfDMqWWxHCOhEqgY"),
          new Device(
              "df8c390d",
              "wrgac43s_dlink.2015_dir822c1",
              "KNpsEntCcsep1jdFIs3wnXySKRGNCGmf",
              "uph587JdKHrtAUlr"),
          new Device(
              "f52aa0b4",
              "wrgac65_dlink.2015_dir842",
              "xQYoRZeD726UAbRb846kO7TeNw8eZa6u",
              "zufEbNF3kUafxFiE"),
          new Device(
              "21ddda00",
              "wrgac65_dlink.2015_dir842EU",
              "xQYoRZeD726UAbRb846kO7TeNw8eZa6u",
              "zufEbNF3kUafxFiE"),
          new Device(
              "e313005b",
              "wrgac05_dlob.hans_dir850l",
              "BIuS1CVMEQG+0pUeE99jnR+vLlLd9unr",
              "f3+odwHhmJL1ceW1"),
          new Device(
              "0a14e424",
              "wrgac25_dlink.2013gui_dir850l",
              "qQehHMEmEPQ5izL+cabn8bNHZXHjkp6W",
              "Mmb+IKQgnO8OuF4b"),
          new Device(
              "4c1b95af",
              "wrgac37_dlink.2013gui_dir859",
              "KY0H9R2PDL3eu1J4uCVd1CK7BJ7vF1kc",
              "qbStAzIRvWeQHz5U"));

  @Override
  public FormatCard card() {
    return new FormatCard(
        "dlink-alpha",
        "D-Link encrypted firmware image (Alpha Networks)",
        FormatCard.Kind.WRAPPER,
        DEVICES.stream().map(device -> Magic.hex(0, device.start)).toList(),
        List.of(),
        List.of(
            "eight devices whose keys are publicly known",
            "never tried on a real image; the fixture is made from the description"),
        List.of("https://github.com/devttys0/delink"));
  }

  private static Optional<Device> device(ByteSource image) {
    return DEVICES.stream()
        .filter(device -> Binary.matches(image, 0, java.util.HexFormat.of().parseHex(device.start)))
        .findFirst();
  }

  /// The first 128 decrypted bytes are two SEAMA headers: one with the signature as its metadata,
  /// one with the size of the image.
  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    Optional<Device> device = device(image);
    if (device.isEmpty() || image.size() < HEADER) {
      return Optional.empty();
    }
    ByteSource head = device.get().decrypted(image, HEADER);
    long signature = Binary.u32be(head, 4);
    if (!Binary.matches(head, 0, SEAMA)
        || signature > 64
        || !Binary.matches(head, 12 + signature, SEAMA)) {
      return Optional.empty();
    }
    long size = Binary.u32be(head, 12 + signature + 8);
    return size % 16 != 0 || size == 0
        ? Optional.empty()
        : Optional.of(
            new Parsed(
                HEADER + size,
                Check.NONE,
                Map.of(
                    "signature", device.get().signature, "encryption", "AES-256-CBC, public key"),
                List.of(new Part("firmware", 0, HEADER + size))));
  }

  @Override
  protected Body body(ByteSource content, Part part) throws IOException {
    Device device = device(content).orElseThrow();
    return Body.decoded(() -> device.stream(content, part.length()));
  }
}
