package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// D-Link's `encrpted_img` (sic): a UBI image, each eraseblock under AES-256-CBC with a key that is
/// in every device and publicly known. The first 16 bytes of an eraseblock are always the same and
/// are put back.
public final class DLinkEncryptedFormat extends PartedFormat {
  private static final int HEADER = 16;
  private static final int ERASEBLOCK = 0x20000;
  private static final byte[] KEY = Binary.ascii("he9-4+M!)d6=m~we1,q2a3d1n&2*Z^%8");
  private static final byte[] VECTOR = Binary.ascii("J%1iQl8$=lm-;8AE");
  private static final byte[] FIRST = HexFormat.of().parseHex("55424923010000000000000000000000");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "dlink-encrpted",
        "D-Link encrypted firmware image (encrpted_img)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "encrpted_img")),
        List.of(),
        List.of(
            "images of devices with another key decrypt to noise",
            "never tried on a real image; the fixture is made from the description"),
        List.of("https://www.onekey.com/resource/extracting-decryption-keys-dlink"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    long size = Binary.u32be(image, 12);
    return size == 0
        ? Optional.empty()
        : Optional.of(
            new Parsed(
                HEADER + size,
                Check.NONE,
                Map.of("encryption", "AES-256-CBC, public key"),
                List.of(new Part("firmware.ubi", HEADER, size))));
  }

  @Override
  protected Body body(ByteSource content, Part part) {
    ByteSource data = content.slice(part.offset(), part.length());
    return Body.decoded(() -> new Patched(Aes.cbc(data, KEY, VECTOR, data.size() / 16 * 16)));
  }

  /// Puts the known start into each eraseblock.
  private static final class Patched extends InputStream {
    private final InputStream in;
    private long at;

    Patched(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = in.read(into, offset, length);
      for (int i = 0; i < n; i++) {
        int inside = (int) ((at + i) % ERASEBLOCK);
        if (inside < FIRST.length) {
          into[offset + i] = FIRST[inside];
        }
      }
      at += Math.max(n, 0);
      return n;
    }
  }
}
