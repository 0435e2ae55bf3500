package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.compressors.z.ZCompressorInputStream;

/// Streams of Unix compress: LZW with codes of up to 16 bits. Neither a length nor a sum, so that a
/// stream goes to the end of the blob that it starts.
public final class CompressFormat implements Format {
  private static final int BLOCK_MODE = 0x80;
  private static final int RESERVED = 0x60;
  private static final int MEMORY_KIB = 1 << 14;

  /// So much is decoded before it is believed; a code that is not in the table yet ends it.
  private static final int TRIED = 1 << 16;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "compress",
        "Unix compress (.Z)",
        FormatCard.Kind.STREAM,
        List.of(Magic.hex(0, "1f9d")),
        List.of(".z", ".taz"),
        List.of(
            "at the start of a blob only, and to its end",
            "streams of at most 9 bits, which the tool itself cannot read, are not read",
            "a stream says nothing of its length; where it is cut off is not seen"),
        List.of("compress(1); ncompress LZW.INFO"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, 5);
    if (start != 0 || head.length < 5) {
      return Optional.empty();
    }
    int bits = head[2] & 0x1f;
    if ((head[2] & RESERVED) != 0 || bits < 10 || bits > 16) {
      return Optional.empty();
    }
    try (InputStream in = open(source)) {
      if (in.readNBytes(TRIED).length == 0) {
        return Optional.empty();
      }
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
    Map<String, String> meta =
        Map.of(
            "maxBits", Integer.toString(bits),
            "blockMode", Boolean.toString((head[2] & BLOCK_MODE) != 0));
    return Optional.of(new Chunk(0, source.size(), Confidence.MEDIUM, false, meta));
  }

  private static InputStream open(ByteSource source) throws IOException {
    return new ZCompressorInputStream(new SourceInputStream(source, 0), MEMORY_KIB);
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.payload("", Body.decoded(() -> open(content)));
  }
}
