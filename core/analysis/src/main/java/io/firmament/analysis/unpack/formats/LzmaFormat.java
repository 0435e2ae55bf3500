package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.WorkMeter;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.tukaani.xz.LZMAInputStream;

/// LZMA_Alone: properties, dictionary size, decoded size or -1, then the range coder's bytes. The
/// format has no checksum; a chunk is accepted when all of it decodes.
final class LzmaFormat implements Format {
  private static final int HEADER = 13;
  private static final int PROBE_MEMORY = 160 << 10;
  private static final long MOST = 1L << 30;
  private static final int ENOUGH = 16 << 10;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "lzma",
        "LZMA_Alone stream",
        FormatCard.Kind.STREAM,
        List.of(Magic.hex(0, "5d0000"), Magic.hex(0, "5d001000"), Magic.hex(0, "6d0000")),
        List.of(".lzma"),
        List.of("only the properties lc=3 pb=2 lp=0 and lc=1 pb=2 lp=2 are searched for"),
        List.of("LZMA SDK, lzma-specification.txt"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER + 5);
    if (head.length < HEADER + 5 || head[HEADER] != 0) {
      return Optional.empty();
    }
    long dictionary = Binary.u32le(head, 1);
    long size = Binary.i64le(head, 5);
    boolean plausibleSize = size == -1 || (size > 0 && size < 1L << 36);
    if (!plausibleSize || dictionary > 1L << 28 || !isRound(dictionary)) {
      return Optional.empty();
    }
    return decode(source, start, size);
  }

  /// Encoders write 2^n or 2^n + 2^(n-1).
  private static boolean isRound(long dictionary) {
    return dictionary >= 1 << 12
        && (Long.bitCount(dictionary) == 1
            || (Long.bitCount(dictionary) == 2 && (dictionary & dictionary << 1) != 0));
  }

  private static Optional<Chunk> decode(ByteSource source, long start, long size) {
    SourceInputStream in = new SourceInputStream(source, start);
    byte[] buffer = new byte[1 << 16];
    long decoded = 0;
    try (LZMAInputStream lzma = new LZMAInputStream(in, PROBE_MEMORY)) {
      int n = lzma.read(buffer, 0, buffer.length);
      while (n > 0 && decoded < MOST) {
        decoded += n;
        WorkMeter.decoded(source, 8L * n);
        n = lzma.read(buffer, 0, buffer.length);
      }
      long end = n > 0 ? source.size() : in.position();
      return decoded == 0
          ? Optional.empty()
          : Optional.of(
              Chunk.of(start, end, size == -1 || n > 0 ? Confidence.MEDIUM : Confidence.HIGH)
                  .with("size", Long.toString(decoded)));
    } catch (IOException | RuntimeException e) {
      if (in.position() < source.size() || decoded < ENOUGH) {
        return Optional.empty();
      }
      return Optional.of(Chunk.of(start, source.size(), Confidence.LOW).with("end", "missing"));
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    long dictionary = Binary.u32le(content, 1);
    if (dictionary > sink.limits().codecMemory()) {
      throw new LimitException(
          Note.Limit.CODEC_MEMORY, "lzma needs a dictionary of " + dictionary + " bytes");
    }
    sink.payload("", Body.decoded(() -> new LZMAInputStream(new SourceInputStream(content, 0))));
  }
}
