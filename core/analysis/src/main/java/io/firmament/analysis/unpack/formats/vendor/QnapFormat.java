package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// QNAP's image for a NAS: a gzip stream of which the first part is under PC1, a cipher of bytes,
/// with a key that is in every device and publicly known; a footer says how much.
public final class QnapFormat implements Format {
  private static final int FOOTER = 74;
  private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8};

  @Override
  public FormatCard card() {
    return new FormatCard(
        "qnap",
        "QNAP NAS firmware image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(-FOOTER, "icpnas")),
        List.of(),
        List.of(
            "a whole blob only, since it is known by its end",
            "images of network switches, whose key is another, are not read",
            "never tried on a real image; the fixture is made from the description"),
        List.of("https://gist.github.com/ulidtko/966277a465f1856109b2d2674dcee741"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] footer = Binary.upTo(source, source.size() - FOOTER, FOOTER);
    if (start != 0 || footer.length < FOOTER) {
      return Optional.empty();
    }
    long encrypted = Binary.u32le(footer, 6);
    byte[] head = Binary.upTo(source, 0, GZIP.length);
    new Pc1().decrypt(head, 0, head.length);
    if (encrypted < GZIP.length
        || encrypted > source.size() - FOOTER
        || !java.util.Arrays.equals(head, GZIP)) {
      return Optional.empty();
    }
    return Optional.of(
        new Chunk(
            0,
            source.size(),
            Confidence.HIGH,
            false,
            Map.of(
                "device", Binary.text(footer, 10, 16),
                "version", Binary.text(footer, 26, 16),
                "date", Binary.text(footer, 42, 16),
                "revision", Binary.text(footer, 58, 16),
                "encryption", "PC1, public key")));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    long end = content.size() - FOOTER;
    long encrypted = Binary.u32le(content, end + 6);
    sink.payload(
        "firmware.tgz",
        Body.decoded(
            () ->
                new SequenceInputStream(
                    new Decrypted(content.slice(0, encrypted)),
                    new SourceInputStream(content.slice(encrypted, end - encrypted), 0))));
  }

  /// Alexander Pukall's PC1 with seven words of key: each byte's key depends on the bytes before it
  /// by their sum without carry.
  private static final class Pc1 {
    private static final byte[] KEY = Binary.ascii("QNAPNASVERSION");
    private static final int WORDS = KEY.length / 2;

    /// For each sum: what is added to the state, and what goes into the key byte, by word.
    private static final int[][] STEPS = new int[256][];

    static {
      for (int sum = 0; sum < STEPS.length; sum++) {
        STEPS[sum] = steps(sum);
      }
    }

    private int sum;
    private int state;
    private int second;

    private static int[] steps(int sum) {
      int[] steps = new int[2 * WORDS];
      int x = 0;
      for (int i = 0; i < WORDS; i++) {
        int upper = (KEY[2 * i] ^ sum) & 0xff;
        int lower = (KEY[2 * i + 1] ^ sum) & 0xff;
        int word = (upper << 8) + lower - (upper < 0x80 ? 0 : 0x100) & 0xffff;
        x ^= word;
        steps[2 * i] = 0x15a * x & 0xffff;
        x = 0x4e35 * x + 1 & 0xffff;
        steps[2 * i + 1] = x;
      }
      return steps;
    }

    void decrypt(byte[] bytes, int from, int count) {
      for (int at = from; at < from + count; at++) {
        int[] steps = STEPS[sum];
        int key = 0;
        for (int i = 0; i < WORDS; i++) {
          int before = state;
          state = steps[2 * i];
          second = state + before + 0x4e35 * (second + i) & 0xffff;
          key ^= steps[2 * i + 1] ^ second;
        }
        bytes[at] ^= (byte) (key >> 8 ^ key);
        sum ^= bytes[at] & 0xff;
      }
    }
  }

  private static final class Decrypted extends InputStream {
    private final InputStream in;
    private final Pc1 cipher = new Pc1();

    Decrypted(ByteSource source) {
      this.in = new SourceInputStream(source, 0);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = in.read(into, offset, length);
      cipher.decrypt(into, offset, Math.max(n, 0));
      return n;
    }
  }
}
