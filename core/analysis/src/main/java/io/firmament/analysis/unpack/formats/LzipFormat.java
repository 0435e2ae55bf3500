package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.tukaani.xz.LZMAInputStream;

/// lzip: members of LZMA with an end mark, each with CRC-32 and sizes behind it.
final class LzipFormat implements Format {
  private static final byte[] MAGIC = {'L', 'Z', 'I', 'P', 1};
  private static final int HEADER = 6;
  private static final int TRAILER = 20;
  private static final byte PROPERTIES = 0x5d;
  private static final long PROBE_MEMORY = 160 << 20;
  private static final long MOST = 1L << 30;
  private static final long ENOUGH = 16 << 10;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "lzip",
        "lzip stream",
        FormatCard.Kind.STREAM,
        List.of(new Magic(0, MAGIC)),
        List.of(".lz", ".tlz"),
        List.of("version 0 is not read"),
        List.of("lzip manual, chapter File format"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] buffer = new byte[1 << 16];
    Members members = new Members(source, start, PROBE_MEMORY);
    try {
      int n = members.read(buffer, 0, buffer.length);
      while (n > 0 && members.decoded < MOST) {
        n = members.read(buffer, 0, buffer.length);
      }
      return n > 0
          ? Optional.of(Chunk.of(start, source.size(), Confidence.LOW))
          : Optional.of(Chunk.of(start, members.next, Confidence.HIGH));
    } catch (IOException | RuntimeException e) {
      return members.decoded < ENOUGH || !members.atEnd()
          ? Optional.empty()
          : Optional.of(Chunk.of(start, source.size(), Confidence.LOW));
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    long memory = sink.limits().codecMemory();
    sink.payload("", Body.decoded(() -> new Members(content, 0, memory)));
  }

  /// The data of the members one after the other, each checked at its end.
  private static final class Members extends InputStream {
    private final ByteSource source;
    private final long memory;
    private final CRC32 crc = new CRC32();
    private SourceInputStream in;
    private InputStream lzma = InputStream.nullInputStream();
    private long memberSize;
    private boolean open;
    private long next;
    private long decoded;

    Members(ByteSource source, long start, long memory) {
      this.source = source;
      this.memory = memory;
      this.next = start;
      this.in = new SourceInputStream(source, start);
    }

    boolean atEnd() {
      return in.position() >= source.size();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      while (true) {
        if (!open) {
          if (!Binary.matches(source, next, MAGIC)) {
            return -1;
          }
          begin();
        }
        int n = lzma.read(into, offset, length);
        if (n >= 0) {
          crc.update(into, offset, n);
          memberSize += n;
          decoded += n;
          return n;
        }
        end();
      }
    }

    /// The dictionary's size is a power of two less some sixteenths of it.
    private void begin() throws IOException {
      int coded = Binary.u8(source, next + MAGIC.length);
      long size = 1L << (coded & 31);
      size -= (size >> 4) * (coded >> 5);
      if (size < 1 << 12 || size > 1 << 29) {
        throw new CorruptException("a dictionary of " + size + " bytes");
      }
      if (size > memory) {
        throw new LimitException(
            Note.Limit.CODEC_MEMORY, "lzip needs a dictionary of " + size + " bytes");
      }
      in = new SourceInputStream(source, next + HEADER);
      lzma = new LZMAInputStream(in, -1, PROPERTIES, (int) size);
      crc.reset();
      memberSize = 0;
      open = true;
    }

    private void end() throws IOException {
      long at = in.position();
      byte[] trailer = Binary.bytes(source, at, TRAILER);
      if (Binary.u32le(trailer, 0) != crc.getValue()
          || Binary.i64le(trailer, 4) != memberSize
          || Binary.i64le(trailer, 12) != at + TRAILER - next) {
        throw new CorruptException("the checksum or a size of a member is wrong");
      }
      next = at + TRAILER;
      open = false;
    }
  }
}
