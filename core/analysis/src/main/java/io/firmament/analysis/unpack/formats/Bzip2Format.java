package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/// bzip2: `BZh`, level, blocks with a 48-bit magic at any bit, and an end magic with a checksum
/// over the blocks' checksums, by which the end is found without decoding.
final class Bzip2Format implements Format {
  private static final long BLOCK = 0x314159265359L;
  private static final long END = 0x177245385090L;
  private static final long MASK = 0xffffffffffffL;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "bzip2",
        "bzip2 stream",
        FormatCard.Kind.STREAM,
        List.of(Magic.text(0, "BZh")),
        List.of(".bz2", ".tbz2", ".tbz"),
        List.of(),
        List.of("https://sourceware.org/bzip2/"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    if (!isStream(source, start)) {
      return Optional.empty();
    }
    Chunk chunk = scan(source, start);
    while (chunk.confidence() == Confidence.HIGH && isStream(source, chunk.end())) {
      Chunk next = scan(source, chunk.end());
      if (next.confidence() != Confidence.HIGH) {
        break;
      }
      chunk = Chunk.of(start, next.end(), Confidence.HIGH);
    }
    return Optional.of(chunk);
  }

  private static boolean isStream(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, 10);
    if (head.length < 10
        || head[0] != 'B'
        || head[1] != 'Z'
        || head[2] != 'h'
        || head[3] < '1'
        || head[3] > '9') {
      return false;
    }
    long magic = Binary.u32be(head, 4) << 16 | (head[8] & 0xff) << 8 | (head[9] & 0xff);
    return magic == BLOCK || magic == END;
  }

  private static Chunk scan(ByteSource source, long start) {
    SourceInputStream in = new SourceInputStream(source, start + 4);
    long window = 0;
    long combined = 0;
    long bits = 0;
    for (int b = in.read(); b >= 0; b = in.read()) {
      for (int bit = 7; bit >= 0; bit--) {
        window = window << 1 | (b >> bit & 1);
        bits++;
        if (bits < 48) {
          continue;
        }
        long magic = window & MASK;
        if (magic == BLOCK) {
          long crc = crcAt(source, start + 4, bits);
          combined = ((combined << 1 | combined >>> 31) ^ crc) & 0xffffffffL;
        } else if (magic == END) {
          long end = start + 4 + (bits + 32 + 7) / 8;
          boolean fits = crcAt(source, start + 4, bits) == combined;
          return Chunk.of(
              start,
              Math.min(end, source.size()),
              fits && end <= source.size() ? Confidence.HIGH : Confidence.MEDIUM);
        }
      }
    }
    return Chunk.of(start, source.size(), Confidence.LOW).with("end", "missing");
  }

  /// The 32 bits after the given bit.
  private static long crcAt(ByteSource source, long base, long bit) {
    byte[] five = Binary.upTo(source, base + bit / 8, 5);
    long value = 0;
    for (byte b : five) {
      value = value << 8 | (b & 0xff);
    }
    return five.length < 5
        ? (bit % 8 == 0 && five.length == 4 ? value : -1)
        : value >> (8 - bit % 8) & 0xffffffffL;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.payload(
        "",
        Body.decoded(
            () -> new BZip2CompressorInputStream(new SourceInputStream(content, 0), true)));
  }
}
