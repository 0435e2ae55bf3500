package io.firmament.analysis.unpack.formats.ubifs;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.Lzo1xBlock;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// The compressions by their number in a data node.
final class Codec {
  private Codec() {}

  /// Decodes the data of a node to `length` bytes.
  static byte[] decode(int compression, byte[] in, int length) throws IOException {
    byte[] out = new byte[length];
    int done =
        switch (compression) {
          case 0 -> copy(in, out);
          case 1 -> Lzo1xBlock.decode(in, 0, in.length, out);
          case 2 -> inflate(in, out);
          case 3 -> zstd(in, out);
          default -> throw new UnsupportedException("compression " + compression);
        };
    if (done != length) {
      throw new CorruptException("the data of a node is too short");
    }
    return out;
  }

  private static int copy(byte[] in, byte[] out) {
    int count = Math.min(in.length, out.length);
    System.arraycopy(in, 0, out, 0, count);
    return count;
  }

  /// Bare deflate, without the header of zlib.
  private static int inflate(byte[] in, byte[] out) throws CorruptException {
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(in);
      int done = 0;
      int n = inflater.inflate(out, 0, out.length);
      while (n > 0) {
        done += n;
        n = done < out.length ? inflater.inflate(out, done, out.length - done) : 0;
      }
      return done;
    } catch (DataFormatException e) {
      throw new CorruptException("zlib: the data of a node does not decode");
    }
  }

  private static int zstd(byte[] in, byte[] out) throws CorruptException {
    try {
      return (int) Zstd.decompressByteArray(out, 0, out.length, in, 0, in.length);
    } catch (ZstdException e) {
      throw new CorruptException("zstd: the data of a node does not decode");
    }
  }
}
