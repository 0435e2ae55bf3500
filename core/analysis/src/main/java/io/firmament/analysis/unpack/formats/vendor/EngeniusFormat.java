package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.SourceInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// EnGenius' image: a header with the model, data under a repeated XOR of eight bytes. Where that
/// starts is found by the key itself, which stands wherever the plain data has zeros.
public final class EngeniusFormat extends PartedFormat {
  private static final int FIXED = 136;
  private static final byte[] KEY = HexFormat.of().parseHex("ac783c9ecf67b359");
  private static final int SEARCHED = 1 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "engenius",
        "EnGenius firmware image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(92, "12345678 616c6c")),
        List.of(),
        List.of(
            "the checksum is not verified",
            "never tried on a real image; the fixture is made from the description"),
        List.of("https://github.com/ryancdotorg/enfringement"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, FIXED);
    long length = Binary.u32be(head, 32);
    long model = Binary.u32be(head, 132);
    if (model == 0 || model > 64 || length <= FIXED + model) {
      return Optional.empty();
    }
    byte[] name = Binary.upTo(image, FIXED, (int) model);
    return Optional.of(
        new Parsed(
            FIXED + model + length,
            Check.NONE,
            Map.of(
                "model",
                Binary.text(name, 0, name.length),
                "version",
                Binary.text(head, 12, 20),
                "encryption",
                "XOR, public key"),
            List.of(new Part("firmware", FIXED + model, length))));
  }

  @Override
  protected Body body(ByteSource content, Part part) {
    ByteSource data = content.slice(part.offset(), part.length());
    int phase = phase(data);
    return Body.decoded(() -> new Unmixed(new SourceInputStream(data, 0), phase));
  }

  /// The place of the data's first byte in the key; 0 where the key is not to be seen.
  private static int phase(ByteSource data) {
    byte[] bytes = Binary.upTo(data, 0, SEARCHED);
    for (int i = 0; i + KEY.length <= bytes.length; i++) {
      if (java.util.Arrays.equals(bytes, i, i + KEY.length, KEY, 0, KEY.length)) {
        return Math.floorMod(-i, KEY.length);
      }
    }
    return 0;
  }

  private static final class Unmixed extends InputStream {
    private final InputStream in;
    private int at;

    Unmixed(InputStream in, int phase) {
      this.in = in;
      this.at = phase;
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
        into[offset + i] ^= KEY[at];
        at = (at + 1) % KEY.length;
      }
      return n;
    }
  }
}
