package io.firmament.analysis.unpack.formats;

import com.github.luben.zstd.ZstdInputStream;
import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// Zstandard, RFC 8878: frames, whose end is found by walking the block headers.
final class ZstdFormat implements Format {
  private static final long FRAME = 0xFD2FB528L;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "zstd",
        "Zstandard stream",
        FormatCard.Kind.STREAM,
        List.of(Magic.hex(0, "28b52ffd")),
        List.of(".zst", ".zstd"),
        List.of("frames that need a dictionary are not decoded"),
        List.of("RFC 8878"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      long end = frameEnd(source, start);
      if (end > source.size()) {
        return Optional.of(Chunk.of(start, source.size(), Confidence.LOW).with("end", "missing"));
      }
      long next = nextFrame(source, end);
      while (next > end && next <= source.size()) {
        end = next;
        next = nextFrame(source, end);
      }
      return Optional.of(Chunk.of(start, end, Confidence.MEDIUM));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// A further frame, or a skippable one (section 3.1.2); the same offset where there is none.
  private static long nextFrame(ByteSource source, long at) {
    try {
      if (at + 8 > source.size()) {
        return at;
      }
      long magic = Binary.u32le(source, at);
      if ((magic & 0xfffffff0L) == 0x184D2A50L) {
        return at + 8 + Binary.u32le(source, at + 4);
      }
      return magic == FRAME ? frameEnd(source, at) : at;
    } catch (IOException e) {
      return at;
    }
  }

  /// Section 3.1.1: the frame header descriptor gives the sizes of window, dictionary id and
  /// content size; then blocks with a 3-byte header: last (1 bit), type (2), size (21).
  private static long frameEnd(ByteSource source, long start) throws IOException {
    int descriptor = Binary.u8(source, start + 4);
    if ((descriptor & 8) != 0) {
      throw new io.firmament.analysis.unpack.io.CorruptException("the reserved bit is set");
    }
    boolean single = (descriptor & 0x20) != 0;
    int[] idSizes = {0, 1, 2, 4};
    int[] contentSizes = {single ? 1 : 0, 2, 4, 8};
    long at =
        start + 5 + (single ? 0 : 1) + idSizes[descriptor & 3] + contentSizes[descriptor >> 6];
    boolean last = false;
    boolean any = false;
    while (!last) {
      if (at + 3 > source.size() && any) {
        return Long.MAX_VALUE;
      }
      byte[] header = Binary.bytes(source, at, 3);
      int block = Binary.u16le(header, 0) | (header[2] & 0xff) << 16;
      last = (block & 1) != 0;
      int type = block >> 1 & 3;
      int size = block >> 3;
      if (type == 3 || size > 128 << 10) {
        throw new io.firmament.analysis.unpack.io.CorruptException("not a block");
      }
      any = true;
      at += 3L + (type == 1 ? 1 : size);
    }
    return at + ((descriptor & 4) != 0 ? 4 : 0);
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.payload("", Body.decoded(() -> open(content, sink.limits().codecMemory())));
  }

  private static InputStream open(ByteSource content, long memory) throws IOException {
    ZstdInputStream in = new ZstdInputStream(new SourceInputStream(content, 0));
    in.setLongMax(Math.clamp(63 - Long.numberOfLeadingZeros(memory), 10, 31));
    return in;
  }
}
