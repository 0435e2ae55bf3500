package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Runs;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/// Partclone's images of a partition, version 2: a header, a bit for each block, and the blocks
/// that are used, with a checksum behind every so many of them.
public final class PartcloneFormat implements Format {
  private static final int HEADER = 110;
  private static final int SUM_AT = 106;
  private static final int LITTLE = 0xc0de;
  private static final int CRC = 0x20;
  private static final int MOST_BLOCK = 1 << 20;
  private static final long MOST_BITMAP = 32L << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "partclone",
        "Partclone image (version 2)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "partclone-image\0")),
        List.of(),
        List.of(
            "images of version 1 and of big-endian machines are not read",
            "checksums by XXH64 are not verified"),
        List.of("https://github.com/Thomas-Tsai/partclone/blob/master/IMAGE_FORMATS.md"));
  }

  /// @param every blocks under one checksum, 0 without checksums
  /// @param width of a checksum
  /// @param reseed each checksum starts anew
  private record Header(
      String fileSystem,
      long size,
      long blocks,
      long used,
      int block,
      int mode,
      int width,
      long every,
      boolean reseed) {
    static Header read(ByteSource image) throws IOException {
      byte[] b = Binary.bytes(image, 0, HEADER);
      CRC32 crc = new CRC32();
      crc.update(b, 0, SUM_AT);
      if (!Binary.text(b, 30, 4).equals("0002")
          || Binary.u16le(b, 34) != LITTLE
          || b[105] != 1
          || (crc.getValue() ^ 0xffffffffL) != Binary.u32le(b, SUM_AT)) {
        throw new CorruptException("a header of another version, or whose checksum is wrong");
      }
      Header header =
          new Header(
              Binary.text(b, 36, 16),
              Binary.i64le(b, 52),
              Binary.i64le(b, 60),
              Binary.i64le(b, 76),
              (int) Binary.u32le(b, 84),
              Binary.u16le(b, 96),
              Binary.u16le(b, 98),
              Binary.u32le(b, 100),
              b[104] != 0);
      if (header.block < 1
          || header.block > MOST_BLOCK
          || header.blocks < 1
          || header.bitmap() > MOST_BITMAP
          || header.used < 0
          || header.used > header.blocks
          || header.width > 64
          || header.size < 0) {
        throw new CorruptException("sizes that make no sense");
      }
      return header;
    }

    long bitmap() {
      return (blocks + 7) / 8;
    }

    long data() {
      return HEADER + bitmap() + 4;
    }

    long length() {
      boolean summed = width > 0 && every > 0;
      return data() + used * block + (summed ? (used + every - 1) / every * width : 0);
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource image = source.slice(start, source.size() - start);
      Header header = Header.read(image);
      Map<String, String> meta =
          Map.of(
              "fileSystem", header.fileSystem,
              "size", Long.toString(header.size),
              "blockSize", Integer.toString(header.block));
      return Chunk.sized(source, start, header.length(), true, meta);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Header header = Header.read(content);
    ByteSource bits = content.slice(HEADER, header.bitmap());
    long sum = Binary.u32le(content, HEADER + header.bitmap());
    if ((Checksums.crc32(bits) ^ 0xffffffffL) != sum) {
      sink.corrupt("partclone: the checksum of the bitmap is wrong");
    }
    byte[] bitmap = Binary.bytes(bits, 0, (int) header.bitmap());
    Runs runs = new Runs();
    long used = 0;
    for (long i = 0; i < header.blocks; i++) {
      if ((bitmap[(int) (i >> 3)] >> (i & 7) & 1) != 0) {
        runs.add(used++ * header.block, header.block);
      } else {
        runs.hole(header.block);
      }
    }
    if (used != header.used) {
      sink.corrupt("partclone: %d blocks are used, not %d".formatted(used, header.used));
    }
    // A partition may be a little larger than its file system.
    runs.hole(Math.clamp(header.size - runs.length(), 0, MOST_BLOCK));
    sink.payload(
        "partition",
        new Body.Spread(
            () -> new Blocks(content, header), packed -> runs.source(packed, runs.length())));
    chunk.requireWhole();
  }

  /// The used blocks without the checksums between them.
  private static final class Blocks extends PieceInputStream {
    private final ByteSource image;
    private final Header header;
    private final CRC32 crc = new CRC32();
    private long at;
    private long done;

    Blocks(ByteSource image, Header header) {
      this.image = image;
      this.header = header;
      this.at = header.data();
    }

    @Override
    protected byte[] next() throws IOException {
      if (done == header.used) {
        return new byte[0];
      }
      byte[] block = Binary.bytes(image, at, header.block);
      at += block.length;
      done++;
      crc.update(block);
      boolean summed = header.width > 0 && header.every > 0;
      if (summed && (done % header.every == 0 || done == header.used)) {
        if (header.mode == CRC && (crc.getValue() ^ 0xffffffffL) != Binary.u32le(image, at)) {
          throw new CorruptException("the checksum of blocks up to %d is wrong".formatted(done));
        }
        at += header.width;
        if (header.reseed) {
          crc.reset();
        }
      }
      return block;
    }
  }
}
