package io.firmament.analysis.unpack.formats.squashfs;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.Lz4Block;
import io.firmament.analysis.unpack.io.LzmaBlock;
import io.firmament.analysis.unpack.io.Lzo1xBlock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.tukaani.xz.SingleXZInputStream;

/// The compressions by the number in the super block of version 4.
enum Codec {
  GZIP(1),
  LZMA(2),
  LZO(3),
  XZ(4),
  LZ4(5),
  ZSTD(6);

  private final int id;

  Codec(int id) {
    this.id = id;
  }

  static Optional<Codec> of(int id) {
    for (Codec codec : values()) {
      if (codec.id == id) {
        return Optional.of(codec);
      }
    }
    return Optional.empty();
  }

  /// Decodes one block to `out`; gives how many bytes came out.
  int decode(byte[] in, byte[] out, long memory) throws IOException {
    return switch (this) {
      case GZIP -> inflate(in, out);
      case LZMA -> lzma(in, out);
      case LZO -> Lzo1xBlock.decode(in, 0, in.length, out);
      case XZ -> xz(in, out, memory);
      case LZ4 -> Lz4Block.decode(in, 0, in.length, out, 0);
      case ZSTD -> zstd(in, out);
    };
  }

  private static int inflate(byte[] in, byte[] out) throws IOException {
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(in);
      int done = 0;
      while (!inflater.finished() && done < out.length) {
        int n = inflater.inflate(out, done, out.length - done);
        if (n == 0) {
          throw new CorruptException("a zlib block ends too early");
        }
        done += n;
      }
      return done;
    } catch (DataFormatException e) {
      throw new CorruptException("a zlib block does not decode");
    }
  }

  /// A block has the header of LZMA_Alone: properties, dictionary size, decoded size.
  private static int lzma(byte[] in, byte[] out) throws IOException {
    if (in.length < 18) {
      throw new CorruptException("a block is too short for LZMA");
    }
    long size = Binary.i64le(in, 5);
    if (size < -1 || size > out.length) {
      throw new CorruptException("a block of LZMA says that it has " + size + " bytes");
    }
    int limit = size < 0 ? out.length : (int) size;
    LzmaBlock.Properties properties = LzmaBlock.Properties.of(in[0] & 0xff);
    LzmaBlock.Result result = LzmaBlock.decode(in, 13, in.length, out, limit, properties);
    if (!result.ended() || (size >= 0 && result.length() != size)) {
      throw new CorruptException("a block of LZMA does not end where it should");
    }
    return result.length();
  }

  private static int xz(byte[] in, byte[] out, long memory) throws IOException {
    int kib = (int) Math.min(memory >> 10, 1 << 21);
    try (InputStream xz = new SingleXZInputStream(new ByteArrayInputStream(in), kib + 1024)) {
      return xz.readNBytes(out, 0, out.length);
    }
  }

  private static int zstd(byte[] in, byte[] out) throws IOException {
    try {
      return (int) Zstd.decompressByteArray(out, 0, out.length, in, 0, in.length);
    } catch (ZstdException e) {
      throw new CorruptException("a zstd block does not decode: " + e.getMessage());
    }
  }
}
