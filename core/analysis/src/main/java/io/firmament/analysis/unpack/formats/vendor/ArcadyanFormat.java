package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.analysis.unpack.io.WorkMeter;
import io.firmament.base.finding.Confidence;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.List;
import java.util.Optional;
import org.tukaani.xz.LZMAInputStream;

/// Arcadyan's obfuscated LZMA (Speedport, EasyBox, Livebox and other gateways): four bytes, then
/// LZMA_Alone of which the first 32 bytes have changed places with 32 bytes further on, each byte
/// with its halves swapped and then each pair of bytes.
public final class ArcadyanFormat implements Format {
  private static final int FIRST = 4;
  private static final int SECOND = 0x68;
  private static final int BLOCK = 32;
  private static final int HEAD = SECOND + BLOCK;
  private static final int MEMORY = 32 << 10;
  private static final long MOST = 1L << 28;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "arcadyan",
        "Arcadyan obfuscated LZMA",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(SECOND, "00d50800")),
        List.of(),
        List.of("only a dictionary of 8 MiB and lc=3 lp=0 pb=2, which all known images have"),
        List.of("https://github.com/ReFirmLabs/binwalk/tree/v3.1.0/src/structures"));
  }

  /// The LZMA stream, put in order.
  private record Ordered(InputStream in, SourceInputStream tail, long size) {
    static Ordered of(ByteSource source, long start) throws TruncatedException {
      byte[] mixed = Binary.bytes(source, start, HEAD);
      byte[] plain = mixed.clone();
      System.arraycopy(mixed, FIRST, plain, SECOND, BLOCK);
      for (int i = 0; i < BLOCK; i++) {
        int from = mixed[SECOND + (i ^ 1)] & 0xff;
        plain[FIRST + i] = (byte) (from << 4 | from >> 4);
      }
      SourceInputStream tail = new SourceInputStream(source, start + HEAD);
      InputStream head = new ByteArrayInputStream(plain, FIRST, HEAD - FIRST);
      return new Ordered(new SequenceInputStream(head, tail), tail, Binary.i64le(plain, FIRST + 5));
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      Ordered ordered = Ordered.of(source, start);
      return ordered.size() > 0 && ordered.size() < MOST
          ? decode(source, start, ordered)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Chunk> decode(ByteSource source, long start, Ordered ordered) {
    byte[] buffer = new byte[1 << 16];
    long decoded = 0;
    Confidence confidence = Confidence.HIGH;
    try (LZMAInputStream lzma = new LZMAInputStream(ordered.in(), MEMORY)) {
      for (int n = lzma.read(buffer); n > 0; n = lzma.read(buffer)) {
        decoded += n;
        WorkMeter.decoded(source, 8L * n);
      }
    } catch (IOException | RuntimeException e) {
      boolean cut = ordered.tail().position() >= source.size() && decoded > ordered.size() / 8;
      if (!cut) {
        return Optional.empty();
      }
      confidence = Confidence.LOW;
    }
    return Optional.of(
        Chunk.of(start, ordered.tail().position(), confidence)
            .with("size", Long.toString(ordered.size())));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    if (MEMORY > sink.limits().codecMemory() >> 10) {
      throw new LimitException(Note.Limit.CODEC_MEMORY, "the dictionary has 8 MiB");
    }
    sink.payload(
        "firmware", Body.decoded(() -> new LZMAInputStream(Ordered.of(content, 0).in(), MEMORY)));
  }
}
