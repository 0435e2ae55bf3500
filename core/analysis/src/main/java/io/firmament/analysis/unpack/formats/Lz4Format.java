package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.Lz4Block;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// LZ4: the frame format 1.6.1 and the legacy frames of Linux kernels.
final class Lz4Format implements Format {
  private static final long LEGACY = 0x184C2102L;
  private static final int LEGACY_BLOCK = 8 << 20;
  private static final int HISTORY = 64 << 10;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "lz4",
        "LZ4 frame and legacy frame",
        FormatCard.Kind.STREAM,
        List.of(Magic.hex(0, "04224d18"), Magic.hex(0, "02214c18")),
        List.of(".lz4"),
        List.of("checksums of blocks are not verified", "dictionaries are not supported"),
        List.of("https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md"));
  }

  /// The parts of a frame's header that the decoder needs.
  private record Header(
      boolean legacy, int length, int maxBlock, boolean blockChecksum, boolean contentChecksum) {
    static Header read(ByteSource source, long start) throws IOException {
      if (Binary.u32le(source, start) == LEGACY) {
        return new Header(true, 4, LEGACY_BLOCK, false, false);
      }
      int flags = Binary.u8(source, start + 4);
      int descriptor = Binary.u8(source, start + 5);
      int blockSize = descriptor >> 4;
      if (flags >> 6 != 1 || (flags & 2) != 0 || (descriptor & 0x8f) != 0 || blockSize < 4) {
        throw new CorruptException("not an LZ4 frame descriptor");
      }
      int length = 7 + ((flags & 8) != 0 ? 8 : 0) + ((flags & 1) != 0 ? 4 : 0);
      return new Header(
          false, length, 1 << (8 + 2 * blockSize), (flags & 16) != 0, (flags & 4) != 0);
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      Header header = Header.read(source, start);
      long at = start + header.length;
      int blocks = 0;
      while (at + 4 <= source.size()) {
        long word = Binary.u32le(source, at);
        long size = word & 0x7fffffffL;
        if (!header.legacy && word == 0) {
          return Optional.of(
              Chunk.of(
                  start,
                  Math.min(source.size(), at + 4 + (header.contentChecksum ? 4 : 0)),
                  Confidence.HIGH));
        }
        if (size == 0 || size > header.maxBlock + (header.maxBlock >> 7) + 64L) {
          break;
        }
        if (at + 4 + size > source.size()) {
          at = source.size();
          break;
        }
        at += 4 + size + (header.blockChecksum ? 4 : 0);
        blocks++;
      }
      if (blocks == 0) {
        return Optional.empty();
      }
      boolean whole = header.legacy && at <= source.size();
      return Optional.of(
          Chunk.of(start, Math.min(at, source.size()), whole ? Confidence.MEDIUM : Confidence.LOW));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.payload("", Body.decoded(() -> new Decoder(content, Header.read(content, 0))));
  }

  /// Decodes block by block; the last 64 KiB stay in front of the next block, which may refer to
  /// them.
  private static final class Decoder extends InputStream {
    private final ByteSource source;
    private final Header header;
    private final byte[] out;
    private long next;
    private int at = HISTORY;
    private int end = HISTORY;
    private boolean done;

    Decoder(ByteSource source, Header header) {
      this.source = source;
      this.header = header;
      this.out = new byte[HISTORY + header.maxBlock];
      this.next = header.length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      while (at == end) {
        if (done || !fill()) {
          return -1;
        }
      }
      int count = Math.min(length, end - at);
      System.arraycopy(out, at, into, offset, count);
      at += count;
      return count;
    }

    private boolean fill() throws IOException {
      if (next >= source.size()) {
        done = true;
        if (!header.legacy) {
          throw new io.firmament.analysis.unpack.io.TruncatedException("no end mark");
        }
        return false;
      }
      long word = Binary.u32le(source, next);
      if (word == 0) {
        done = true;
        return false;
      }
      boolean stored = !header.legacy && word >>> 31 != 0;
      byte[] block = Binary.bytes(source, next + 4, (int) (word & 0x7fffffffL));
      next += 4L + block.length + (header.blockChecksum ? 4 : 0);
      System.arraycopy(out, end - HISTORY, out, 0, HISTORY);
      at = HISTORY;
      if (stored) {
        if (block.length > header.maxBlock) {
          throw new CorruptException("a stored block is too large");
        }
        System.arraycopy(block, 0, out, HISTORY, block.length);
        end = HISTORY + block.length;
      } else {
        end = Lz4Block.decode(block, 0, block.length, out, HISTORY);
      }
      return true;
    }
  }
}
