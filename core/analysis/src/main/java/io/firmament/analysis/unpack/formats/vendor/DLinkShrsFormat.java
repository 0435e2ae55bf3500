package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// D-Link's encrypted image SHRS: AES-128-CBC with a key that is in every device and publicly
/// known; SHA-512 of the encrypted data.
public final class DLinkShrsFormat extends PartedFormat {
  private static final int HEADER = 0x6dc;
  private static final int VECTOR = 12;
  private static final int ENCRYPTED_DIGEST = 28 + 128;
  private static final byte[] KEY = HexFormat.of().parseHex("c05fbf1936c99429ce2a0781f08d6ad8");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "dlink-shrs",
        "D-Link encrypted firmware image (SHRS)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "SHRS")),
        List.of(),
        List.of(
            "images of devices with another key decrypt to noise",
            "never tried on a real image; the fixture is made from the description"),
        List.of("0x00sec: Breaking the D-Link DIR3060 Firmware Encryption"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, HEADER);
    long padded = Binary.u32be(head, 4);
    long size = Binary.u32be(head, 8);
    if (size == 0 || size > padded || padded % 16 != 0 || padded - size > 1 << 16) {
      return Optional.empty();
    }
    boolean right = false;
    for (long covered : new long[] {size, padded}) {
      byte[] digest = Checksums.digest("SHA-512", image.slice(HEADER, covered));
      right |= Arrays.equals(digest, 0, 64, head, ENCRYPTED_DIGEST, ENCRYPTED_DIGEST + 64);
    }
    return Optional.of(
        new Parsed(
            HEADER + padded,
            right ? Check.RIGHT : Check.WRONG,
            Map.of("encryption", "AES-128-CBC, public key"),
            List.of(new Part("firmware", HEADER, size))));
  }

  @Override
  protected Body body(ByteSource content, Part part) throws IOException {
    byte[] vector = Binary.bytes(content, VECTOR, 16);
    ByteSource padded = content.slice(HEADER, Binary.u32be(content, 4));
    return Body.decoded(() -> Aes.cbc(padded, KEY, vector, part.length()));
  }
}
