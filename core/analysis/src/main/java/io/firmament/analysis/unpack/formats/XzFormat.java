package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.Limits;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/// xz, "The .xz File Format" 1.2: one or more streams, found by their checked header and footer.
final class XzFormat implements Format {
  private static final byte[] MAGIC = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};

  @Override
  public FormatCard card() {
    return new FormatCard(
        "xz",
        "xz stream",
        FormatCard.Kind.STREAM,
        List.of(new Magic(0, MAGIC)),
        List.of(".xz", ".txz"),
        List.of(),
        List.of("https://tukaani.org/xz/xz-file-format.txt"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] header = Binary.upTo(source, start, 12);
    if (header.length < 12
        || header[6] != 0
        || (header[7] & 0xf0) != 0
        || crc(header, 6, 2) != Binary.u32le(header, 8)) {
      return Optional.empty();
    }
    long end = streamEnd(source, start, header);
    if (end < 0) {
      return Optional.of(Chunk.of(start, source.size(), Confidence.LOW).with("footer", "missing"));
    }
    while (Binary.matches(source, end, MAGIC)) {
      byte[] next = Binary.upTo(source, end, 12);
      long nextEnd = next.length < 12 ? -1 : streamEnd(source, end, next);
      if (nextEnd < 0) {
        break;
      }
      end = nextEnd;
    }
    return Optional.of(Chunk.of(start, end, Confidence.HIGH));
  }

  /// Section 2.1.2: the footer is CRC32, Backward Size, Stream Flags and "YZ"; every part of a
  /// stream is a multiple of four bytes.
  private static long streamEnd(ByteSource source, long start, byte[] header) {
    byte[] buffer = new byte[(1 << 16) + 12];
    for (long at = start + 12; at + 12 <= source.size(); at += 1 << 16) {
      int filled = source.read(at, buffer, 0, buffer.length);
      for (int i = 0; i + 12 <= filled && i < 1 << 16; i += 4) {
        if (buffer[i + 10] == 'Y'
            && buffer[i + 11] == 'Z'
            && buffer[i + 8] == header[6]
            && buffer[i + 9] == header[7]
            && crc(buffer, i + 4, 6) == Binary.u32le(buffer, i)
            && indexFits(source, start, at + i, Binary.u32le(buffer, i + 4))) {
          return at + i + 12;
        }
      }
    }
    return -1;
  }

  private static boolean indexFits(ByteSource source, long start, long footer, long backward) {
    long index = footer - (backward + 1) * 4;
    return index >= start + 12 && Binary.upTo(source, index, 1)[0] == 0;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.payload("", Body.decoded(() -> open(content, sink.limits())));
  }

  private static InputStream open(ByteSource content, Limits limits) throws IOException {
    int kib = (int) Math.min(limits.codecMemory() >> 10, Integer.MAX_VALUE);
    try {
      return new Guarded(new XZInputStream(new SourceInputStream(content, 0), kib + (1 << 10)));
    } catch (MemoryLimitException e) {
      throw tooMuch(e);
    }
  }

  private static LimitException tooMuch(MemoryLimitException e) {
    return new LimitException(
        Note.Limit.CODEC_MEMORY, "xz needs " + e.getMemoryNeeded() + " KiB to decode");
  }

  /// The dictionary's size is known only when the first block is read.
  private static final class Guarded extends java.io.FilterInputStream {
    Guarded(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      try {
        return super.read(into, at, length);
      } catch (MemoryLimitException e) {
        throw tooMuch(e);
      }
    }
  }

  private static long crc(byte[] bytes, int at, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, at, length);
    return crc.getValue();
  }
}
