package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A volume encrypted with LUKS, versions 1 and 2: what its header says.
///
/// The header has no size of the volume, so that a volume at the start of a blob is taken to fill
/// it, and of one elsewhere only the header is claimed.
public final class LuksFormat implements Format {
  private static final int HEADER_1 = 592;
  private static final int SLOT = 48;
  private static final int SLOTS = 8;
  private static final long ENABLED = 0xac71f3L;
  private static final int MOST_HEADER = 4 << 20;
  private static final Pattern CIPHER = Pattern.compile("\"encryption\":\"([^\"]{1,64})\"");
  private static final Pattern DERIVATION =
      Pattern.compile("\"kdf\":\\{\"type\":\"([^\"]{1,32})\"");
  private static final Pattern DATA = Pattern.compile("\"offset\":\"(\\d{1,15})\"");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "luks",
        "LUKS encrypted volume (1 and 2)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "4c554b53babe 0001"), Magic.hex(0, "4c554b53babe 0002")),
        List.of(),
        List.of("the content needs a key; the header is kept"),
        List.of("LUKS1 On-Disk Format Specification 1.2.3", "LUKS2 On-Disk Format Specification"));
  }

  /// Length of the header with its key slots, and facts.
  private record Header(long length, boolean verified, Map<String, String> facts) {
    static Header read(ByteSource volume) throws IOException {
      return Binary.u16be(volume, 6) == 1 ? first(volume) : second(volume);
    }

    private static Header first(ByteSource volume) throws IOException {
      byte[] b = Binary.bytes(volume, 0, HEADER_1);
      long payload = Binary.u32be(b, 104) * 512;
      long keyBytes = Binary.u32be(b, 108);
      int used = 0;
      boolean sound = payload >= HEADER_1 && keyBytes > 0 && keyBytes <= 512;
      for (int i = 0; i < SLOTS; i++) {
        long state = Binary.u32be(b, 208 + i * SLOT);
        sound &= state == ENABLED || state == 0xdead;
        used += state == ENABLED ? 1 : 0;
      }
      if (!sound) {
        throw new CorruptException("the header makes no sense");
      }
      Map<String, String> facts = new HashMap<>();
      facts.put("version", "1");
      facts.put("cipher", Binary.text(b, 8, 32) + "-" + Binary.text(b, 40, 32));
      facts.put("keyBits", Long.toString(keyBytes * 8));
      facts.put("keyDerivation", "pbkdf2-" + Binary.text(b, 72, 32));
      facts.put("keySlots", Integer.toString(used));
      facts.put("uuid", Binary.text(b, 168, 40));
      return new Header(payload, true, facts);
    }

    private static Header second(ByteSource volume) throws IOException {
      byte[] b = Binary.bytes(volume, 0, 4096);
      long size = Binary.i64be(b, 8);
      if (size < 16384 || size > MOST_HEADER || Binary.i64be(b, 256) != 0) {
        throw new CorruptException("the header makes no sense");
      }
      byte[] all = Binary.upTo(volume, 0, (int) size);
      byte[] stored = Arrays.copyOfRange(b, 448, 480);
      Arrays.fill(all, 448, 512, (byte) 0);
      boolean verified =
          Binary.text(b, 72, 32).equals("sha256")
              && Arrays.equals(stored, Checksums.digest("SHA-256", HeapByteSource.of(all)));
      String json = Binary.text(all, 4096, all.length - 4096);
      Map<String, String> facts = new HashMap<>();
      facts.put("version", "2");
      facts.put("label", Binary.text(b, 24, 48));
      facts.put("uuid", Binary.text(b, 168, 40));
      int segments = Math.max(json.indexOf("\"segments\""), 0);
      find(CIPHER, json, segments).ifPresent(cipher -> facts.put("cipher", cipher));
      find(DERIVATION, json, 0).ifPresent(kdf -> facts.put("keyDerivation", kdf));
      long data = find(DATA, json, segments).map(Long::parseLong).orElse(2 * size);
      return new Header(Math.max(data, 2 * size), verified, facts);
    }

    private static Optional<String> find(Pattern pattern, String text, int from) {
      Matcher matcher = pattern.matcher(text);
      return matcher.find(from) ? Optional.of(matcher.group(1)) : Optional.empty();
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource volume = source.slice(start, source.size() - start);
      Header header = Header.read(volume);
      boolean whole = header.length <= volume.size();
      long end = start == 0 || !whole ? source.size() : start + header.length;
      Confidence confidence =
          !whole ? Confidence.LOW : header.verified ? Confidence.HIGH : Confidence.MEDIUM;
      return Optional.of(new Chunk(start, end, confidence, true, header.facts));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Header header = Header.read(content);
    sink.encrypted(
        "luks: version %s, %s"
            .formatted(header.facts.get("version"), header.facts.getOrDefault("cipher", "?")));
    if (!header.verified) {
      sink.corrupt("luks: the checksum of the header is wrong");
    }
    sink.leaf("luks-header.bin", Body.of(content.slice(0, header.length)));
    chunk.requireWhole();
  }
}
