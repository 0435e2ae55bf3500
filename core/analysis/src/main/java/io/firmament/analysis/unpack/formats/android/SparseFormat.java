package io.firmament.analysis.unpack.formats.android;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Android sparse image: a disk image in chunks of raw, repeated, and absent blocks. Absent blocks
/// read as zeros.
public final class SparseFormat implements Format {
  private static final int HEADER = 28;
  private static final int CHUNK_HEADER = 12;
  private static final int RAW = 0xcac1;
  private static final int FILL = 0xcac2;
  private static final int ABSENT = 0xcac3;
  private static final int CHECKSUM = 0xcac4;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "android-sparse",
        "Android sparse image",
        FormatCard.Kind.STREAM,
        List.of(Magic.hex(0, "3aff26ed 0100")),
        List.of(".simg"),
        List.of("checksums of version 1.0 are not verified"),
        List.of("AOSP system/core/libsparse/sparse_format.h"));
  }

  /// The fields of the header that matter.
  private record Header(int size, int chunkHeader, long block, long blocks, long chunks) {
    static Header of(byte[] b) {
      return new Header(
          Binary.u16le(b, 8),
          Binary.u16le(b, 10),
          Binary.u32le(b, 12),
          Binary.u32le(b, 16),
          Binary.u32le(b, 20));
    }

    boolean plausible() {
      return size >= HEADER
          && chunkHeader >= CHUNK_HEADER
          && chunkHeader <= 64
          && block > 0
          && block % 4 == 0
          && block <= 1 << 24
          && chunks > 0;
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER);
    if (head.length < HEADER || !Header.of(head).plausible()) {
      return Optional.empty();
    }
    Header header = Header.of(head);
    long at = start + header.size;
    long blocks = 0;
    for (long i = 0; i < header.chunks; i++) {
      byte[] b = Binary.upTo(source, at, CHUNK_HEADER);
      if (b.length < CHUNK_HEADER) {
        return cut(source, start, i);
      }
      long length = Binary.u32le(b, 8);
      if (!fits(b, header)) {
        return Optional.empty();
      }
      blocks += Binary.u16le(b, 0) == CHECKSUM ? 0 : Binary.u32le(b, 4);
      at += length;
      if (at > source.size()) {
        return cut(source, start, i);
      }
    }
    if (blocks != header.blocks) {
      return Optional.empty();
    }
    return Optional.of(
        new Chunk(
            start,
            at,
            Confidence.HIGH,
            false,
            Map.of(
                "size",
                Long.toString(blocks * header.block),
                "chunks",
                Long.toString(header.chunks))));
  }

  private static Optional<Chunk> cut(ByteSource source, long start, long chunks) {
    return chunks == 0
        ? Optional.empty()
        : Optional.of(Chunk.of(start, source.size(), Confidence.LOW));
  }

  /// The length of a chunk follows from its type and its blocks.
  private static boolean fits(byte[] b, Header header) {
    long body = Binary.u32le(b, 8) - header.chunkHeader;
    return switch (Binary.u16le(b, 0)) {
      case RAW -> body == Binary.u32le(b, 4) * header.block;
      case FILL, CHECKSUM -> body == 4;
      case ABSENT -> body == 0;
      default -> false;
    };
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.payload("", Body.decoded(() -> new Expanded(content)));
    chunk.requireWhole();
  }

  /// The image as the device has it.
  private static final class Expanded extends InputStream {
    private final ByteSource source;
    private final Header header;
    private final byte[] fill = new byte[4];
    private long next;
    private long chunksLeft;
    private int type = ABSENT;
    private long data;
    private long left;

    Expanded(ByteSource source) throws IOException {
      this.source = source;
      this.header = Header.of(Binary.bytes(source, 0, HEADER));
      this.next = header.size;
      this.chunksLeft = header.chunks;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      while (left == 0) {
        if (chunksLeft == 0) {
          return -1;
        }
        begin();
      }
      int n = (int) Math.min(length, left);
      if (type == RAW) {
        n = source.read(data, into, offset, n);
        if (n == 0 && length > 0) {
          throw new TruncatedException("a chunk is cut off");
        }
        data += n;
      } else {
        for (int i = 0; i < n; i++) {
          into[offset + i] = fill[i & 3];
        }
        if (n > 3) {
          n &= -4;
        } else if (left > n) {
          rotate(n);
        }
      }
      left -= n;
      return n;
    }

    private void rotate(int by) {
      byte[] old = fill.clone();
      for (int i = 0; i < 4; i++) {
        fill[i] = old[i + by & 3];
      }
    }

    private void begin() throws IOException {
      byte[] b = Binary.bytes(source, next, CHUNK_HEADER);
      if (!fits(b, header)) {
        throw new CorruptException("no chunk at offset " + next);
      }
      type = Binary.u16le(b, 0);
      data = next + header.chunkHeader;
      left = type == CHECKSUM ? 0 : Binary.u32le(b, 4) * header.block;
      java.util.Arrays.fill(fill, (byte) 0);
      if (type == FILL) {
        System.arraycopy(Binary.bytes(source, data, 4), 0, fill, 0, 4);
      }
      next += Binary.u32le(b, 8);
      chunksLeft--;
    }
  }
}
