package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CheckedContent;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Checksum;

/// Buffalo's encrypted image: product, version and data, each under a variant of RC4 whose key is
/// publicly known, with the first byte of the field before as seed; a checksum of the plain data.
public final class BuffaloFormat extends PartedFormat {
  private static final int MAGIC = 6;
  private static final int MOST_PRODUCT = 32;
  private static final int MOST_VERSION = 8;
  private static final int STATE = 256;
  private static final long MOST_STATE = 64L << 20;
  private static final byte[] KEY = Binary.ascii("Buffalo");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "buffalo",
        "Buffalo encrypted firmware image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "start\0"), Magic.text(0, "asar1\0")),
        List.of(),
        List.of(
            "images of devices with another key are not recognised",
            "never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt firmware-utils, src/buffalo-lib.c and src/buffalo-enc.c"));
  }

  /// Where the encrypted data is, and how it is encrypted.
  ///
  /// @param longState the cipher's state is as long as the data
  private record Header(
      String product, String version, boolean longState, int seed, long data, long length) {}

  private static Header header(ByteSource image) throws IOException {
    int seed = Binary.u8(image, MAGIC);
    long at = MAGIC + 1;
    byte[] product = field(image, at, MOST_PRODUCT);
    at += 4 + product.length;
    byte[] version = field(image, at, MOST_VERSION);
    at += 4 + version.length;
    int next = product[0] & 0xff;
    int last = version[0] & 0xff;
    for (boolean longState : new boolean[] {false, true}) {
      Optional<String> name = text(product, seed, longState);
      Optional<String> number = text(version, next, longState);
      if (name.isPresent() && number.isPresent()) {
        long length = Binary.u32be(image, at);
        return new Header(name.get(), number.get(), longState, last, at + 4, length);
      }
    }
    throw new CorruptException("a name that is not encrypted with the known key");
  }

  private static byte[] field(ByteSource image, long at, int most) throws IOException {
    long length = Binary.u32be(image, at);
    if (length < 2 || length > most) {
      throw new CorruptException("a field of %d bytes".formatted(length));
    }
    return Binary.bytes(image, at + 4, (int) length);
  }

  /// Letters with a NUL at the end.
  private static Optional<String> text(byte[] encrypted, int seed, boolean longState) {
    byte[] plain = encrypted.clone();
    new Cipher(seed, longState ? plain.length : STATE).apply(plain, 0, plain.length);
    int last = plain.length - 1;
    for (int i = 0; i < last; i++) {
      if (plain[i] < ' ' || plain[i] > '~') {
        return Optional.empty();
      }
    }
    return plain[last] == 0 ? Optional.of(Binary.text(plain, 0, last)) : Optional.empty();
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    Header header = header(image);
    return Optional.of(
        new Parsed(
            header.data + header.length + 4,
            Check.NONE,
            Map.of(
                "product", header.product,
                "version", header.version,
                "encryption", "RC4 variant, public key"),
            List.of(new Part("firmware", header.data, header.length))));
  }

  @Override
  protected Body body(ByteSource content, Part part) throws IOException {
    Header header = header(content);
    ByteSource data = content.slice(part.offset(), part.length());
    if (data.size() < part.length()) {
      return Body.decoded(() -> new Decrypted(data, header));
    }
    long sum = Binary.u32be(content, part.offset() + part.length());
    return Body.decoded(
        () ->
            new CheckedContent(
                new Decrypted(data, header), part.length(), new Sum(part.length()), sum));
  }

  /// CRC-32 that starts with the length, takes bytes with their sign, and is not inverted.
  private static final class Sum implements Checksum {
    private final long start;
    private int value;

    Sum(long start) {
      this.start = start;
      reset();
    }

    @Override
    public void update(int b) {
      value ^= (byte) b;
      for (int i = 0; i < 8; i++) {
        value = value >>> 1 ^ ((value & 1) == 0 ? 0 : 0xedb88320);
      }
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        update(bytes[i]);
      }
    }

    @Override
    public long getValue() {
      return value & 0xffffffffL;
    }

    @Override
    public void reset() {
      value = (int) start;
    }
  }

  /// RC4, but its state may be shorter or longer than 256; indexes are bytes all the same.
  private static final class Cipher {
    private final byte[] state;
    private int first;
    private int second;

    Cipher(int seed, int length) {
      state = new byte[length];
      for (int i = 0; i < length; i++) {
        state[i] = (byte) i;
      }
      long at = 0;
      for (int i = 0; i < length; i++) {
        int k = i % (KEY.length + 1);
        byte old = state[i];
        at = (at + (k == 0 ? seed : KEY[k - 1] & 0xff) + (old & 0xff)) % length;
        state[i] = state[(int) at];
        state[(int) at] = old;
      }
    }

    void apply(byte[] bytes, int from, int count) {
      for (int i = from; i < from + count; i++) {
        first = (first + 1) % state.length & 0xff;
        second = (second + (state[first] & 0xff)) % state.length & 0xff;
        byte old = state[second];
        state[second] = state[first];
        state[first] = old;
        bytes[i] ^= state[((state[first] & 0xff) + (state[second] & 0xff)) % state.length];
      }
    }
  }

  private static final class Decrypted extends InputStream {
    private final InputStream in;
    private final Cipher cipher;

    Decrypted(ByteSource data, Header header) throws IOException {
      if (header.longState && header.length > MOST_STATE) {
        throw new LimitException(
            Note.Limit.CODEC_MEMORY, "a state of %d bytes".formatted(header.length));
      }
      this.in = new SourceInputStream(data, 0);
      this.cipher = new Cipher(header.seed, header.longState ? (int) header.length : STATE);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = in.read(into, offset, length);
      cipher.apply(into, offset, Math.max(n, 0));
      return n;
    }
  }
}
