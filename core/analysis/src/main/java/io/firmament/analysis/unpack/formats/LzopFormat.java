package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.analysis.unpack.io.Lzo1xBlock;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// lzop: a header with a checksum, blocks of LZO1X with checksums, a block of size 0.
final class LzopFormat implements Format {
  private static final byte[] MAGIC = {(byte) 0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n'};
  private static final int ADLER_DECODED = 0x1;
  private static final int ADLER_ENCODED = 0x2;
  private static final int EXTRA = 0x40;
  private static final int CRC_DECODED = 0x100;
  private static final int CRC_ENCODED = 0x200;
  private static final int FILTER = 0x800;
  private static final int HEADER_CRC = 0x1000;
  private static final int LARGEST_BLOCK = 64 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "lzop",
        "lzop stream",
        FormatCard.Kind.STREAM,
        List.of(new Magic(0, MAGIC)),
        List.of(".lzo", ".lzop", ".tzo"),
        List.of("filters and several files in one stream are not read"),
        List.of("lzop 1.04, lzop(1) and src/conf.h"));
  }

  private record Header(long end, int flags, String name) {}

  /// Version, library version, needed version (from 0.940 on), method, level (same), flags, filter
  /// where flagged, mode, two times (one before 0.940), name, checksum.
  private static Header header(ByteSource source, long start) throws IOException {
    long at = start + MAGIC.length;
    int version = Binary.u16be(source, at);
    boolean late = version >= 0x940;
    int method = Binary.u8(source, at + (late ? 6 : 4));
    long flagsAt = at + (late ? 8 : 5);
    int flags = (int) Binary.u32be(source, flagsAt);
    if (method < 1 || method > 3 || (flags & (FILTER | EXTRA)) != 0) {
      throw new CorruptException("no lzop header that can be read");
    }
    long nameAt = flagsAt + (late ? 16 : 12);
    int nameLength = Binary.u8(source, nameAt);
    byte[] name = Binary.bytes(source, nameAt + 1, nameLength);
    long end = nameAt + 1 + nameLength;
    ByteSource checked = source.slice(at, end - at);
    long sum = (flags & HEADER_CRC) != 0 ? Checksums.crc32(checked) : Checksums.adler32(checked);
    if (sum != Binary.u32be(source, end)) {
      throw new CorruptException("the header's checksum is wrong");
    }
    return new Header(end + 4, flags, Binary.text(name, 0, name.length));
  }

  /// A block's sizes and where its data is.
  private record Block(long decoded, long encoded, long sum, long data) {
    static Block at(ByteSource source, long at, int flags) throws IOException {
      long decoded = Binary.u32be(source, at);
      if (decoded == 0) {
        return new Block(0, 0, 0, at + 4);
      }
      long encoded = Binary.u32be(source, at + 4);
      long next = at + 8;
      if (decoded > LARGEST_BLOCK || encoded > decoded || encoded == 0) {
        throw new CorruptException("no block at offset " + at);
      }
      long sum = (flags & (ADLER_DECODED | CRC_DECODED)) != 0 ? Binary.u32be(source, next) : 0;
      next += Integer.bitCount(flags & (ADLER_DECODED | CRC_DECODED)) * 4L;
      if (encoded < decoded) {
        next += Integer.bitCount(flags & (ADLER_ENCODED | CRC_ENCODED)) * 4L;
      }
      return new Block(decoded, encoded, sum, next);
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      Header header = header(source, start);
      Map<String, String> meta = header.name.isEmpty() ? Map.of() : Map.of("name", header.name);
      long at = header.end;
      while (true) {
        byte[] size = Binary.upTo(source, at, 4);
        if (size.length < 4) {
          return Optional.of(new Chunk(start, source.size(), Confidence.LOW, false, meta));
        }
        Block block = Block.at(source, at, header.flags);
        at = block.data + block.encoded;
        if (block.decoded == 0) {
          return Optional.of(new Chunk(start, at, Confidence.HIGH, false, meta));
        }
        if (at > source.size()) {
          return Optional.of(new Chunk(start, source.size(), Confidence.LOW, false, meta));
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Header header = header(content, 0);
    sink.payload("", Body.decoded(() -> new Blocks(content, header)));
  }

  /// The blocks' data one after the other.
  private static final class Blocks extends InputStream {
    private final ByteSource source;
    private final int flags;
    private long next;
    private byte[] block = {};
    private int at;
    private boolean ended;

    Blocks(ByteSource source, Header header) {
      this.source = source;
      this.flags = header.flags;
      this.next = header.end;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      while (at == block.length) {
        if (ended) {
          return -1;
        }
        fill();
      }
      int n = Math.min(length, block.length - at);
      System.arraycopy(block, at, into, offset, n);
      at += n;
      return n;
    }

    private void fill() throws IOException {
      Block head = Block.at(source, next, flags);
      next = head.data + head.encoded;
      at = 0;
      block = new byte[0];
      ended = head.decoded == 0;
      if (ended) {
        return;
      }
      if (next > source.size()) {
        throw new TruncatedException("a block is cut off");
      }
      byte[] encoded = Binary.bytes(source, head.data, (int) head.encoded);
      byte[] decoded = encoded;
      if (head.encoded < head.decoded) {
        decoded = new byte[(int) head.decoded];
        if (Lzo1xBlock.decode(encoded, 0, encoded.length, decoded) != decoded.length) {
          throw new CorruptException("a block is too short");
        }
      }
      check(decoded, head.sum);
      block = decoded;
    }

    private void check(byte[] decoded, long sum) throws CorruptException {
      ByteSource bytes = HeapByteSource.of(decoded);
      boolean wrong =
          ((flags & ADLER_DECODED) != 0 && Checksums.adler32(bytes) != sum)
              || ((flags & ADLER_DECODED) == 0
                  && (flags & CRC_DECODED) != 0
                  && Checksums.crc32(bytes) != sum);
      if (wrong) {
        throw new CorruptException("the checksum of a block is wrong");
      }
    }
  }
}
